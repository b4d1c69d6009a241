//! Tables: files in which each line is an entry of columns (`crontab(5)`, `fstab(5)`, `exports(5)`, `pam.d(5)`, `pg_hba.conf`,
//! `inetd.conf(5)`, `hosts.equiv(5)`), and files of one word or of flags on each line.

use super::Found;
use super::lines::{Repeated, Settings, joined, lines, list, words};
use crate::Node;

/// Columns by name; the last one takes what is left of the line.
fn columns(line: &str, names: &[&str], at: u32) -> Node {
    let mut body = Settings::default();
    let mut rest = line;
    for (index, name) in names.iter().enumerate() {
        rest = rest.trim_start();
        let end =
            if index + 1 == names.len() { rest.len() } else { rest.find(char::is_whitespace).unwrap_or(rest.len()) };
        let (word, after) = rest.split_at(end);
        if !word.is_empty() {
            body.text(name, word.trim_end(), at, Repeated::Last);
        }
        rest = after;
    }
    body.node(at)
}

/// The table of one user: `minute hour day month weekday command`.
pub fn cron(text: &str, found: &mut Found<'_>) {
    jobs(text, found, &["command"]);
}

/// The system's table, with the user before the command.
pub fn system_cron(text: &str, found: &mut Found<'_>) {
    jobs(text, found, &["user", "command"]);
}

fn jobs(text: &str, found: &mut Found<'_>, last: &[&str]) {
    for (at, line) in lines(text) {
        let is_time = line.starts_with(|it: char| it.is_ascii_digit() || matches!(it, '*' | '@'));
        if is_time {
            let times: &[&str] =
                if line.starts_with('@') { &["minute"] } else { &["minute", "hour", "day", "month", "weekday"] };
            let names: Vec<&str> = times.iter().chain(last).copied().collect();
            found.add(format!("line {at}"), columns(line, &names, at));
        }
    }
}

/// Mounts: `device folder type options …`.
pub fn mounts(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        let mut fields = line.split_whitespace();
        let (Some(device), Some(folder), Some(kind)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let mut body = Settings::default();
        body.text("device", device, at, Repeated::Last);
        body.text("folder", folder, at, Repeated::Last);
        body.text("type", kind, at, Repeated::Last);
        body.add("options", list(fields.next().unwrap_or("defaults").split(','), at), Repeated::Last);
        found.add(folder, body.node(at));
    }
}

/// Folders that NFS hands out: an entry for each client, with its options.
pub fn exports(text: &str, found: &mut Found<'_>) {
    for (span, line) in joined(text) {
        let at = span.first;
        let mut fields = words(&line).into_iter();
        let Some(folder) = fields.next() else { continue };
        for client in fields.filter(|client| !client.starts_with('-')) {
            let (who, options) = client.split_once('(').unwrap_or((&client, ""));
            let who = if who.is_empty() { "*" } else { who };
            let mut body = Settings::default();
            body.text("folder", folder.clone(), at, Repeated::Last);
            body.text("client", who, at, Repeated::Last);
            body.add("options", list(options.trim_end_matches(')').split(','), at), Repeated::Last);
            found.add(format!("{folder} {who}"), body.node(at));
        }
    }
}

/// Modules of PAM: `type control module arguments…`; the `service` is the file's name.
pub fn pam(text: &str, found: &mut Found<'_>) {
    for (span, line) in joined(text) {
        let at = span.first;
        // What is in brackets is one word.
        let (before, after) = line.split_once('[').unwrap_or((&line, ""));
        let (control, rest) = after.split_once(']').unwrap_or(("", ""));
        let mut first = before.split_whitespace();
        let Some(kind) = first.next().filter(|word| !word.starts_with('@')) else { continue };
        let rest: Vec<&str> = first.chain(rest.split_whitespace()).collect();
        let (control, rest) = match rest.split_first() {
            _ if !control.is_empty() => (control, &rest[..]),
            Some((control, rest)) => (*control, rest),
            None => continue,
        };
        let Some((module, arguments)) = rest.split_first() else { continue };
        let module = module.rsplit('/').next().unwrap_or(module);
        let mut body = Settings::default();
        body.text("service", found.name, at, Repeated::Last);
        body.text("type", kind.trim_start_matches('-'), at, Repeated::Last);
        body.text("control", control, at, Repeated::Last);
        body.text("module", module, at, Repeated::Last);
        body.add("arguments", list(arguments.iter().copied(), at), Repeated::Last);
        found.add(format!("{kind} {module}"), body.node(at));
    }
}

/// Who may log in to PostgreSQL: `type database user [address] method options…`.
pub fn pg_hba(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        let fields = words(line.split('#').next().unwrap_or(line));
        let Some((kind, rest)) = fields.split_first() else { continue };
        let (names, has_address): (&[&str], _) = if kind == "local" {
            (&["database", "user", "method"], false)
        } else {
            (&["database", "user", "address", "method"], true)
        };
        if rest.len() < names.len() {
            continue;
        }
        let mut body = Settings::default();
        body.text("type", kind.clone(), at, Repeated::Last);
        let mut rest = rest.to_vec();
        // An address and its mask are two words.
        if has_address && rest.len() > 4 && rest[3].starts_with(|it: char| it.is_ascii_digit()) {
            let mask = rest.remove(3);
            if mask == "0.0.0.0" {
                rest[2].push_str("/0");
            }
        }
        for (name, value) in names.iter().zip(rest) {
            body.text(name, value, at, Repeated::Last);
        }
        found.add(format!("line {at}"), body.node(at));
    }
}

/// Services that inetd starts.
pub fn inetd(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        let names = ["service", "type", "protocol", "wait", "user", "program"];
        found.add(format!("line {at}"), columns(line, &names, at));
    }
}

/// Hosts and users that are trusted without a password.
pub fn trusted(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        found.add(format!("line {at}"), columns(line, &["host", "user"], at));
    }
}

/// A word on each line: libraries that are loaded into every program, or a policy.
pub fn preload(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        found.add(format!("line {at}"), columns(line, &["value"], at));
    }
}

/// Flags of memcached, one on each line; the words are in the list `flags`, and the value of each is its entry.
pub fn memcached(text: &str, found: &mut Found<'_>) {
    let mut body = Settings::default();
    for (at, line) in lines(text) {
        let (flag, value) = line.split_once(|it: char| it.is_whitespace() || it == '=').unwrap_or((line, ""));
        body.text(flag.trim_start_matches('-'), value.trim(), at, Repeated::Last);
    }
    if !body.is_empty() {
        found.add_whole(body.node(1));
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn jobs_have_times_and_users() {
        check(
            "etc/cron.d/a",
            "SHELL=/bin/sh\n17 * * * * root  cd / && run-parts x\n@daily ann b\n",
            &[
                "cron line 2 minute = 17 :2",
                "cron line 2 hour = * :2",
                "cron line 2 day = * :2",
                "cron line 2 month = * :2",
                "cron line 2 weekday = * :2",
                "cron line 2 user = root :2",
                "cron line 2 command = cd / && run-parts x :2",
                "cron line 3 minute = @daily :3",
                "cron line 3 user = ann :3",
                "cron line 3 command = b :3",
            ],
        );
    }

    #[test]
    fn modules_have_controls_in_brackets() {
        check(
            "etc/pam.d/common-auth",
            "@include x\nauth\t[success=1 default=ignore]\tpam_unix.so nullok\n-session optional /lib/pam_a.so\n",
            &[
                "pam auth pam_unix.so service = common-auth :2",
                "pam auth pam_unix.so type = auth :2",
                "pam auth pam_unix.so control = success=1 default=ignore :2",
                "pam auth pam_unix.so module = pam_unix.so :2",
                "pam auth pam_unix.so arguments[] = nullok :2",
                "pam -session pam_a.so service = common-auth :3",
                "pam -session pam_a.so type = session :3",
                "pam -session pam_a.so control = optional :3",
                "pam -session pam_a.so module = pam_a.so :3",
            ],
        );
    }

    #[test]
    fn rules_of_postgresql_have_addresses_in_two_forms() {
        check(
            "var/lib/postgresql/data/pg_hba.conf",
            "local all all trust\nhost all \"a b\" 0.0.0.0 0.0.0.0 md5 # x\n",
            &[
                "pg-hba line 1 type = local :1",
                "pg-hba line 1 database = all :1",
                "pg-hba line 1 user = all :1",
                "pg-hba line 1 method = trust :1",
                "pg-hba line 2 type = host :2",
                "pg-hba line 2 database = all :2",
                "pg-hba line 2 user = a b :2",
                "pg-hba line 2 address = 0.0.0.0/0 :2",
                "pg-hba line 2 method = md5 :2",
            ],
        );
    }

    #[test]
    fn exports_have_an_entry_for_each_client() {
        check(
            "etc/exports",
            "/srv 10.0.0.0/8(ro,sync) (rw,no_root_squash)\n",
            &[
                "export /srv 10.0.0.0/8 folder = /srv :1",
                "export /srv 10.0.0.0/8 client = 10.0.0.0/8 :1",
                "export /srv 10.0.0.0/8 options[] = ro :1",
                "export /srv 10.0.0.0/8 options[] = sync :1",
                "export /srv * folder = /srv :1",
                "export /srv * client = * :1",
                "export /srv * options[] = rw :1",
                "export /srv * options[] = no_root_squash :1",
            ],
        );
    }
}
