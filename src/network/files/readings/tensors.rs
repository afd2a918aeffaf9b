//! Tensors grouped: a matrix, its mask, its bias and the bias's mask.

use std::collections::{HashMap, HashSet};

use super::super::TensorEntry;
use super::evidence;
use super::names::{Called, NameWords};

/// Places of a layer's tensors among the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Tensors {
    pub(in super::super) matrix: usize,
    pub(in super::super) mask: Option<usize>,
    pub(in super::super) bias: Option<usize>,
    pub(in super::super) bias_mask: Option<usize>,
}

impl Tensors {
    pub(in super::super) fn all(&self) -> impl Iterator<Item = usize> {
        [Some(self.matrix), self.mask, self.bias, self.bias_mask].into_iter().flatten()
    }
}

/// A file's tensors, their names taken apart.
pub(super) struct Catalogue<'a> {
    pub(super) entries: &'a [TensorEntry],
    pub(super) names: Vec<NameWords>,
    /// why a tensor is left alone whatever the network is
    pub(super) alone: Vec<Option<&'static str>>,
    pub(super) format: &'a str,
    /// the tensors of which only their order tells what they are
    pub(super) numbered: Option<Vec<usize>>,
    /// the first of the named biases of each stem, and of the masks of each name and shape
    biases: HashMap<Vec<String>, usize>,
    masks: HashMap<(Vec<String>, &'a [usize]), usize>,
    /// stems of the names of all matrices
    stems: HashSet<Vec<String>>,
}

/// How the biases of unnamed tensors stand among the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BiasSide {
    After,
    Before,
}

impl<'a> Catalogue<'a> {
    pub(super) fn new(entries: &'a [TensorEntry], format: &'a str) -> Self {
        let names = names_of(entries);
        let alone =
            entries.iter().zip(&names).map(|(entry, name)| evidence::left_alone(entry, name)).collect();
        let (biases, masks, stems) = Default::default();
        let mut catalogue = Self { entries, names, alone, format, numbered: None, biases, masks, stems };
        let live: Vec<usize> = catalogue.live().collect();
        for i in live {
            let name = &catalogue.names[i];
            if name.called == Called::Mask {
                catalogue.masks.entry((owned(&name.unmasked()), catalogue.shape(i))).or_insert(i);
            } else if catalogue.is_named_bias(i) {
                catalogue.biases.entry(owned(&name.stem())).or_insert(i);
            } else if catalogue.shape(i).len() == 2 {
                catalogue.stems.insert(owned(&catalogue.names[i].stem()));
            }
        }
        catalogue.numbered = catalogue.find_numbered();
        catalogue
    }

    pub(super) fn name(&self, index: usize) -> &'a str {
        &self.entries[index].name
    }

    pub(super) fn shape(&self, index: usize) -> &'a [usize] {
        &self.entries[index].shape
    }

    /// Possible parts of the network.
    pub(super) fn live(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.entries.len()).filter(|&i| self.alone[i].is_none())
    }

    /// The length of a vector, also of a column or a row; `None` for other tensors.
    pub(super) fn vector_length(&self, index: usize) -> Option<usize> {
        match *self.shape(index) {
            [] => Some(1),
            [n] | [n, 1] | [1, n] => Some(n),
            _ => None,
        }
    }

    /// Whether the name says bias and the shape allows one.
    pub(super) fn is_named_bias(&self, index: usize) -> bool {
        self.names[index].called == Called::Bias && self.vector_length(index).is_some()
    }

    /// Candidates for weight matrices.
    pub(super) fn matrices(&self) -> Vec<usize> {
        let two_sided = |&i: &usize| self.shape(i).len() == 2 && self.names[i].called != Called::Mask;
        let may_be = |&i: &usize| {
            let name = &self.names[i];
            self.entries[i].is_float() || name.called == Called::Matrix || evidence::is_nameless(name)
        };
        self.live().filter(two_sided).filter(may_be).filter(|&i| !self.is_named_bias(i)).collect()
    }

    /// The tensors of which only their order tells what they are, where the matrices are of that kind: all without names of
    /// their own, as `arr_0` and `arr_1`, or told apart by a number at the end alone. Named biases speak for themselves.
    fn find_numbered(&self) -> Option<Vec<usize>> {
        let matrices: Vec<usize> = self.live().filter(|&i| self.shape(i).len() == 2).collect();
        let (&first, rest) = matrices.split_first()?;
        if self.live().any(|i| self.is_named_bias(i)) {
            return None;
        }
        let nameless = |&i: &usize| evidence::is_nameless(&self.names[i]);
        if matrices.iter().all(nameless) {
            return Some(self.live().filter(nameless).collect());
        }
        let (template, numbers) = self.names[first].template();
        let is_same = |&i: &usize| self.names[i].template().0 == template;
        let is_clear = self.names[first].called == Called::Nothing && numbers.len() == 1;
        let is_numbered = is_clear && template.last() == Some(&"#") && rest.iter().all(is_same);
        is_numbered.then(|| self.live().filter(is_same).collect())
    }

    /// A matrix with its mask and bias by name.
    pub(super) fn unit(&self, matrix: usize) -> Tensors {
        let bias = self.biases.get(&owned(&self.names[matrix].stem())).copied();
        let bias_mask = bias.and_then(|bias| self.mask_of(bias));
        Tensors { matrix, mask: self.mask_of(matrix), bias, bias_mask }
    }

    fn mask_of(&self, tensor: usize) -> Option<usize> {
        let name = &self.names[tensor];
        let of_name = |words: &[&str]| self.masks.get(&(owned(words), self.shape(tensor))).copied();
        // `fc1.mask` is the matrix's mask.
        let of_stem = || (name.called == Called::Matrix).then(|| of_name(&name.stem())).flatten();
        of_name(&name.unmasked()).or_else(of_stem)
    }

    /// Biases by name, of no matrix by name.
    pub(super) fn loose_biases(&self, units: &[Tensors]) -> Vec<usize> {
        let used: HashSet<usize> = units.iter().flat_map(Tensors::all).collect();
        let is_loose = |&i: &usize| {
            self.is_named_bias(i) && !used.contains(&i) && !self.stems.contains(&owned(&self.names[i].stem()))
        };
        self.live().filter(is_loose).collect()
    }

    /// How the tensors from first to last can be matrices and biases by their order alone; the most regular ways first,
    /// each as one group.
    pub(super) fn by_position(&self, sequence: &[usize]) -> Vec<Vec<Vec<Tensors>>> {
        // A matrix named as a weight is one.
        let may_be_bias = |i: usize| {
            self.vector_length(i).is_some()
                && (self.shape(i).len() < 2 || self.names[i].called == Called::Nothing)
        };
        let may_be_either = |&&i: &&usize| self.shape(i).len() == 2 && may_be_bias(i);
        let unsure: Vec<usize> = sequence.iter().filter(may_be_either).copied().collect();
        let is_vector = |i: usize| self.shape(i).len() < 2;
        let positions = [BiasSide::After, BiasSide::Before];
        let assigned = |biases: &dyn Fn(usize) -> bool| {
            let mut found: Vec<Vec<Tensors>> = Vec::new();
            for position in positions {
                if let Some(units) = self.assign(sequence, biases, position)
                    && !found.contains(&units)
                {
                    found.push(units);
                }
            }
            found
        };
        let mut regular = assigned(&is_vector);
        for first in 0..2 {
            let every_second: HashSet<usize> = sequence.iter().copied().skip(first).step_by(2).collect();
            if sequence.len().is_multiple_of(2) && every_second.iter().all(|&i| may_be_bias(i)) {
                for units in assigned(&|i| every_second.contains(&i)) {
                    if !regular.contains(&units) {
                        regular.push(units);
                    }
                }
            }
        }
        let mut mixed = Vec::new();
        if !unsure.is_empty() && unsure.len() <= MOST_UNSURE && sequence.len() <= MOST_MIXED {
            for choice in 0..1_u32 << unsure.len() {
                let chosen =
                    |i: usize| unsure.iter().position(|&u| u == i).is_some_and(|at| choice >> at & 1 == 1);
                for units in assigned(&|i| is_vector(i) || chosen(i)) {
                    if !regular.contains(&units) && !mixed.contains(&units) {
                        mixed.push(units);
                    }
                }
            }
        }
        vec![regular, mixed]
    }

    /// Matrices with the following or preceding biases; `None` if a bias has no matrix beside it.
    fn assign(
        &self,
        sequence: &[usize],
        is_bias: &dyn Fn(usize) -> bool,
        position: BiasSide,
    ) -> Option<Vec<Tensors>> {
        let mut units: Vec<Tensors> = Vec::new();
        let mut waiting = None;
        let last_matrix = sequence.iter().rposition(|&i| !is_bias(i))?;
        for (at, &i) in sequence.iter().enumerate() {
            if !is_bias(i) {
                units.push(Tensors { matrix: i, mask: None, bias: waiting.take(), bias_mask: None });
                continue;
            }
            match (position, units.last_mut()) {
                (BiasSide::Before, _) if at < last_matrix && waiting.is_none() => waiting = Some(i),
                (BiasSide::After, Some(unit)) if unit.bias.is_none() => unit.bias = Some(i),
                // Vectors behind the last layer's bias may be anything; a later step decides.
                (BiasSide::After, Some(_)) if at > last_matrix && self.shape(i).len() < 2 => {}
                _ => return None,
            }
        }
        if let Some(last) = units.last_mut()
            && let Some(bias) = last.bias.filter(|&bias| self.shape(bias).len() < 2)
            && self.vector_length(bias).is_some_and(|n| !self.shape(last.matrix).contains(&n))
        {
            last.bias = None;
        }
        Some(units)
    }
}

/// Most tensors that may be layer or bias for trying every choice.
const MOST_UNSURE: usize = 10;

/// Most tensors of a file for trying every choice.
const MOST_MIXED: usize = 64;

/// The names taken apart. `Wh` and `bh` are a weight and a bias called `h` if both stand in the file.
fn names_of(entries: &[TensorEntry]) -> Vec<NameWords> {
    let all: HashSet<String> = entries.iter().map(|entry| entry.name.to_lowercase()).collect();
    let name = |entry: &TensorEntry| {
        let lower = entry.name.to_lowercase();
        let role = lower.chars().next().filter(|role| matches!(role, 'w' | 'b'));
        let rest = role.and_then(|_| lower.get(1..)).unwrap_or_default();
        let is_suffix = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_lowercase());
        match role {
            Some(role)
                if is_suffix && ["w", "b"].iter().all(|role| all.contains(&format!("{role}{rest}"))) =>
            {
                NameWords::new(&format!("{role}_{rest}"))
            }
            _ => NameWords::new(&entry.name),
        }
    };
    entries.iter().map(name).collect()
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
