//! Texts in sections: a line `[NAME]` begins one, `#` begins a line that is a comment.

/// The lines that say something, each with the name of its section, without the white space around them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.trim();
            return None;
        }
        (!line.is_empty() && !line.starts_with('#')).then_some((section, line))
    })
}

/// The parts of `KEY = VALUE`.
pub(super) fn assignment(line: &str) -> Option<(&str, &str)> {
    line.split_once('=').map(|(key, value)| (key.trim(), value.trim()))
}
