//! Which tensors of a file are layers, in which order, and which biases are theirs.

use super::{Entry, FileError, Order};

/// Places of a layer's tensors among the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tensors {
    pub(super) matrix: usize,
    pub(super) bias: Option<usize>,
}

/// Words that a matrix is called by, and those of its bias.
const MATRIX_WORDS: [&str; 3] = ["weight", "weights", "w"];
const BIAS_WORDS: [&str; 3] = ["bias", "biases", "b"];

/// All tensors of the file as layers.
pub(super) fn all(entries: &[Entry], order: Order) -> Result<Vec<Tensors>, FileError> {
    let mut matrices: Vec<usize> = (0..entries.len()).filter(|&i| entries[i].shape.len() == 2).collect();
    if order == Order::Names {
        matrices.sort_by_key(|&i| natural_key(&entries[i].name));
    }
    let layers: Vec<Tensors> =
        matrices.into_iter().map(|matrix| Tensors { matrix, bias: bias_of(entries, matrix) }).collect();
    let is_used = |i: usize| layers.iter().any(|layer| layer.matrix == i || layer.bias == Some(i));
    if let Some(entry) = (0..entries.len()).find(|&i| !is_used(i)).map(|i| &entries[i]) {
        return Err(FileError::NotAMatrix { tensor: entry.name.clone(), shape: entry.shape.clone() });
    }
    if layers.is_empty() { Err(FileError::Empty) } else { Ok(layers) }
}

/// The layers of these names, each a matrix's whole name or what stands before `weight` in it.
pub(super) fn listed(entries: &[Entry], names: &[String]) -> Result<Vec<Tensors>, FileError> {
    let matrices: Vec<usize> = (0..entries.len()).filter(|&i| entries[i].shape.len() == 2).collect();
    let find = |name: &String| {
        let whole = entries.iter().position(|entry| entry.name == *name);
        let matrix = whole.or_else(|| {
            let wanted = stem(name, &[]);
            matrices.iter().copied().find(|&i| stem(&entries[i].name, &MATRIX_WORDS) == wanted)
        });
        match matrix {
            None => {
                let found: Vec<String> = matrices.iter().map(|&i| format!("`{}`", entries[i].name)).collect();
                let found = if found.is_empty() { "no matrices".to_owned() } else { found.join(", ") };
                Err(FileError::Missing { layer: name.clone(), found })
            }
            Some(i) if entries[i].shape.len() != 2 => {
                let entry = &entries[i];
                Err(FileError::NotAMatrix { tensor: entry.name.clone(), shape: entry.shape.clone() })
            }
            Some(matrix) => Ok(Tensors { matrix, bias: bias_of(entries, matrix) }),
        }
    };
    let layers: Vec<Tensors> = names.iter().map(find).collect::<Result<_, _>>()?;
    if layers.is_empty() { Err(FileError::Empty) } else { Ok(layers) }
}

/// Each layer takes what the one before gives, and has as many biases as outputs.
pub(super) fn check_shapes(entries: &[Entry], layers: &[Tensors]) -> Result<(), FileError> {
    for (index, layer) in layers.iter().enumerate() {
        let matrix = &entries[layer.matrix];
        if let Some(before) = index.checked_sub(1).map(|before| &entries[layers[before].matrix])
            && before.shape[0] != matrix.shape[1]
        {
            return Err(FileError::Shape {
                tensor: matrix.name.clone(),
                before: before.name.clone(),
                expected: before.shape[0],
                found: matrix.shape[1],
            });
        }
        if let Some(bias) = layer.bias.map(|bias| &entries[bias])
            && bias.shape[0] != matrix.shape[0]
        {
            return Err(FileError::BiasLength {
                tensor: bias.name.clone(),
                matrix: matrix.name.clone(),
                expected: matrix.shape[0],
                found: bias.shape[0],
            });
        }
    }
    Ok(())
}

/// The tensor of one dimension that is called as the matrix is.
fn bias_of(entries: &[Entry], matrix: usize) -> Option<usize> {
    let wanted = stem(&entries[matrix].name, &MATRIX_WORDS);
    (0..entries.len()).find(|&i| {
        let entry = &entries[i];
        entry.shape.len() == 1
            && words(&entry.name).iter().any(|word| BIAS_WORDS.contains(&word.as_str()))
            && stem(&entry.name, &BIAS_WORDS) == wanted
    })
}

/// A name cut into runs of letters, runs of digits, and single other characters, in lower case.
fn words(name: &str) -> Vec<String> {
    let kind = |c: char| {
        if c.is_alphabetic() {
            1
        } else if c.is_ascii_digit() {
            2
        } else {
            3
        }
    };
    let mut words: Vec<String> = Vec::new();
    let mut last = 3;
    for c in name.chars().flat_map(char::to_lowercase) {
        match words.last_mut() {
            Some(word) if kind(c) == last && last != 3 => word.push(c),
            _ => words.push(c.to_string()),
        }
        last = kind(c);
    }
    words
}

/// A name without the last of these words that it has, and without what then stands at its ends: `fc1` of `fc1.weight`.
fn stem(name: &str, without: &[&str]) -> String {
    let mut words = words(name);
    if let Some(last) = words.iter().rposition(|word| without.contains(&word.as_str())) {
        words.remove(last);
    }
    words.concat().trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// A name cut into text and numbers, so that names sort as people count.
fn natural_key(name: &str) -> Vec<(String, u64)> {
    let mut key = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(text);
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (number, after) = tail.split_at(digits);
        key.push((head.to_owned(), number.parse().unwrap_or(0)));
        rest = after;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(described: &[(&str, &[usize])]) -> Vec<Entry> {
        let entry = |&(name, shape): &(&str, &[usize])| Entry {
            name: name.to_owned(),
            dtype: "F32".to_owned(),
            shape: shape.to_vec(),
        };
        described.iter().map(entry).collect()
    }

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["layers.10.weight", "layers.2.weight", "layers.0.weight"];
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(names, ["layers.0.weight", "layers.2.weight", "layers.10.weight"]);
    }

    #[test]
    fn a_bias_is_called_as_its_matrix_is() {
        for (matrix, bias) in [
            ("fc1.weight", "fc1.bias"),
            ("W1", "b1"),
            ("layers.10.weight", "layers.10.bias"),
            ("weight_2", "bias_2"),
            ("out", "out.bias"),
            ("bilinear.weight", "bilinear.bias"),
        ] {
            let file = entries(&[("other.bias", &[3]), (bias, &[3]), (matrix, &[3, 2])]);
            assert_eq!(bias_of(&file, 2), Some(1), "{matrix}");
        }
        let file = entries(&[("fc1.weight", &[3, 2]), ("fc11.bias", &[3]), ("fc1.running_mean", &[3])]);
        assert_eq!(bias_of(&file, 0), None);
    }

    #[test]
    fn layers_are_ordered_by_name_by_file_or_as_listed() {
        let file = entries(&[
            ("layers.10.weight", &[2, 2]),
            ("layers.10.bias", &[2]),
            ("layers.2.weight", &[2, 2]),
            ("steps", &[]),
        ]);
        let ten = Tensors { matrix: 0, bias: Some(1) };
        let two = Tensors { matrix: 2, bias: None };
        assert_eq!(all(&file[..3], Order::Names).unwrap(), [two, ten]);
        assert_eq!(all(&file[..3], Order::File).unwrap(), [ten, two]);
        assert!(
            matches!(all(&file, Order::File), Err(FileError::NotAMatrix { tensor, .. }) if tensor == "steps")
        );
        let names = ["layers.10", "layers.2.weight"].map(str::to_owned);
        assert_eq!(listed(&file, &names).unwrap(), [ten, two]);
        let missing = listed(&file, &["layers.1".to_owned()]).unwrap_err().to_string();
        assert_eq!(missing, "layer `layers.1`: expected one of `layers.10.weight`, `layers.2.weight`");
        assert!(matches!(listed(&file, &["steps".to_owned()]), Err(FileError::NotAMatrix { .. })));
        assert!(matches!(listed(&file, &[]), Err(FileError::Empty)));
    }
}
