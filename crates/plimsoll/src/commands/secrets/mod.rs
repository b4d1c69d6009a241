//! `plimsoll secrets` and `plimsoll repo`: whatever the target is, it goes through the same scan as an image.

pub(super) mod rules;

use std::io::{self, Write};
use std::path::Path;

use image::Opened;
use image::local::{self, Form};
use net::Environment;

use super::open::failed;
use super::scan::Job;
use crate::args::{RepoArgs, SecretsArgs, SecretsCommand, Talk};
use crate::clone::{Address, Cloned, Wanted, address};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::forge::{Asking, Organization};
use crate::web::connections;

/// `plimsoll secrets`.
pub fn run(args: &SecretsArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    if let Some(SecretsCommand::Rules(command)) = &args.command {
        return rules::run(command, out);
    }
    if let Some(organization) = &args.organization {
        return self::organization(organization, args, talk, out);
    }
    let target = args.target.as_deref().ok_or_else(|| Failure::usage("nothing to look into is named"))?;
    let common = args.common();
    let job = Job::new(&common, talk, report::SCAN, true)?.with_history(!args.past.no_git_history);
    let path = Path::new(target);
    if target == "-" {
        return job.run(vec![local::stream("stdin".into(), Box::new(io::stdin()), "stdin", "-")], out);
    }
    if path.exists() {
        let opened = match local::sniff(path) {
            Ok(Form::Directory) => local::directory(path, "fs").map_err(failed)?,
            Ok(Form::OciDir | Form::OciArchive | Form::DockerArchive) => {
                let (job, opened) = job.with_image(&args.image(None, Some(path.to_owned())))?;
                return job.run(opened, out);
            }
            Err(_) => local::single(path).map_err(failed)?,
        };
        return job.run(vec![opened], out);
    }
    if let Some(address) = address(target) {
        // All that is searched is in the history.
        return cloned(
            &job,
            &Cloned::make(Address::anybody(&address), Wanted::History, job.clones().as_deref(), common.look.offline)?,
            out,
        );
    }
    let (job, opened) = job.with_image(&args.image(Some(target.to_owned()), None))?;
    job.run(opened, out)
}

/// `plimsoll repo`.
pub fn repo(args: &RepoArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let job = Job::new(&args.common, talk, report::SCAN, true)?.with_history(!args.past.no_git_history);
    let path = Path::new(&args.target);
    if !path.exists()
        && let Some(address) = address(&args.target)
    {
        let clone =
            Cloned::make(Address::anybody(&address), Wanted::Files, job.clones().as_deref(), args.common.look.offline)?;
        return cloned(&job, &clone, out);
    }
    job.run(vec![local::directory(path, "repo").map_err(failed)?], out)
}

/// Every repository of an organisation, one after the other: what cannot be cloned is said, and fails the scan at its end.
fn organization(asked: &Organization, args: &SecretsArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let common = args.common();
    let job = Job::new(&common, talk, report::SCAN, true)?.with_history(!args.past.no_git_history);
    if common.look.offline {
        return Err(Failure::usage("--offline forbids to ask for an organisation's repositories"));
    }
    let token = variable("PLIMSOLL_FORGE_TOKEN").filter(|token| !token.is_empty());
    let http = connections(Environment::of_process());
    let asking = Asking { http, base: args.forge_url.clone(), token };
    let authorization = asking.token.as_deref().map(|token| asked.authorization(token));
    let (mut reports, mut failures) = (Vec::new(), Vec::new());
    for address in asked.repositories(&asking)? {
        if let Some(line) = &job.line {
            line.say(&address);
        }
        let from = Address { address: &address, authorization: authorization.as_deref() };
        let scanned = Cloned::make(from, Wanted::History, job.clones().as_deref(), false)
            .and_then(|clone| job.scan(opened(&clone)?));
        match scanned {
            Ok(report) => reports.push(report),
            Err(failure) => failures.push(failure),
        }
    }
    job.conclude(&reports, failures, out)
}

/// Looks into a clone, which the report calls by its address.
fn cloned(job: &Job<'_>, clone: &Cloned, out: &mut dyn Write) -> Result<Exit, Failure> {
    job.run(vec![opened(clone)?], out)
}

fn opened(clone: &Cloned) -> Result<Opened, Failure> {
    let mut opened = local::directory(clone.folder(), "repo").map_err(failed)?;
    if let Opened::Tree(tree) = &mut opened {
        clone.address().clone_into(&mut tree.image.origin.reference);
    }
    Ok(opened)
}
