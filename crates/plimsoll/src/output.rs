//! Where reports go: standard output, files, or both.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use model::Report;
use report::{Context, Format, Template};
use serde::Serialize;

use crate::args::{self, Output, ReportArgs, TEMPLATE};
use crate::exit::Exit;
use crate::failure::Failure;

/// Columns of a table in a file.
const FILE_WIDTH: usize = 120;

/// The places a report goes to, checked before any work is done.
pub struct Outputs(Vec<(Shape, Option<PathBuf>)>);

/// What a report becomes.
enum Shape {
    Format(&'static Format),
    Template(Box<Template>),
}

impl Shape {
    /// The shape that was asked for.
    fn of(output: &Output, formats: &'static [Format]) -> Result<Self, Failure> {
        let Some(path) = &output.template else {
            return args::format(formats, &output.format).map(Self::Format).ok_or_else(|| {
                Failure::usage(format!("there is no format {} for this", output.format))
                    .remedy(format!("there are {}", args::names(formats)))
            });
        };
        // The views that explain have another document.
        if !formats.iter().any(|format| format.name == "sarif") {
            return Err(Failure::usage(format!("there is no format {TEMPLATE} for this"))
                .remedy(format!("there are {}", args::names(formats))));
        }
        let failed = |error: io::Error, what: &str| {
            Failure::new(Exit::Usage, error).when(format!("cannot {what} the template {}", path.display()))
        };
        let source = fs::read_to_string(path).map_err(|error| failed(error, "read"))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let template = Template::new(&name, source).map_err(|error| failed(error, "understand"))?;
        Ok(Self::Template(Box::new(template)))
    }

    fn write(&self, reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Format(format) => (format.write)(reports, context, out),
            Self::Template(template) => template.write(reports, context, out),
        }
    }
}

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
        let shaped = outputs.into_iter().map(|output| Ok((Shape::of(&output, formats)?, output.file)));
        shaped.collect::<Result<_, _>>().map(Self)
    }

    /// Whether all that is written is a table on standard output.
    pub fn is_table(&self) -> bool {
        let is_table = |shape: &Shape| matches!(shape, Shape::Format(format) if format.name == "table");
        self.0.iter().all(|(shape, file)| is_table(shape) && file.is_none())
    }

    /// Writes the reports to every place.
    pub fn write(&self, reports: &[Report], context: &Context<'_>, stdout: &mut dyn Write) -> Result<(), Failure> {
        for (shape, file) in &self.0 {
            match file {
                None => {
                    let mut out = BufWriter::new(&mut *stdout);
                    written(shape.write(reports, context, &mut out).and_then(|()| out.flush()))?;
                }
                Some(file) => {
                    let context = Context { color: false, width: FILE_WIDTH, ..context.clone() };
                    replace(file, |out| shape.write(reports, &context, out))
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

/// Writes a file as a whole or not at all: beside its place first, then moved there. Whoever reads the file meanwhile, and
/// whoever finds it after a failure, has the earlier one.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // What a link points to is replaced, and not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok();
    // A pipe or a device takes what it is given; there is nothing to move.
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        let mut out = BufWriter::new(File::options().write(true).open(&path)?);
        write(&mut out)?;
        return out.flush();
    }
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let done = (|| {
        let mut out = BufWriter::new(File::options().write(true).create_new(true).open(&part)?);
        write(&mut out)?;
        out.flush()?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        if let Some(before) = before {
            file.set_permissions(before.permissions())?;
        }
        // A full disk may show only here.
        file.sync_all()?;
        fs::rename(&part, &path)
    })();
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

pub fn unwritten(error: &io::Error, place: &str) -> Failure {
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
        let place = |file: Option<PathBuf>| file.map(|file| file.display().to_string());
        let name = |shape: &Shape| if let Shape::Format(format) = shape { format.name } else { TEMPLATE };
        Ok(outputs.0.into_iter().map(|(shape, file)| (name(&shape), place(file))).collect())
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

    #[test]
    fn a_template_is_read_before_the_scan() {
        let folder = tempfile::tempdir().unwrap();
        let template = |text: &str| {
            let path = folder.path().join("report.j2");
            fs::write(&path, text).unwrap();
            outputs(None, &[&format!("template:{}=out.txt", path.display())])
        };
        assert_eq!(template("{{ tool.name }}").unwrap(), [("template", Some("out.txt".to_owned()))]);
        assert!(template("{% for %}").unwrap_err().contains("cannot understand the template"));
        assert!(outputs(None, &["template=no/such.j2"]).unwrap_err().contains("cannot read the template"));
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let content = || fs::read_to_string(&path).unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        replace(&path, |out| out.write_all(b"first")).unwrap();
        assert_eq!(content(), "first");
        let error = replace(&path, |out| {
            out.write_all(&vec![b'x'; 100_000])?;
            Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))
        });
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!((content(), names()), ("first".to_owned(), 1));
        replace(&path, |out| out.write_all(b"second")).unwrap();
        assert_eq!((content(), names()), ("second".to_owned(), 1));
    }

    #[test]
    #[cfg(unix)]
    fn links_and_permissions_stay_and_devices_are_written_to() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.json"), folder.path().join("latest.json"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        replace(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
        if Path::new("/dev/full").exists() {
            let error = replace(Path::new("/dev/full"), |out| out.write_all(b"no room")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }
}
