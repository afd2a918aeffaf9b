//! The tensors of an unpickled file: their names, types, shapes, and places in a storage.

use super::super::number::{Number, elements};
use super::super::{Entry, FileError, UNREADABLE};
use super::pickle::{Call, Id, Pickle, Value};
use super::{damaged, printable};

/// Dictionaries and lists inside each other; networks need about five.
const DEEPEST: usize = 64;

/// More axes than any tensor has.
const MOST_AXES: usize = 64;

/// Longest name of a storage or an element type: each tensor keeps a copy.
const LONGEST_KEY: usize = 256;

/// The name of a tensor that is the whole file, as of an npy array.
const NAMELESS: &str = "weight";

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
pub(super) struct View {
    /// its storage, and the element type of the numbers in it; why there are none
    pub(super) source: Result<(Storage, Number), String>,
    /// the first element's place in the storage
    pub(super) start: usize,
    pub(super) strides: Vec<usize>,
}

/// All that a pickle holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    pub(super) views: Vec<View>,
    pub(super) others: Vec<String>,
}

/// The tensors of a pickle, in the order of its dictionaries; `bytes` is the size of the file.
pub(super) fn contents(pickle: &Pickle<'_>, bytes: usize) -> Result<Contents, FileError> {
    let mut walk = Walk {
        pickle,
        bytes,
        worth: vec![Worth::Unknown; pickle.len()],
        visits: pickle.length,
        name_bytes: 16 * pickle.length + 4096,
        found: Contents::default(),
    };
    let root = pickle.root;
    match walk.worth(root, 0)? {
        Worth::Tensor => walk.tensor(root, NAMELESS.to_owned())?,
        Worth::Tensors => walk.container(root, "", 0)?,
        _ => walk.found.others = walk.names(root),
    }
    Ok(walk.found)
}

/// What there is to find below a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Unknown,
    /// being found out: a container inside itself has no more than its other values
    Open,
    Nothing,
    Tensor,
    /// a container of tensors
    Tensors,
}

struct Walk<'a, 'p> {
    pickle: &'a Pickle<'p>,
    bytes: usize,
    worth: Vec<Worth>,
    /// Values that may still be visited: shared ones are visited again.
    visits: usize,
    name_bytes: usize,
    found: Contents,
}

impl Walk<'_, '_> {
    fn worth(&mut self, id: Id, depth: usize) -> Result<Worth, FileError> {
        let index = id as usize;
        if self.worth[index] != Worth::Unknown {
            return Ok(self.worth[index]);
        }
        if depth > DEEPEST {
            return Err(too_deep());
        }
        self.worth[index] = Worth::Open;
        let mut worth = Worth::Nothing;
        if let Value::Call(call) = self.pickle.value(id) {
            if let Some(class) = module_class(self.pickle, call) {
                return Err(FileError::WholeModule { class });
            }
            if rebuilds_tensor(self.pickle, call) {
                worth = Worth::Tensor;
            }
        }
        if worth != Worth::Tensor {
            for (_, child) in children(self.pickle, id) {
                if matches!(self.worth(child, depth + 1)?, Worth::Tensor | Worth::Tensors) {
                    worth = Worth::Tensors;
                }
            }
        }
        self.worth[index] = worth;
        Ok(worth)
    }

    /// What lies in a container of tensors.
    fn container(&mut self, id: Id, prefix: &str, depth: usize) -> Result<(), FileError> {
        if depth > DEEPEST {
            return Err(too_deep());
        }
        for (place, (key, child)) in children(self.pickle, id).into_iter().enumerate() {
            let key = key_text(self.pickle, key, place);
            let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            self.pay(&name)?;
            match self.worth[child as usize] {
                Worth::Tensor => self.tensor(child, name)?,
                Worth::Tensors => self.container(child, &name, depth + 1)?,
                _ => self.found.others.push(name),
            }
        }
        Ok(())
    }

    /// Shared values can multiply what is visited; a file that was saved visits fewer values than it has bytes.
    fn pay(&mut self, name: &str) -> Result<(), FileError> {
        let visits = self.visits.checked_sub(1);
        let name_bytes = self.name_bytes.checked_sub(name.len());
        let (Some(visits), Some(name_bytes)) = (visits, name_bytes) else {
            return Err(damaged("more values than it has bytes, by sharing them".to_owned()));
        };
        (self.visits, self.name_bytes) = (visits, name_bytes);
        Ok(())
    }

    /// The names in a file without tensors.
    fn names(&mut self, id: Id) -> Vec<String> {
        let mut names = Vec::new();
        for (place, (key, _)) in children(self.pickle, id).into_iter().enumerate() {
            let name = key_text(self.pickle, key, place);
            if self.pay(&name).is_err() {
                break;
            }
            names.push(name);
        }
        names
    }

    fn tensor(&mut self, id: Id, name: String) -> Result<(), FileError> {
        let (shape, dtype, view) =
            described(self.pickle, id).map_err(|found| damaged(format!("tensor `{name}`: {found}")))?;
        if let Ok((storage, _)) = &view.source {
            check_extent(&view, &shape, storage.length, self.bytes)
                .map_err(|found| damaged(format!("tensor `{name}`: {found}")))?;
        }
        self.found.entries.push(Entry { name, dtype, shape });
        self.found.views.push(view);
        Ok(())
    }
}

fn too_deep() -> FileError {
    damaged(format!("values nested more than {DEEPEST} deep"))
}

/// The values directly inside of a container, in its order, and their keys.
fn children(pickle: &Pickle<'_>, id: Id) -> Vec<(Option<Id>, Id)> {
    let keyed = |items: &[(Id, Id)]| items.iter().map(|&(key, value)| (Some(key), value)).collect::<Vec<_>>();
    match pickle.value(id) {
        Value::List(items) | Value::Tuple(items) => items.iter().map(|&value| (None, value)).collect(),
        Value::Dict(items) => keyed(items),
        Value::Call(call) => {
            let mut children = given_pairs(pickle, call).unwrap_or_default();
            children.extend(keyed(&call.items));
            children
        }
        _ => Vec::new(),
    }
}

/// `OrderedDict([[key, value], …])`, as the oldest protocols write it.
fn given_pairs(pickle: &Pickle<'_>, call: &Call) -> Option<Vec<(Option<Id>, Id)>> {
    if pickle.global(call.callable)? != ("collections", "OrderedDict") {
        return None;
    }
    let pairs = pickle.sequence(*pickle.sequence(call.arguments)?.first()?)?;
    let pair = |&pair: &Id| match pickle.sequence(pair)? {
        &[key, value] => Some((Some(key), value)),
        _ => None,
    };
    pairs.iter().map(pair).collect()
}

/// A key that is a text or a number, else the place of the value.
fn key_text(pickle: &Pickle<'_>, key: Option<Id>, place: usize) -> String {
    match key.map(|key| pickle.value(key)) {
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Int(number)) => number.to_string(),
        _ => place.to_string(),
    }
}

/// `torch._utils._rebuild_…`, a tensor's or a parameter's.
fn rebuilds_tensor(pickle: &Pickle<'_>, call: &Call) -> bool {
    match pickle.global(call.callable) {
        Some(("torch._utils", name)) => name.starts_with("_rebuild_"),
        Some(("torch._tensor", name)) => name == "_rebuild_from_type_v2",
        _ => false,
    }
}

/// The class of an object whose state is a module's.
fn module_class(pickle: &Pickle<'_>, call: &Call) -> Option<String> {
    let Value::Dict(state) = pickle.value(call.state?) else { return None };
    let has = |wanted: &str| state.iter().any(|&(key, _)| pickle.text(key) == Some(wanted));
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
fn described(pickle: &Pickle<'_>, id: Id) -> Result<(Vec<usize>, String, View), String> {
    let broken = || "a call that rebuilds no tensor".to_owned();
    let mut id = id;
    // A parameter holds a tensor, and a subclass of tensors holds the call that rebuilds one.
    let mut given: Option<(Id, Id)> = None;
    for _ in 0..DEEPEST {
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
            // Sparse, nested and other tensors that are no array in the file.
            _ => {
                let kind: String = name.trim_start_matches("_rebuild_").chars().take(LONGEST_KEY).collect();
                let source = Err(format!("a {kind}, which is no plain array: save `tensor.to_dense()`"));
                return Ok((
                    Vec::new(),
                    UNREADABLE.to_owned(),
                    View { source, start: 0, strides: Vec::new() },
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
) -> Result<(Vec<usize>, String, View), String> {
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
    Ok((shape, type_name(&spelled), View { source, start, strides }))
}

/// Start and length of what a tensor may use of its storage, in elements.
type Part = (usize, usize);

/// `('storage', type, key, device, elements[, (key, start, elements)])`
pub(super) fn storage_of(pickle: &Pickle<'_>, id: Id) -> Result<(Storage, Option<Part>), String> {
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
fn check_extent(view: &View, shape: &[usize], length: usize, bytes: usize) -> Result<(), String> {
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
pub(super) fn number(spelled: &str) -> Option<Number> {
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
