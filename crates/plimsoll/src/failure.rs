//! Errors as people read them: what failed, on what, why, and what to do.

use std::fmt;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use report::one_line;

use crate::exit::Exit;

/// An end before the work is done.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: anyhow::Error,
    remedy: Option<String>,
}

impl Failure {
    /// The command line makes no sense.
    pub fn usage(error: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, error: anyhow::Error::msg(error.to_string()), remedy: None }
    }

    /// This went wrong.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), remedy: None }
    }

    /// What was tried when it went wrong.
    #[must_use]
    pub fn when(self, tried: impl fmt::Display) -> Self {
        Self { error: self.error.context(tried.to_string()), ..self }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Writes it.
    pub fn print(&self, color: bool, out: &mut dyn Write) -> std::io::Result<()> {
        let style = if color { AnsiColor::Red.on_default().bold() } else { Style::new() };
        let causes = causes(&self.error);
        let mut causes = causes.iter();
        let first = causes.next().map(|cause| one_line(cause)).unwrap_or_default();
        writeln!(out, "{style}error{style:#}: {first}")?;
        for cause in causes {
            writeln!(out, "  because: {}", one_line(cause))?;
        }
        if let Some(remedy) = &self.remedy {
            writeln!(out, "  try: {}", one_line(remedy))?;
        }
        Ok(())
    }
}

/// The chain of an error without links that the one before already repeats.
fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !causes.last().is_some_and(|last| last.contains(&cause)) {
            causes.push(cause);
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failure: &Failure, expected: &str) {
        let mut out = Vec::new();
        failure.print(false, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn errors_say_what_and_why_and_what_to_do() {
        let io = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let failure = Failure::new(Exit::ScanFailed, io).when("cannot scan shop.tar").remedy("check the name");
        check(&failure, "error: cannot scan shop.tar\n  because: no such file\n  try: check the name\n");
    }

    #[test]
    fn nothing_is_said_twice() {
        let inner = anyhow::anyhow!("the disk is full");
        let failure = Failure::new(Exit::ScanFailed, inner.context("cannot write x: the disk is full"));
        check(&failure, "error: cannot write x: the disk is full\n");
    }

    #[test]
    fn hostile_names_cannot_act() {
        let failure = Failure::usage("bad \x1b[2J name\n::error::forged");
        check(&failure, "error: bad \\u{1b}[2J name \\u{3a}:error::forged\n");
    }
}
