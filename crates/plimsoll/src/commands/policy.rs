//! `plimsoll policy test`: the tests of policies in Rego.

use std::fmt::Write as _;
use std::io::Write;

use report::one_line;

use crate::args::PolicyCommand;
use crate::custom::{Custom, Outcome};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Does what is asked for. A test that fails is a gate that does.
pub fn run(command: &PolicyCommand, out: &mut dyn Write) -> Result<Exit, Failure> {
    let PolicyCommand::Test { paths } = command;
    let outcomes = Custom::test(paths)?;
    if outcomes.is_empty() {
        return Err(Failure::usage("there are no tests").remedy("a test is a rule whose name begins with test_"));
    }
    let mut text = String::new();
    for Outcome { name, failed } in &outcomes {
        let _ = match failed {
            None => writeln!(text, "passed: {}", one_line(name)),
            Some(why) => writeln!(text, "FAILED: {}: {}", one_line(name), one_line(why)),
        };
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failed.is_some()).count();
    let _ = writeln!(text, "{} tests, {failed} of which failed", outcomes.len());
    written(out.write_all(text.as_bytes()))?;
    Ok(if failed > 0 { Exit::GateFailed } else { Exit::Passed })
}
