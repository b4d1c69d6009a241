//! `plimsoll install docker-plugin`: this program as a plugin of Docker's command line.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use report::one_line;
use serde_json::{Map, Value, json};

use crate::args::{DockerPlugin, Install};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{replace, written};
use crate::plugin::NAME;

/// Docker's own file says a few things; larger ones are none of its.
const LARGEST: u64 = 4 << 20;

pub fn run(command: &Install, out: &mut dyn Write) -> Result<Exit, Failure> {
    let Install::DockerPlugin(args) = command;
    let folder = match &args.dir {
        Some(folder) => folder.clone(),
        None => docker()?.join("cli-plugins"),
    };
    let place = folder.join(if cfg!(windows) { format!("{NAME}.exe") } else { NAME.to_owned() });
    let failed = |error: io::Error| {
        Failure::new(Exit::ScanFailed, error).when(format!("cannot put the plugin at {}", place.display()))
    };
    let program = std::env::current_exe().map_err(failed)?;
    fs::create_dir_all(&folder).map_err(failed)?;
    if fs::symlink_metadata(&place).is_ok() {
        let is_ours = fs::canonicalize(&place).is_ok_and(|there| there == program);
        if !is_ours && !args.force {
            return Err(Failure::usage(format!("there is another program at {}", place.display()))
                .remedy("look what it is, and replace it with --force"));
        }
        fs::remove_file(&place).map_err(failed)?;
    }
    put(&program, &place, args).map_err(failed)?;
    written(writeln!(out, "docker scan is {}", one_line(&place.display().to_string())))?;
    if args.hint {
        let file = docker()?.join("config.json");
        hint(&file)
            .map_err(|error| Failure::new(Exit::ScanFailed, error).when(format!("cannot change {}", file.display())))?;
        written(writeln!(out, "after a build, docker hints at it ({})", one_line(&file.display().to_string())))?;
    }
    Ok(Exit::Passed)
}

/// Where Docker keeps what is the user's.
fn docker() -> Result<PathBuf, Failure> {
    let given = variable("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        variable(name).filter(|folder| !folder.is_empty()).map(|home| Path::new(&home).join(".docker"))
    };
    given.or_else(home).ok_or_else(|| {
        Failure::usage("it is not known where Docker keeps its plugins").remedy("name the folder: --dir DIR")
    })
}

#[cfg(unix)]
fn put(program: &Path, place: &Path, args: &DockerPlugin) -> io::Result<()> {
    if args.copy { fs::copy(program, place).map(drop) } else { std::os::unix::fs::symlink(program, place) }
}

#[cfg(not(unix))]
fn put(program: &Path, place: &Path, _: &DockerPlugin) -> io::Result<()> {
    fs::copy(program, place).map(drop)
}

/// Asks for a hint after builds (docker/cli, "Hooks"); everything else in the file stays, credentials as well.
fn hint(file: &Path) -> io::Result<()> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{what} is no JSON object"));
    let mut config: Map<String, Value> = match fs::metadata(file) {
        Ok(there) if there.len() > LARGEST => return Err(io::Error::other("it is too large to be Docker's")),
        Ok(_) => serde_json::from_slice(&fs::read(file)?).map_err(io::Error::from)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Map::new(),
        Err(error) => return Err(error),
    };
    let plugins = config.entry("plugins").or_insert_with(|| json!({}));
    let plugins = plugins.as_object_mut().ok_or_else(|| wrong("\"plugins\""))?;
    let scan = plugins.entry("scan").or_insert_with(|| json!({}));
    scan.as_object_mut().ok_or_else(|| wrong("\"plugins.scan\""))?.insert("hooks".into(), json!("build,buildx build"));
    let text = serde_json::to_string_pretty(&config).map_err(io::Error::from)?;
    replace(file, |out| writeln!(out, "{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_docker_keeps_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        fs::write(&file, r#"{"auths":{"r.example":{"auth":"eDp5"}},"plugins":{"other":{"a":"b"}}}"#).unwrap();
        hint(&file).unwrap();
        let config: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(
            config,
            json!({
                "auths": { "r.example": { "auth": "eDp5" } },
                "plugins": { "other": { "a": "b" }, "scan": { "hooks": "build,buildx build" } },
            })
        );
        fs::write(&file, "[]").unwrap();
        assert!(hint(&file).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "[]");
    }
}
