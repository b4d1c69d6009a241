//! Reports that were saved, by whatever tool: from files and standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use report::import::{self, Saved};
use report::{Context, Filter, Run};

use crate::exit::Exit;
use crate::failure::Failure;

/// Bytes of a report that are read; one more tells that there are more.
const LARGEST: u64 = (1 << 30) + 1;

/// The report in a file; `-` is standard input.
pub fn read(file: &Path) -> Result<Saved, Failure> {
    let content = if file == Path::new("-") { all(io::stdin()) } else { File::open(file).and_then(all) };
    content.and_then(|content| import::read(&content)).map_err(|error| {
        Failure::new(Exit::Usage, error)
            .when(format!("cannot read the report {}", file.display()))
            .remedy("name a report that plimsoll wrote with -o json=FILE, or the JSON or SARIF of another scanner")
    })
}

/// The report as Plimsoll's JSON, whoever wrote it. What is no report stays as it is.
pub fn as_json(content: Vec<u8>) -> Vec<u8> {
    let Ok(saved) = import::read(&content) else { return content };
    if saved.tool == import::OURS {
        return content;
    }
    let context = Context {
        width: 80,
        color: false,
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &saved.generated_at,
        wants: saved.wants,
        filter: Filter { suppressed: true, ..Filter::default() },
        run: Run::default(),
        texts: None,
    };
    let mut json = Vec::new();
    let format = report::SCAN.iter().find(|format| format.name == "json");
    match format.map(|format| (format.write)(&saved.reports, &context, &mut json)) {
        Some(Ok(())) => json,
        _ => content,
    }
}

fn all(file: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LARGEST).read_to_end(&mut content)?;
    if content.len() as u64 == LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than a gigabyte"));
    }
    Ok(content)
}
