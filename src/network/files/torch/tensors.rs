//! A tensor's type, shape, and place in a storage, from its rebuilding call.

use super::super::UNREADABLE;
use super::super::number::{Number, elements};
use super::message::printable;
use super::pickle::{DeferredCall, Id, Pickle, Value};

/// More attributes than the base class of modules has; it has about 20.
const FIRST_ATTRIBUTES: usize = 128;

/// Parameters around tensors, and subclasses around calls.
const MOST_WRAPPINGS: usize = 8;

/// More axes than any tensor has.
const MOST_AXES: usize = 64;

/// Longest name of a storage or an element type: each tensor keeps a copy.
const LONGEST_KEY: usize = 256;

/// A storage: numbers of one type, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) key: String,
    /// the element type as the file spells it
    pub(super) spelled: String,
    /// elements
    pub(super) length: usize,
}

/// A tensor as a view into a storage.
#[derive(Clone, Debug)]
pub(super) struct TensorView {
    /// its storage, and the element type of the numbers in it; why there are none
    pub(super) source: Result<(Storage, Number), String>,
    /// the first element's place in the storage
    pub(super) start: usize,
    pub(super) strides: Vec<usize>,
}

/// `torch._utils._rebuild_…`, a tensor's or a parameter's.
pub(super) fn rebuilds_tensor(pickle: &Pickle<'_>, call: &DeferredCall) -> bool {
    match pickle.global(call.callable) {
        Some(("torch._utils", name)) => name.starts_with("_rebuild_"),
        Some(("torch._tensor", name)) => name == "_rebuild_from_type_v2",
        _ => false,
    }
}

/// The class of a module, told by its state.
pub(super) fn module_class(pickle: &Pickle<'_>, call: &DeferredCall) -> Option<String> {
    let Value::Dict(state) = pickle.value(call.state?) else { return None };
    // The base class sets these attributes first; many objects can share one huge state.
    let first = &state[..state.len().min(FIRST_ATTRIBUTES)];
    let has = |wanted: &str| first.iter().any(|&(key, _)| pickle.text(key) == Some(wanted));
    if !has("_parameters") || !has("_modules") {
        return None;
    }
    let mut class = call.callable;
    // Protocols before 2 create an object by `copy_reg._reconstructor(class, object, None)`.
    if matches!(pickle.global(class), Some(("copy_reg" | "copyreg", _))) {
        class = *pickle.sequence(call.arguments)?.first()?;
    }
    // Old versions of PyTorch name a module's class by a persistent id: ('module', class, file, source).
    if let Value::Persistent(id) = pickle.value(class) {
        class = *pickle.sequence(*id)?.get(1)?;
    }
    let (module, name) = pickle.global(class)?;
    Some(printable(&format!("`{module}.{name}`")))
}

/// Shape, type and place of a tensor.
pub(super) fn described(pickle: &Pickle<'_>, id: Id) -> Result<(Vec<usize>, String, TensorView), String> {
    let broken = || "a call that rebuilds no tensor".to_owned();
    let mut id = id;
    // A parameter holds a tensor, and a subclass of tensors holds a rebuilding call.
    let mut given: Option<(Id, Id)> = None;
    for _ in 0..MOST_WRAPPINGS {
        let (callable, arguments) = match (given.take(), pickle.value(id)) {
            (Some(given), _) => given,
            (None, Value::Call(call)) => (call.callable, call.arguments),
            _ => return Err(broken()),
        };
        let (_, name) = pickle.global(callable).ok_or_else(broken)?;
        let arguments = pickle.sequence(arguments).ok_or_else(broken)?;
        match name {
            "_rebuild_parameter" | "_rebuild_parameter_with_state" => {
                id = *arguments.first().ok_or_else(broken)?;
            }
            "_rebuild_from_type_v2" => match *arguments {
                [function, _, inner, ..] => given = Some((function, inner)),
                _ => return Err(broken()),
            },
            "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_tensor_v3" | "_rebuild_qtensor" => {
                let dtype = if name == "_rebuild_tensor_v3" { arguments.get(6) } else { None };
                return strided(pickle, arguments, dtype.copied());
            }
            // Sparse, nested and other tensors without a plain array.
            _ => {
                let kind: String = name.trim_start_matches("_rebuild_").chars().take(LONGEST_KEY).collect();
                let source = Err(format!("a {kind}, which is no plain array: save `tensor.to_dense()`"));
                return Ok((
                    Vec::new(),
                    UNREADABLE.to_owned(),
                    TensorView { source, start: 0, strides: Vec::new() },
                ));
            }
        }
    }
    Err(broken())
}

/// `(storage, start, shape, strides, …)`
fn strided(
    pickle: &Pickle<'_>,
    arguments: &[Id],
    dtype: Option<Id>,
) -> Result<(Vec<usize>, String, TensorView), String> {
    let &[storage, start, shape, strides, ..] = arguments else {
        return Err(format!("{} arguments of a tensor", arguments.len()));
    };
    let Value::Persistent(storage) = *pickle.value(storage) else {
        return Err("a tensor without a storage".to_owned());
    };
    let (mut storage, view) = storage_of(pickle, storage)?;
    let shape = extents(pickle, shape, "shape")?;
    let strides = extents(pickle, strides, "strides")?;
    if shape.len() != strides.len() {
        return Err(format!("{} strides for {} axes", strides.len(), shape.len()));
    }
    let mut start = natural(pickle, start).ok_or("a start that is no place")?;
    let mut spelled = storage.spelled.clone();
    // An untyped storage is counted in bytes.
    if let Some(("torch", dtype)) = dtype.and_then(|dtype| pickle.global(dtype)) {
        spelled = dtype.chars().take(LONGEST_KEY).collect();
        if let (Some(number), Some(each)) = (number(&spelled), element_size(&storage.spelled)) {
            storage.length = storage.length.saturating_mul(each) / number.size();
        }
    }
    if let Some((offset, length)) = view {
        start = start.checked_add(offset).ok_or("a start beyond any storage")?;
        storage.length = storage.length.min(offset.saturating_add(length));
    }
    let source = match number(&spelled) {
        Some(number) => Ok((storage, number)),
        None => Err(format!("numbers of type {}", type_name(&spelled))),
    };
    Ok((shape, type_name(&spelled), TensorView { source, start, strides }))
}

/// Start and length of a part of a storage, in elements.
type StoragePart = (usize, usize);

/// `('storage', type, key, device, elements[, (key, start, elements)])`
pub(super) fn storage_of(pickle: &Pickle<'_>, id: Id) -> Result<(Storage, Option<StoragePart>), String> {
    let broken = || "a storage that is not described".to_owned();
    let Some(&[tag, class, key, _, length, ref rest @ ..]) = pickle.sequence(id) else {
        return Err(broken());
    };
    if pickle.text(tag) != Some("storage") {
        return Err(broken());
    }
    let (_, class) =
        pickle.global(class).filter(|(_, class)| class.len() <= LONGEST_KEY).ok_or_else(broken)?;
    let key = match pickle.value(key) {
        Value::Text(key) if key.len() <= LONGEST_KEY => key.to_string(),
        Value::Int(key) => key.to_string(),
        _ => return Err(broken()),
    };
    let length = natural(pickle, length).ok_or_else(broken)?;
    let part = match rest.first().and_then(|&view| pickle.sequence(view)) {
        Some(&[_, start, length]) => {
            Some((natural(pickle, start).ok_or_else(broken)?, natural(pickle, length).ok_or_else(broken)?))
        }
        _ => None,
    };
    Ok((Storage { key, spelled: class.to_owned(), length }, part))
}

/// A shape or strides: a tuple, or `torch.Size` of one.
fn extents(pickle: &Pickle<'_>, id: Id, what: &str) -> Result<Vec<usize>, String> {
    let id = match pickle.value(id) {
        Value::Call(call) => {
            pickle.sequence(call.arguments).and_then(|given| given.first().copied()).unwrap_or(id)
        }
        _ => id,
    };
    let extents = pickle.sequence(id).ok_or_else(|| format!("a {what} that is no tuple"))?;
    if extents.len() > MOST_AXES {
        return Err(format!("{} axes", extents.len()));
    }
    let extents: Option<_> = extents.iter().map(|&extent| natural(pickle, extent)).collect();
    extents.ok_or_else(|| format!("a {what} of other than whole numbers from 0 up"))
}

fn natural(pickle: &Pickle<'_>, id: Id) -> Option<usize> {
    match *pickle.value(id) {
        Value::Int(number) => usize::try_from(number).ok(),
        _ => None,
    }
}

/// A tensor lies in its storage. Repeated numbers (strides of 0) are no more than the file has bytes.
pub(super) fn check_extent(
    view: &TensorView,
    shape: &[usize],
    length: usize,
    bytes: usize,
) -> Result<(), String> {
    let count = elements(shape).ok_or_else(|| format!("shape {shape:?}, which no memory holds"))?;
    if count == 0 {
        return Ok(());
    }
    if count > bytes.max(length) {
        return Err(format!("shape {shape:?}, {count} numbers in a file of {bytes} bytes"));
    }
    let mut last = Some(view.start);
    for (&extent, &stride) in shape.iter().zip(&view.strides) {
        let along = (extent - 1).checked_mul(stride);
        last = last.zip(along).and_then(|(last, along)| last.checked_add(along));
    }
    match last {
        Some(last) if last < length => Ok(()),
        _ => Err(format!(
            "shape {shape:?} with strides {:?} from {}, beyond a storage of {length} numbers",
            view.strides, view.start
        )),
    }
}

/// The element type behind PyTorch's name of a storage or a dtype.
fn number(spelled: &str) -> Option<Number> {
    Some(match spelled {
        "HalfStorage" | "float16" => Number::F16,
        "BFloat16Storage" | "bfloat16" => Number::BF16,
        "FloatStorage" | "float32" => Number::F32,
        "DoubleStorage" | "float64" => Number::F64,
        "CharStorage" | "int8" => Number::I8,
        "ShortStorage" | "int16" => Number::I16,
        "IntStorage" | "int32" => Number::I32,
        "LongStorage" | "int64" => Number::I64,
        "ByteStorage" | "UntypedStorage" | "uint8" => Number::U8,
        "uint16" => Number::U16,
        "uint32" => Number::U32,
        "uint64" => Number::U64,
        "BoolStorage" | "bool" => Number::Bool,
        _ => return None,
    })
}

/// Bytes of an element; the storages of the legacy form stand one behind the other.
pub(super) fn element_size(spelled: &str) -> Option<usize> {
    Some(match spelled {
        "ComplexFloatStorage" => 8,
        "ComplexDoubleStorage" => 16,
        "QInt32Storage" => 4,
        "QInt8Storage" | "QUInt8Storage" | "QUInt4x2Storage" | "QUInt2x4Storage" => 1,
        _ => number(spelled)?.size(),
    })
}

/// The name of an element type in safetensors, else PyTorch's.
fn type_name(spelled: &str) -> String {
    match (number(spelled), spelled) {
        (Some(number), _) => number.name().to_owned(),
        (None, "ComplexFloatStorage") => "C64".to_owned(),
        (None, "ComplexDoubleStorage") => "C128".to_owned(),
        _ => spelled.trim_end_matches("Storage").to_owned(),
    }
}
