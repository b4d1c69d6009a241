//! OpenSSH's configuration (`sshd_config(5)`, `ssh_config(5)`): of a keyword that is there several times the first counts, except
//! where the manual says that all do.
//!
//! What stands below `Match` or `Host` is in the list `match` or `host`, each entry with its `criteria`. Lists of algorithms
//! become lists; those that begin with `-` take algorithms away, and are left as they are. Files that are included are judged by
//! themselves, as those of `sshd_config.d` are.

use super::Found;
use super::lines::{Repeated, Settings, lines, list, words};
use crate::{Span, Value};

/// Keywords of which every line counts.
const LISTS: &[&str] = &[
    "acceptenv",
    "allowgroups",
    "allowusers",
    "denygroups",
    "denyusers",
    "hostkey",
    "identityfile",
    "include",
    "listenaddress",
    "port",
    "subsystem",
    "setenv",
    "permitopen",
    "permitlisten",
];

/// Keywords whose value is a list with commas.
const ALGORITHMS: &[&str] = &[
    "ciphers",
    "macs",
    "kexalgorithms",
    "hostkeyalgorithms",
    "pubkeyacceptedalgorithms",
    "pubkeyacceptedkeytypes",
    "casignaturealgorithms",
    "hostbasedacceptedalgorithms",
    "authenticationmethods",
];

/// The configuration of the server.
pub fn read(text: &str, found: &mut Found<'_>) {
    blocks(text, found, &["match"]);
}

/// The configuration of a client.
pub fn client(text: &str, found: &mut Found<'_>) {
    blocks(text, found, &["host", "match"]);
}

fn blocks(text: &str, found: &mut Found<'_>, heads: &[&str]) {
    let mut whole = Settings::default();
    let mut block: Option<(String, u32, Settings)> = None;
    for (at, line) in lines(text) {
        let Some((key, value)) = split(line) else { continue };
        if heads.contains(&&*key) {
            close(&mut whole, block.take());
            let mut inside = Settings::default();
            inside.text("criteria", value, at, Repeated::First);
            block = Some((key, at, inside));
            continue;
        }
        let into = block.as_mut().map_or(&mut whole, |(.., inside)| inside);
        let repeated = if LISTS.contains(&&*key) { Repeated::All } else { Repeated::First };
        if ALGORITHMS.contains(&&*key) && !value.starts_with('-') {
            let names = value.split(|it: char| it == ',' || it.is_whitespace());
            into.add(&key, list(names.map(|name| name.trim_start_matches(['+', '^'])), at), repeated);
        } else {
            into.text(&key, value, at, repeated);
        }
    }
    close(&mut whole, block);
    if !whole.is_empty() {
        found.add_whole(whole.node(1));
    }
}

/// `Keyword value`, `Keyword=value` or `Keyword = value`.
fn split(line: &str) -> Option<(String, String)> {
    let end = line.find(|it: char| it.is_whitespace() || it == '=')?;
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let rest = rest.split_once(" #").map_or(rest, |(before, _)| before);
    Some((key.to_ascii_lowercase(), words(rest).join(" ")))
}

fn close(whole: &mut Settings, block: Option<(String, u32, Settings)>) {
    let Some((key, at, inside)) = block else { return };
    // A list, also where there is only one.
    let entry = inside.node(at);
    let one = Value::List(vec![entry.clone()]).at(Span::line(at));
    let is_first = whole.is_absent(&key);
    whole.add(&key, if is_first { one } else { entry }, Repeated::All);
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn the_first_value_counts_and_blocks_are_apart() {
        check(
            "etc/ssh/sshd_config",
            "# x\nPort 22\nport 2222\nPermitRootLogin no # why\nPermitRootLogin yes\nCiphers +aes128-cbc,3des-cbc\n\
             Match User backup Address 10.0.0.0/8\n  PasswordAuthentication=yes\nMatch all\n  X11Forwarding \"yes\"\n",
            &[
                "sshd sshd_config port[] = 22 :2",
                "sshd sshd_config port[] = 2222 :3",
                "sshd sshd_config permitrootlogin = no :4",
                "sshd sshd_config ciphers[] = aes128-cbc :6",
                "sshd sshd_config ciphers[] = 3des-cbc :6",
                "sshd sshd_config match[] criteria = User backup Address 10.0.0.0/8 :7",
                "sshd sshd_config match[] passwordauthentication = yes :8",
                "sshd sshd_config match[] criteria = all :9",
                "sshd sshd_config match[] x11forwarding = yes :10",
            ],
        );
    }

    #[test]
    fn hosts_of_clients_are_blocks() {
        check(
            "root/.ssh/config",
            "Host *.example\n  StrictHostKeyChecking no\n",
            &["ssh config host[] criteria = *.example :1", "ssh config host[] stricthostkeychecking = no :2"],
        );
    }
}
