//! Tensor names taken apart: words, role, layer, place in the order.

/// Words for a weight matrix, its bias and a mask.
const MATRIX_WORDS: [&str; 13] = [
    "weight", "weights", "w", "kernel", "kernels", "coef", "coefs", "theta", "thetas", "matrix", "matrices",
    "mat", "wt",
];
const BIAS_WORDS: [&str; 8] = ["bias", "biases", "b", "intercept", "intercepts", "offset", "offsets", "bs"];
const MASK_WORDS: [&str; 2] = ["mask", "masks"];

/// `torch.nn.utils.prune` keeps the unpruned weight under this word.
const ORIGINAL: &str = "orig";

/// A tensor's role by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    Matrix,
    Bias,
    Mask,
    /// by none of the words above
    Nothing,
}

/// A name cut into words.
#[derive(Clone, Debug)]
pub(super) struct NameWords {
    /// letters in lower case, numbers without leading zeros
    words: Vec<String>,
    /// the words of each component of the path `a.b/c`
    path: Vec<Vec<String>>,
    /// all words, a space before and after each
    spaced: String,
    pub(super) called: Called,
    /// of `weight_orig` and `bias_orig`
    pub(super) is_original: bool,
    /// the separator before the last component, if any
    pub(super) last_separator: Option<char>,
}

impl NameWords {
    pub(super) fn new(name: &str) -> Self {
        // Keras ends its variables with `:0`.
        let plain = match name.rsplit_once(':') {
            Some((head, tail)) if !tail.is_empty() && tail.chars().all(|c| c.is_ascii_digit()) => head,
            _ => name,
        };
        let is_separator = |c: char| matches!(c, '.' | '/');
        let path: Vec<Vec<String>> =
            plain.split(is_separator).map(words_of).filter(|words| !words.is_empty()).collect();
        let words = path.concat();
        let role = words.iter().rev().find_map(|word| match role_of(word) {
            Called::Nothing => None,
            role => Some(role),
        });
        let called = if words.iter().any(|word| MASK_WORDS.contains(&word.as_str())) {
            Called::Mask
        } else {
            role.unwrap_or(Called::Nothing)
        };
        let last_separator = plain.chars().rev().find(|&c| is_separator(c));
        let is_original = words.last().is_some_and(|word| word == ORIGINAL);
        let spaced = format!(" {} ", words.join(" "));
        Self { words, path, spaced, called, is_original, last_separator }
    }

    /// The words without the word of its role: `[fc, 1]` of `fc1.weight`, of `fc1.bias` and of `fc1.weight_mask`.
    pub(super) fn stem(&self) -> Vec<&str> {
        let mut words = self.unmasked();
        if let Some(last) = words.iter().rposition(|word| role_of(word) != Called::Nothing) {
            words.remove(last);
        }
        words
    }

    /// The words without masks and originals: `[fc, 1, weight]` of `fc1.weight_orig` and of `fc1.weight_mask`.
    pub(super) fn unmasked(&self) -> Vec<&str> {
        let kept = |word: &&str| !MASK_WORDS.contains(word) && *word != ORIGINAL;
        self.words.iter().map(String::as_str).filter(kept).collect()
    }

    /// Whether these words stand in the name one after another, as in `exp avg`.
    pub(super) fn has(&self, phrase: &str) -> bool {
        let spaced = self.spaced.as_bytes();
        self.spaced
            .match_indices(phrase)
            .any(|(at, _)| at > 0 && spaced[at - 1] == b' ' && spaced.get(at + phrase.len()) == Some(&b' '))
    }

    /// The last word, numbers left out.
    pub(super) fn last_word(&self) -> Option<&str> {
        self.words.iter().rev().map(String::as_str).find(|word| !is_number(word))
    }

    /// All words.
    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The words of each component of the path.
    pub(super) fn path(&self) -> &[Vec<String>] {
        &self.path
    }

    /// The list of networks and the number in it, if the path names one: `models.0`, or `head1` of one component.
    pub(super) fn list_member(&self, lists: &[&str], members: &[&str]) -> Option<(&str, &str)> {
        fn pair(list: &[String]) -> Option<(&str, &str)> {
            match list {
                [word, number] if is_number(number) => Some((word, number)),
                _ => None,
            }
        }
        let of_list = self.words.windows(2).filter_map(pair).find(|(word, _)| lists.contains(word));
        let alone =
            || self.path.iter().filter_map(|part| pair(part)).find(|(word, _)| members.contains(word));
        of_list.or_else(alone)
    }

    /// The words with `#` for each number, and the numbers: names of one template are ordered by their numbers.
    pub(super) fn template(&self) -> (Vec<&str>, Vec<u64>) {
        let shape = self.words().map(|word| if is_number(word) { "#" } else { word }).collect();
        let numbers = self.words().filter(|word| is_number(word));
        (shape, numbers.map(|number| number.parse().unwrap_or(u64::MAX)).collect())
    }
}

fn role_of(word: &str) -> Called {
    if MATRIX_WORDS.contains(&word) {
        Called::Matrix
    } else if BIAS_WORDS.contains(&word) {
        Called::Bias
    } else {
        Called::Nothing
    }
}

pub(super) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// Runs of letters and runs of digits; a capital after a small letter begins a word.
fn words_of(component: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum NetworkKind {
        Small,
        Capital,
        Digit,
        Other,
    }
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => NetworkKind::Digit,
        c if c.is_uppercase() => NetworkKind::Capital,
        c if c.is_alphabetic() => NetworkKind::Small,
        _ => NetworkKind::Other,
    };
    let mut words: Vec<String> = Vec::new();
    let mut last = NetworkKind::Other;
    for c in component.chars() {
        let this = kind(c);
        let goes_on = match (last, this) {
            (NetworkKind::Small, NetworkKind::Capital) | (NetworkKind::Other, _) => false,
            (NetworkKind::Digit, _) | (_, NetworkKind::Digit) => last == this,
            _ => true,
        };
        match words.last_mut() {
            _ if this == NetworkKind::Other => {}
            Some(word) if goes_on => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        last = this;
    }
    for word in &mut words {
        if is_number(word) {
            let trimmed = word.trim_start_matches('0');
            *word = if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() };
        }
    }
    words
}

/// A name cut into text and numbers, for sorting as people count.
pub(super) fn natural_key(name: &str) -> Vec<(String, u64)> {
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
