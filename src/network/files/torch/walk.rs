//! The names of the tensors in a pickle, by way of its dictionaries and lists.

use super::super::{FileError, TensorEntry};
use super::message::damaged;
use super::pickle::{DeferredCall, Id, Pickle, Value};
use super::tensors::{TensorView, check_extent, described, module_class, rebuilds_tensor};

/// Dictionaries and lists inside each other; networks need about five.
const DEEPEST: usize = 64;

/// The name of a file's only tensor, as of an npy array.
const NAMELESS: &str = "weight";

/// A pickle's tensors and other contents.
#[derive(Default)]
pub(super) struct PickledTensors {
    pub(super) entries: Vec<TensorEntry>,
    pub(super) views: Vec<TensorView>,
    pub(super) others: Vec<String>,
}

/// The tensors of a pickle, in the order of its dictionaries; `bytes` is the size of the file.
pub(super) fn contents(pickle: &Pickle<'_>, bytes: usize) -> Result<PickledTensors, FileError> {
    let mut walk = Walk {
        pickle,
        bytes,
        worth: vec![Worth::Unknown; pickle.len()],
        visits: pickle.length,
        edges: 4 * pickle.length + 1024,
        name_bytes: 16 * pickle.length + 4096,
        found: PickledTensors::default(),
    };
    let root = pickle.root;
    match walk.worth(root, 0)? {
        Worth::Tensor => walk.tensor(root, NAMELESS.to_owned())?,
        Worth::Tensors => walk.container(root, "", 0)?,
        _ => walk.found.others = walk.names(root),
    }
    Ok(walk.found)
}

/// The tensors and other content below a value.
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
    /// Visits left: shared values are visited again.
    visits: usize,
    name_bytes: usize,
    /// edges left for [`Walk::worth`]: many ordered dictionaries can be given one list
    edges: usize,
    found: PickledTensors,
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
            let children = children(self.pickle, id);
            self.edges = self.edges.checked_sub(children.len()).ok_or_else(too_shared)?;
            for (_, child) in children {
                if matches!(self.worth(child, depth + 1)?, Worth::Tensor | Worth::Tensors) {
                    worth = Worth::Tensors;
                }
            }
        }
        self.worth[index] = worth;
        Ok(worth)
    }

    /// The content of a container of tensors.
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

    /// Limits the visits: sharing can multiply them without end, and a saved file has fewer than bytes.
    fn pay(&mut self, name: &str) -> Result<(), FileError> {
        let visits = self.visits.checked_sub(1);
        let name_bytes = self.name_bytes.checked_sub(name.len());
        let (Some(visits), Some(name_bytes)) = (visits, name_bytes) else {
            return Err(too_shared());
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
        self.found.entries.push(TensorEntry { name, dtype, shape });
        self.found.views.push(view);
        Ok(())
    }
}

fn too_shared() -> FileError {
    damaged("more values than it has bytes, by sharing them".to_owned())
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
fn given_pairs(pickle: &Pickle<'_>, call: &DeferredCall) -> Option<Vec<(Option<Id>, Id)>> {
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

/// A text or a number, else the place of the value.
fn key_text(pickle: &Pickle<'_>, key: Option<Id>, place: usize) -> String {
    match key.map(|key| pickle.value(key)) {
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Int(number)) => number.to_string(),
        _ => place.to_string(),
    }
}
