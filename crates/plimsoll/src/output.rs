//! Where reports go: standard output, files, or both.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use model::Report;
use report::{Context, Format};
use serde::Serialize;

use crate::args::{self, Output, ReportArgs};
use crate::exit::Exit;
use crate::failure::Failure;

/// Columns of a table in a file.
const FILE_WIDTH: usize = 120;

/// The places a report goes to, checked before any work is done.
pub struct Outputs(Vec<(&'static Format, Option<std::path::PathBuf>)>);

impl Outputs {
    /// The formats and files that the user asked for; a table on standard output where he asked for nothing.
    pub fn new(formats: &'static [Format], asked: &ReportArgs) -> Result<Self, Failure> {
        let mut outputs: Vec<Output> = asked.format.iter().map(|format| Output::stdout(format)).collect();
        outputs.extend(asked.output.iter().cloned());
        if outputs.is_empty() {
            outputs.extend(formats.first().map(|format| Output::stdout(format.name)));
        }
        if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
            return Err(Failure::usage("several reports for standard output")
                .remedy("write all but one to files, such as -o json=report.json"));
        }
        for (index, output) in outputs.iter().enumerate() {
            let Some(file) = &output.file else { continue };
            if outputs[..index].iter().any(|earlier| earlier.file.as_ref() == Some(file)) {
                return Err(Failure::usage(format!("several reports for {}", file.display())));
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) || file.is_dir() {
                return Err(Failure::usage(format!("cannot write a report to {}", file.display()))
                    .remedy("name a file in a folder that exists"));
            }
        }
        let find = |output: Output| {
            let format = args::format(formats, &output.format);
            format.map(|format| (format, output.file)).ok_or_else(|| {
                Failure::usage(format!("there is no format {} for this", output.format))
                    .remedy(format!("there are {}", args::names(formats)))
            })
        };
        outputs.into_iter().map(find).collect::<Result<_, _>>().map(Self)
    }

    /// Writes the reports to every place.
    pub fn write(&self, reports: &[Report], context: &Context<'_>, stdout: &mut dyn Write) -> Result<(), Failure> {
        for (format, file) in &self.0 {
            match file {
                None => {
                    let mut out = BufWriter::new(&mut *stdout);
                    written((format.write)(reports, context, &mut out).and_then(|()| out.flush()))?;
                }
                Some(file) => {
                    let context = Context { color: false, width: FILE_WIDTH, ..context.clone() };
                    write_file(format, reports, &context, file)
                        .map_err(|error| unwritten(&error, &file.display().to_string()))?;
                }
            }
        }
        Ok(())
    }
}

/// Writes a value for programs.
pub fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
    writeln!(out)
}

/// Whether standard output took it. When its reader has seen enough and left, that is no failure.
pub fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error, "standard output")),
        _ => Ok(()),
    }
}

fn write_file(format: &Format, reports: &[Report], context: &Context<'_>, file: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    (format.write)(reports, context, &mut out)?;
    out.flush()
}

fn unwritten(error: &io::Error, place: &str) -> Failure {
    Failure::new(Exit::ScanFailed, anyhow::anyhow!("{error}")).when(format!("cannot write to {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(format: Option<&str>, output: &[&str]) -> Result<Vec<(&'static str, Option<String>)>, String> {
        let asked = ReportArgs {
            format: format.map(str::to_owned),
            output: output.iter().map(|text| args::output(text).unwrap()).collect(),
            severity: Vec::new(),
            all: false,
            show_suppressed: false,
        };
        let outputs = Outputs::new(report::SCAN, &asked).map_err(|failure| {
            let mut text = Vec::new();
            failure.print(false, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        })?;
        let place = |file: Option<std::path::PathBuf>| file.map(|file| file.display().to_string());
        Ok(outputs.0.into_iter().map(|(format, file)| (format.name, place(file))).collect())
    }

    #[test]
    fn reports_go_where_they_are_asked_to() {
        let file = |name: &str| Some(name.to_owned());
        assert_eq!(outputs(None, &[]).unwrap(), [("table", None)]);
        assert_eq!(outputs(Some("json"), &[]).unwrap(), [("json", None)]);
        assert_eq!(outputs(None, &["json=r.json"]).unwrap(), [("json", file("r.json"))]);
        let both = [("table", None), ("json", file("r.json"))];
        assert_eq!(outputs(Some("table"), &["json=r.json"]).unwrap(), both);
        assert_eq!(outputs(None, &["table", "json=r.json"]).unwrap(), both);
    }

    #[test]
    fn places_that_cannot_be_are_refused_before_the_scan() {
        assert!(outputs(Some("table"), &["json"]).unwrap_err().contains("standard output"));
        assert!(outputs(None, &["json=a", "table=a"]).unwrap_err().contains("several reports for a"));
        assert!(outputs(None, &["json=no/such/folder/r.json"]).unwrap_err().contains("folder that exists"));
        assert!(outputs(None, &["json=/"]).unwrap_err().contains("cannot write"));
    }
}
