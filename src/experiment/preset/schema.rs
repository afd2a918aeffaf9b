//! The fields of a setup, a line each.
//!
//! A line of the table gives a field's name in a preset, its type as written, its resolved type, its default, whether it is
//! required, and its parameter in the edit pane with the choices offered there. The written type checks the range and
//! words the message. Derived from the table:
//!
//! | use of a line | place |
//! |---|---|
//! | reading and saving a preset | [`Preset`] |
//! | `--set key=value` | [`Preset::override_with`] |
//! | lists of values, for sweeps | [`Grid`] |
//! | the value in force, and its default | [`Setup`] |
//! | the digest | `Setup` is serialised in it |
//! | the edit pane's field and its text | [`Parameter`], [`Preset::shown`] |
//!
//! The title, the target, the list of targets and the inputs are no lines: their resolved values are made by code of their own. `then Inputs`
//! after a line gives the inputs their place in the edit pane. `digest (…)` keeps a newer field out of the digests of
//! setups without it; the examples themselves are digested beside the fields.
//!
//! A new field is one line here, and its user. A test (`tests/setup_fields.rs`) asks for a sample value and for a row of
//! the reference, and tries all uses above with the sample.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::activation::Lipschitz;
use super::data::DataSource;
use super::graph::GraphSource;
use super::inputs::InputSource;
use super::numbers::{Base, Positive, Probability, Width};
use super::rules::{NormSource, ToleranceRule};
use super::target::{NamedTarget, TargetKind, TargetSource};
use super::text;
use crate::construction::Mode;
use crate::learning::{LearnedMethod, Optimiser, Schedule};
use crate::method::Construction;
use crate::network::files::Order;
use crate::network::{Domain, Network};

/// Values for defaults.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiment) struct Derived<'a> {
    /// the title of a preset without one
    pub(in crate::experiment) name: &'a str,
    /// the largest |w*|
    pub(in crate::experiment) largest_weight: f64,
    /// the proven bound on every activation, outputs aside
    pub(in crate::experiment) f_max: f64,
    /// Lemma 1 for layers that take one another, the walk for graphs
    pub(in crate::experiment) tolerance: ToleranceRule,
}

macro_rules! schema {
    (
        |$preset:ident, $derived:ident|
        fields {$(
            $(#[doc = $doc:literal])+
            $key:ident: $written:ty => $resolved:ty, $kind:ident $default:expr, required $required:expr,
            $parameter:ident $choices:expr $(, then $next:ident)? $(, digest ($digest:meta))?;
        )+}
        target {$(
            $target_key:ident $(as $alias:ident)?: $target_type:ty, of [$($source:ident),+], required $target_required:literal,
            $target_parameter:ident $target_choices:expr;
        )+}
    ) => {
        /// A preset as written. Every field is optional here; an [`Experiment`](crate::experiment::Experiment) has its own
        /// requirements.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Preset {
            /// a name for people
            #[serde(skip_serializing_if = "Option::is_none")]
            pub title: Option<String>,
            /// the target network F
            #[serde(skip_serializing_if = "Option::is_none")]
            pub target: Option<TargetSource>,
            /// several targets for the same task; without `target` the first of them is F
            #[serde(skip_serializing_if = "Option::is_none")]
            pub targets: Option<Vec<NamedTarget>>,
            /// the set of inputs X
            #[serde(skip_serializing_if = "Option::is_none")]
            pub inputs: Option<InputSource>,
            $(
                $(#[doc = $doc])+
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $key: Option<$written>,
            )+
        }

        /// Lists of values for fields of a preset.
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Grid {
            /// names among the preset's list of targets
            pub targets: Option<Vec<String>>,
            /// targets
            pub target: Option<Vec<TargetSource>>,
            /// sets of inputs
            pub inputs: Option<Vec<InputSource>>,
            $( $(#[doc = $doc])+ pub $key: Option<Vec<$written>>, )+
        }

        impl Grid {
            /// The fields with a list, and for each value a preset of it alone. `targets` is none of them.
            pub(in crate::experiment) fn lists(&self) -> Vec<(&'static str, Vec<Preset>)> {
                let mut lists = Vec::new();
                schema!(@list self.target, target, lists);
                schema!(@list self.inputs, inputs, lists);
                $( schema!(@list self.$key, $key, lists); )+
                lists
            }
        }

        /// The fields of a preset with their values in force: as written, or by default. The digest is taken over the
        /// serialised fields; target and inputs are digested beside them.
        #[derive(Clone, Debug, Serialize)]
        pub struct Setup {
            /// a name for people
            pub title: String,
            /// F
            #[serde(skip)]
            pub target: Arc<Network>,
            /// X; with folded biases, each input is followed by a constant 1
            #[serde(skip)]
            pub domain: Arc<Domain>,
            $(
                $(#[doc = $doc])+
                $(#[$digest])?
                pub $key: $resolved,
            )+
        }

        impl Preset {
            /// Takes over every given field of `other`, and returns their number.
            pub fn override_with(&mut self, other: Self) -> usize {
                let mut taken = 0;
                let mut count = |is_given: bool| taken += usize::from(is_given);
                count(put(&mut self.title, other.title));
                count(put(&mut self.target, other.target));
                count(put(&mut self.targets, other.targets));
                count(put(&mut self.inputs, other.inputs));
                $( count(put(&mut self.$key, other.$key)); )+
                taken
            }

            /// The missing required fields.
            pub(in crate::experiment) fn missing(&self) -> Vec<&'static str> {
                let $preset = self;
                let missing = [
                    $( (stringify!($key), $required && self.$key.is_none()), )+
                    ("target", self.target.is_none()),
                    // The test examples take their place.
                    ("inputs", self.inputs.is_none() && self.data.is_none()),
                ];
                missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(key, _)| key).collect()
            }

            /// The value of every field in force.
            pub(in crate::experiment) fn resolve(
                &self,
                target: Arc<Network>,
                domain: Arc<Domain>,
                $derived: &Derived<'_>,
            ) -> Setup {
                Setup {
                    title: self.title.clone().unwrap_or_else(|| $derived.name.to_owned()),
                    target,
                    domain,
                    $( $key: self.$key.clone().map_or_else(|| $default, Into::into), )+
                }
            }

            /// Leaves a field out.
            pub(in crate::experiment) fn clear(&mut self, parameter: Parameter) {
                match parameter {
                    $( Parameter::$parameter => self.$key = None, )+
                    Parameter::Inputs => self.inputs = None,
                    Parameter::Target $( | Parameter::$target_parameter )+ => self.target = None,
                }
            }

            /// The text of a field in the edit pane, before any edit. A field left out shows its default, or nothing for a
            /// default derived from other fields. A field foreign to this kind of `target` is `None`.
            pub(in crate::experiment) fn shown(&self, setup: &Setup, parameter: Parameter) -> Option<String> {
                Some(match parameter {
                    $( Parameter::$parameter => schema!(@shown $kind self.$key.as_ref(), &setup.$key), )+
                    Parameter::Inputs => text::shown(&self.inputs),
                    Parameter::Target => self.target.as_ref().map_or(TargetKind::Explicit, TargetSource::kind).name().to_owned(),
                    $( Parameter::$target_parameter => return match &self.target {
                        $( Some(TargetSource::$source { $target_key, .. }) => Some(text::shown($target_key)), )+
                        _ => None,
                    }, )+
                })
            }
        }

        /// An editable field, named as in a preset. Fields of `target` begin with [`Path`](Self::Path).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Parameter {
            $(
                $(#[doc = $doc])+
                $parameter,
                $(
                    #[doc = "the source of the inputs"]
                    $next,
                )?
            )+
            /// the kind of target
            Target,
            $( #[doc = concat!("`", stringify!($target_key), "` of a target")] $target_parameter, )+
        }

        impl Parameter {
            /// All, in the order of the edit pane.
            pub const ALL: &[Self] =
                &[$( Self::$parameter, $( Self::$next, )? )+ Self::Target, $( Self::$target_parameter, )+];

            /// The field's name. The `seed` of a target is called `target_seed`.
            pub fn key(self) -> &'static str {
                match self {
                    $( Self::$parameter => stringify!($key), )+
                    Self::Inputs => "inputs",
                    Self::Target => "target",
                    $( Self::$target_parameter => schema!(@name $target_key $($alias)?), )+
                }
            }

            /// The field's name in a preset.
            pub(in crate::experiment) fn written_key(self) -> &'static str {
                match self {
                    $( Self::$target_parameter => stringify!($target_key), )+
                    other => other.key(),
                }
            }

            /// The kinds of target with this field; `None` for fields outside of `target`.
            pub fn of_targets(self) -> Option<&'static [TargetKind]> {
                match self {
                    $( Self::$target_parameter => Some(&[$( TargetKind::$source, )+]), )+
                    _ => None,
                }
            }

            /// All values, if they can be listed. The empty text leaves the field out.
            pub fn choices(self) -> &'static [&'static str] {
                match self {
                    $( Self::$parameter => &$choices, )+
                    Self::Inputs => &[],
                    Self::Target => &["Explicit", "File", "Random", "Trained"],
                    $( Self::$target_parameter => &$target_choices, )+
                }
            }

            /// Whether the field is required in its kinds of target.
            pub(in crate::experiment) fn is_required_of_targets(self) -> bool {
                match self {
                    $( Self::$target_parameter => $target_required, )+
                    _ => false,
                }
            }

            /// Reads a field of `target` by itself: a mistake is marked at the field.
            ///
            /// # Errors
            /// In words.
            pub(in crate::experiment) fn check_of_target(self, text: &str) -> Result<(), String> {
                match self {
                    $( Self::$target_parameter => text::value::<$target_type>(text).map(drop), )+
                    _ => Ok(()),
                }
            }
        }
    };
    (@shown default $written:expr, $resolved:expr) => { text::shown($resolved) };
    (@shown derived $written:expr, $resolved:expr) => { $written.map(text::shown).unwrap_or_default() };
    (@list $values:expr, $key:ident, $lists:ident) => {
        if let Some(values) = &$values {
            let alone = |value: &_| Preset { $key: Some(Clone::clone(value)), ..Preset::default() };
            $lists.push((stringify!($key), values.iter().map(alone).collect()));
        }
    };
    (@name $key:ident) => { stringify!($key) };
    (@name $key:ident $alias:ident) => { stringify!($alias) };
}

schema! {
    |preset, derived|
    fields {
        /// ε > 0, the accuracy of the whole network; follows from ε_w with `tolerance: Weight(ε_w)`
        epsilon: Positive => f64, derived f64::NAN, required preset.given_tolerance().is_none(), Epsilon [];
        /// δ in (0, 1), the allowed failure probability
        delta: Probability => f64, default f64::NAN, required true, Delta [];
        /// bound on |w*|; the largest |w*| by default
        w_max: Positive => f64, derived derived.largest_weight, required false, WMax [];
        /// bound on every activation, inputs included, outputs not; proven from the target by default
        f_max: Positive => f64, derived derived.f_max, required false, FMax [];
        /// 1/γ in (1, φ], the ratio of neighbouring buckets
        base: Base => f64, default 1.5, required false, Base [];
        /// the norms in Lemma 1
        norms: NormSource => NormSource, default NormSource::default(), required false, Norms ["Unit", "Worst", "Target"];
        /// how tolerances follow from ε, or ε_w itself
        tolerance: ToleranceRule => ToleranceRule, default derived.tolerance, required false, Tolerance ["Uniform", "PerLayer", "Walk"];
        /// the constructions, one lane each
        constructions: Vec<Construction> => Vec<Construction>, default vec![Construction::default()], required false, Constructions [];
        /// whether lanes of single neurons draw them all; each lane decides by default
        mode: Mode => Option<Mode>, default None, required false, Mode ["", "Drawn", "SkipAhead"];
        /// leave out halves without any input
        skip_dead_halves: bool => bool, default false, required false, SkipDeadHalves ["false", "true"], then Inputs;
        /// the seed of G and of the inputs tried
        seed: u64 => u64, default 0, required false, Seed [];
        /// examples with labels, to learn from
        data: DataSource => Option<DataSource>, derived None, required false, Data [], digest (serde(skip));
        /// the learned methods, one lane each, behind the constructions
        learned: Vec<LearnedMethod> => Vec<LearnedMethod>, derived Vec::new(), required false, Learned [],
            digest (serde(skip_serializing_if = "Vec::is_empty"));
    }
    target {
        path: String, of [File], required true, Path [];
        layers: Vec<String>, of [File], required false, Layers [];
        transposed: bool, of [File], required false, Transposed ["", "false", "true"];
        order: Order, of [File], required false, Order ["", "Names", "File"];
        widths: Vec<Width>, of [Random, Trained], required true, Widths [];
        weight_bound: Positive, of [Random], required true, WeightBound [];
        spectral_norm: Positive, of [Random], required false, SpectralNorm [];
        optimiser: Optimiser, of [Trained], required true, Optimiser [];
        schedule: Schedule, of [Trained], required false, Schedule ["Constant", "Cosine"];
        batch: u64, of [Trained], required false, Batch [];
        steps: u64, of [Trained], required true, Steps [];
        biases: bool, of [Trained], required false, Biases ["false", "true"];
        decay: f64, of [Trained], required false, Decay [];
        seed as target_seed: u64, of [Random, Trained], required false, TargetSeed [];
        activation: Lipschitz, of [Explicit, File, Random], required false,
            Activation ["", "Relu", "LeakyRelu(0.01)", "Tanh", "Logistic", "Identity"];
        output_activation: Lipschitz, of [Explicit, File, Random], required false,
            OutputActivation ["", "Relu", "LeakyRelu(0.01)", "Tanh", "Logistic", "Identity"];
        activations: Vec<Lipschitz>, of [Explicit, File, Random], required false, Activations [];
        graph: GraphSource, of [File], required false, Graph [];
        unrolled: bool, of [File], required false, Unrolled ["false", "true"];
        built_skips: bool, of [File], required false, BuiltSkips ["false", "true"];
    }
}

/// Puts a value in place of a field, if there is one.
fn put<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let is_given = value.is_some();
    if is_given {
        *field = value;
    }
    is_given
}

impl Preset {
    /// ε_w, if the tolerance gives it.
    pub(in crate::experiment) fn given_tolerance(&self) -> Option<f64> {
        self.tolerance.and_then(ToleranceRule::given)
    }

    /// As [`override_with`](Self::override_with), but ε and a given ε_w replace each other.
    pub(in crate::experiment) fn set(&mut self, settings: Self) {
        if settings.given_tolerance().is_some() {
            self.epsilon = None;
        } else if settings.epsilon.is_some() && self.given_tolerance().is_some() {
            self.tolerance = None;
        }
        self.override_with(settings);
    }
}

impl Setup {
    /// Whether no input of layer i = 1…ℓ can be negative.
    pub fn inputs_never_negative(&self, layer: usize) -> bool {
        self.target.architecture().inputs_never_negative(layer, self.domain.is_never_negative())
    }
}

/// The field of a preset around `key`: fields of `target` and of `inputs` are set with it.
pub(in crate::experiment) fn outer_key(key: &str) -> &str {
    let is_of_target =
        |parameter: &Parameter| parameter.of_targets().is_some() && parameter.written_key() == key;
    match key {
        "labels" | "points" => "inputs",
        "biases" => "target",
        // A `seed` in a message may be either one: the place of the setup's own is taken.
        key if key != "seed" && Parameter::ALL.iter().any(is_of_target) => "target",
        key => key,
    }
}
