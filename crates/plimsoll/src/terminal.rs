//! What the terminal is like: colour, width, whether anybody watches.
//!
//! Follows no-color.org, bixense.com/clicolors (`CLICOLOR`, `CLICOLOR_FORCE`) and the common `FORCE_COLOR`. Each rule
//! is a function of its inputs, so that tests need no terminal.

use clap::ValueEnum;

/// Columns of a table that goes to a file or a pipe.
const UNKNOWN_WIDTH: usize = 120;
/// Tables narrower than this cannot be read, wider ones neither.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=200;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR or its like says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A way to ask for environment variables.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Whether to colour what goes to a stream that is a terminal, or is not.
pub fn color(choice: ColorChoice, variables: Variables<'_>, is_terminal: bool) -> bool {
    let set = |name| variables(name).is_some_and(|value| !value.is_empty());
    let on = |name| variables(name).is_some_and(|value| !matches!(&*value, "" | "0" | "false"));
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto if on("FORCE_COLOR") || on("CLICOLOR_FORCE") => true,
        ColorChoice::Auto if is_dumb(variables) => false,
        ColorChoice::Auto => {
            let refused = |name| variables(name).is_some_and(|value| value == "0");
            is_terminal && !refused("CLICOLOR") && !refused("FORCE_COLOR")
        }
    }
}

/// Whether to show progress on a stream that is a terminal, or is not. The log of a build is no place for it.
pub fn progress(variables: Variables<'_>, is_terminal: bool) -> bool {
    let builds = variables("CI").is_some_and(|value| !matches!(&*value, "" | "0" | "false"));
    is_terminal && !builds && !is_dumb(variables)
}

/// Columns for a table: `COLUMNS` where it is set, else those of the terminal.
pub fn width(variables: Variables<'_>, terminal: Option<usize>) -> usize {
    let asked = variables("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    asked.or(terminal).unwrap_or(UNKNOWN_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// Columns of the terminal on standard output, if that is one.
pub fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

fn is_dumb(variables: Variables<'_>) -> bool {
    variables("TERM").is_some_and(|value| value == "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    fn check(pairs: &[(&str, &str)], on_terminal: bool, on_pipe: bool) {
        let variables = variables(pairs);
        assert_eq!(color(ColorChoice::Auto, &variables, true), on_terminal, "{pairs:?} on a terminal");
        assert_eq!(color(ColorChoice::Auto, &variables, false), on_pipe, "{pairs:?} in a pipe");
        assert!(color(ColorChoice::Always, &variables, false));
        assert!(!color(ColorChoice::Never, &variables, true));
    }

    #[test]
    fn colour_follows_the_conventions() {
        check(&[], true, false);
        check(&[("TERM", "xterm-256color")], true, false);
        check(&[("TERM", "dumb")], false, false);
        check(&[("NO_COLOR", "1")], false, false);
        check(&[("NO_COLOR", "")], true, false);
        check(&[("CLICOLOR", "0")], false, false);
        check(&[("CLICOLOR", "1")], true, false);
        check(&[("CLICOLOR_FORCE", "1")], true, true);
        check(&[("CLICOLOR_FORCE", "0")], true, false);
        check(&[("FORCE_COLOR", "1")], true, true);
        check(&[("FORCE_COLOR", "0")], false, false);
        check(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false, false);
        check(&[("FORCE_COLOR", "1"), ("TERM", "dumb")], true, true);
        check(&[("CI", "true")], true, false);
    }

    #[test]
    fn progress_is_for_people_who_watch() {
        assert!(progress(&variables(&[]), true));
        assert!(!progress(&variables(&[]), false));
        assert!(!progress(&variables(&[("CI", "true")]), true));
        assert!(progress(&variables(&[("CI", "false")]), true));
        assert!(!progress(&variables(&[("TERM", "dumb")]), true));
    }

    #[test]
    fn width_stays_readable() {
        assert_eq!(width(&variables(&[]), None), 120);
        assert_eq!(width(&variables(&[]), Some(80)), 80);
        assert_eq!(width(&variables(&[("COLUMNS", "100")]), Some(80)), 100);
        assert_eq!(width(&variables(&[("COLUMNS", "wide")]), Some(10)), 60);
        assert_eq!(width(&variables(&[("COLUMNS", "9999")]), None), 200);
    }
}
