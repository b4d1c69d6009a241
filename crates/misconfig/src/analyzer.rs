//! Files to facts: which files are configuration. What they mean is judged later, all of them together.

use model::{Analyzer, Facts, File, ImagePath, Key, Unreadable};

use crate::detect::{is_candidate, is_dockerfile, is_jenkinsfile, is_terraform, language, part};
use crate::{Target, host, reader};

/// Keeps files of configuration.
pub static ANALYZER: Analyzer = Analyzer {
    name: "configuration",
    version: 2,
    files: &[
        Key::Head(|_, _| true).when(is_dockerfile),
        Key::Head(|_, _| true).when(host::is_known),
        Key::Head(|_, _| true).when(is_jenkinsfile),
        Key::Extension("yaml").when(is_candidate),
        Key::Extension("yml").when(is_candidate),
        Key::Extension("json").when(is_candidate),
        Key::Extension("bicep").when(is_candidate),
        Key::Extension("tf").when(is_terraform),
        Key::Extension("tfstate").when(is_terraform),
        Key::Extension("tfvars").when(is_terraform),
        Key::Extension("tofu").when(is_terraform),
        Key::Extension("tpl").when(is_template),
        Key::Name("Kustomization").when(is_candidate),
    ],
    analyze,
};

/// Larger files are made by programs and for programs.
const LARGEST: usize = 8 << 20;

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let target = language(file.path, file.content).filter(|target| reader(*target).is_some());
    let Some(language) = target.map(Target::name).or_else(|| part(file.path, file.content)) else { return Ok(()) };
    if file.content.len() > LARGEST {
        let detail = format!("configuration of {} bytes; more than {LARGEST} are not read", file.content.len());
        return Err(Unreadable::limit(detail));
    }
    match target {
        Some(Target::Host) => facts.configuration(language, &host::redacted(file.path, file.content)),
        _ => facts.configuration(language, file.content),
    }
    Ok(())
}

fn is_template(path: &ImagePath) -> bool {
    part(path, b"").is_some()
}
