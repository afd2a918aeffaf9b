//! Options may stand before the command as well as after it.

use std::ffi::OsString;

use clap::{Arg, Command};

/// Moves options from before a command to behind it, clap's place for them: `slth --seed 3 run tiny` becomes
/// `slth run --seed 3 tiny`. Their order stays. Arguments without a command, and calls for help or the version, stay as
/// they are.
pub(super) fn behind_the_command(root: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut rest = arguments.into_iter();
    let mut commands: Vec<OsString> = rest.next().into_iter().collect();
    let (mut options, mut tail) = (Vec::new(), Vec::new());
    let mut command = root;
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy();
        if matches!(&*text, "--" | "-h" | "--help" | "-V" | "--version") {
            tail.push(argument);
            break;
        }
        if text.starts_with('-') {
            let takes_value = !text.contains('=') && takes_value(root, &text);
            options.push(argument);
            options.extend(takes_value.then(|| rest.next()).flatten());
        } else if let Some(found) = command.find_subcommand(&*text) {
            command = found;
            commands.push(argument);
        } else {
            tail.push(argument);
            break;
        }
    }
    commands.extend(options);
    commands.extend(tail);
    commands.extend(rest);
    commands
}

/// Whether an option of any command is followed by a value. All commands agree on it.
fn takes_value(root: &Command, option: &str) -> bool {
    all_options(root).any(|known| {
        is_called(known, option) && known.get_action().takes_values() && !known.is_require_equals_set()
    })
}

fn is_called(argument: &Arg, option: &str) -> bool {
    option.strip_prefix("--").is_some_and(|long| argument.get_long() == Some(long))
}

fn all_options(command: &Command) -> Box<dyn Iterator<Item = &Arg> + '_> {
    Box::new(command.get_opts().chain(command.get_subcommands().flat_map(all_options)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Arguments;
    use super::*;

    fn moved(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let moved = behind_the_command(&Arguments::command(), words);
        moved.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn options_move_behind_the_command_in_their_order() {
        for (line, expected) in [
            ("slth --seed 3 run tiny", "slth run --seed 3 tiny"),
            (
                "slth --seed=3 --set epsilon=0.05 run tiny --set delta=0.5",
                "slth run --seed=3 --set epsilon=0.05 tiny --set delta=0.5",
            ),
            ("slth --json run tiny", "slth run --json tiny"),
            ("slth --csv run compare tiny", "slth compare --csv run tiny"),
            ("slth --ascii presets show tiny", "slth presets show --ascii tiny"),
            ("slth --ascii presets", "slth presets --ascii"),
            ("slth --unknown run tiny", "slth run --unknown tiny"),
            ("slth run --seed 3 tiny", "slth run --seed 3 tiny"),
            // A preset stands here: no command follows it.
            ("slth tiny run", "slth tiny run"),
            ("slth --seed 3 tiny run", "slth --seed 3 tiny run"),
            ("slth --seed 3 tiny", "slth --seed 3 tiny"),
            ("slth --seed 3", "slth --seed 3"),
            ("slth --help run", "slth --help run"),
            ("slth --version run", "slth --version run"),
            ("slth -- run", "slth -- run"),
            ("slth --seed", "slth --seed"),
            ("slth", "slth"),
        ] {
            assert_eq!(moved(line), expected);
        }
    }

    /// Else an option before a command could not be told from its value.
    #[test]
    fn commands_agree_on_which_options_take_values() {
        let mut root = Arguments::command();
        root.build();
        let options: Vec<&Arg> = all_options(&root).collect();
        assert!(options.len() > 10);
        for option in &options {
            let same = options.iter().filter(|other| other.get_long() == option.get_long());
            for other in same {
                assert_eq!(other.get_action().takes_values(), option.get_action().takes_values(), "{option}");
                assert_eq!(other.get_num_args(), option.get_num_args(), "{option}");
            }
            assert!(option.get_short().is_none(), "{option}");
        }
    }
}
