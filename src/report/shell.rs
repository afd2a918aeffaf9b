//! Words of a shell.

use crate::visible::is_hidden;

/// A word as a shell reads it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else if word.contains(is_hidden) {
        // bash, zsh and ksh read the bytes of hidden characters.
        let shown = |c: char| match c {
            '\'' | '\\' => format!("\\{c}"),
            c if is_hidden(c) => {
                c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\x{byte:02x}")).collect()
            }
            c => c.to_string(),
        };
        format!("$'{}'", word.chars().map(shown).collect::<String>())
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
