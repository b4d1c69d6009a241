//! How configuration is judged: what the flags name is read before the scan, so that a mistake ends it early.

use jiff::Timestamp;

use crate::args::Settings;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;

/// Who judges configuration, on that day.
pub fn judge(asked: &Settings, today: Timestamp) -> Result<misconfig::Judge, Failure> {
    let mut variable_files = Vec::new();
    for path in &asked.tf_vars {
        let name = path.display().to_string();
        let text = config::read(path)
            .map_err(|error| Failure::new(Exit::Usage, error).when(format!("cannot read the variables in {name}")))?;
        variable_files.push((name, text.into_bytes()));
    }
    let mut judge = misconfig::Judge::on(today);
    judge.variable_files = variable_files;
    judge.variables.clone_from(&asked.tf_var);
    Ok(judge)
}
