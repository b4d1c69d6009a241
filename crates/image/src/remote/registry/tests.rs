//! The registry client against servers that misbehave in every way we know of.

use std::io::Read;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::{Budget, Digest, LayerIndex};

use super::*;
use crate::Source;
use crate::remote::Environment;
use crate::remote::credentials::Secret;
use crate::remote::testing::{Answer, Asked, Server};

/// An image of one layer, as a registry holds it.
struct Fixture {
    layer: Vec<u8>,
    config: String,
    manifest: String,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

impl Fixture {
    fn new() -> Self {
        // Longer than any buffer on the way, and not the same everywhere.
        let layer: Vec<u8> = (0..3_000_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let digest = Digest::sha256(&layer);
        let config = format!(r#"{{"os":"linux","architecture":"amd64","rootfs":{{"diff_ids":["{digest}"]}}}}"#);
        let manifest = format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{digest}","size":{}}}]}}"#,
            Digest::sha256(config.as_bytes()),
            config.len(),
            layer.len()
        );
        Self { layer, config, manifest }
    }

    /// What an honest registry answers.
    fn answer(&self, asked: &Asked) -> Answer {
        let name = asked.path.rsplit('/').next().unwrap();
        let is = |bytes: &[u8]| name == Digest::sha256(bytes).to_string();
        if name == "latest" || is(self.manifest.as_bytes()) {
            Answer::new(200, self.manifest.clone()).with("Docker-Content-Digest", self.digest().to_string())
        } else if is(self.config.as_bytes()) {
            Answer::new(200, self.config.clone())
        } else if is(&self.layer) {
            Answer::new(200, self.layer.clone())
        } else {
            Answer::new(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest\nunknown"}]}"#)
        }
    }

    fn digest(&self) -> Digest {
        Digest::sha256(self.manifest.as_bytes())
    }
}

/// Impatient, so that tests are quick.
fn connections(variables: &[(&str, &str)], root: &std::path::Path) -> Connections {
    let patience =
        Patience { attempts: 4, first: Duration::from_millis(1), longest: Duration::from_secs(2), deadline: None };
    Connections::with_patience(Environment::new(variables.iter().copied(), root), patience)
}

struct Client {
    connections: Connections,
    login: Option<Credential>,
    choice: PlatformChoice,
    budget: Budget,
}

impl Client {
    fn new() -> Self {
        let connections = connections(&[], "/nowhere".as_ref());
        Self { connections, login: None, choice: PlatformChoice::Host, budget: Budget::default() }
    }

    fn with(login: Credential) -> Self {
        Self { login: Some(login), ..Self::new() }
    }

    fn open(&self, reference: &str) -> Result<Vec<Box<dyn Source>>, SourceError> {
        let parsed = Reference::parse(reference).unwrap();
        let access = Access { login: self.login.clone(), insecure: false, budget: &self.budget };
        let opened = Registry::open(&self.connections, &parsed, reference, &self.choice, access)?;
        let still = |opened| match opened {
            Opened::Still(source) => source,
            _ => panic!("registries give images that lie still"),
        };
        Ok(opened.into_iter().map(still).collect())
    }

    /// Opens the image and reads its layer.
    fn pull(&self, reference: &str) -> Result<Vec<u8>, String> {
        let images = self.open(reference).map_err(|error| error.to_string())?;
        let mut blob = images[0].open(LayerIndex(0)).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        blob.reader.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        assert_eq!(blob.expected, Some(Digest::sha256(&FIXTURE.layer)));
        Ok(bytes)
    }
}

fn password() -> Credential {
    Credential::password("me", "hidden", "--username")
}

/// `printf me:hidden | base64`
const BASIC: &str = "Basic bWU6aGlkZGVu";

fn check_error(result: Result<Vec<u8>, String>, parts: &[&str]) {
    let error = result.expect_err("should fail");
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
    assert!(!error.contains("hidden"), "{error}");
}

#[test]
fn an_open_registry_is_read_without_credentials() {
    let digest = FIXTURE.digest();
    let server = Server::start(|asked| FIXTURE.answer(asked));
    assert_eq!(Client::new().pull(&format!("{}/a/b", server.host)).unwrap(), FIXTURE.layer);
    let images = Client::new().open(&format!("{}/a/b@{digest}", server.host)).unwrap();
    let origin = &images[0].image().origin;
    assert_eq!(origin.manifest, Some(digest));
    assert_eq!(origin.id, Some(Digest::sha256(FIXTURE.config.as_bytes())));
    assert_eq!(origin.reference, format!("{}/a/b@{digest}", server.host));
    let accept = server.asked()[0].header("accept").unwrap().to_owned();
    assert!(ACCEPTED.iter().all(|kind| accept.contains(kind)), "{accept}");
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_none()));
}

/// A registry that wants tokens, and a token server that wants `authorization` for them.
fn guarded(authorization: Option<&'static str>) -> (Server, Server) {
    let issued = AtomicUsize::new(0);
    let tokens = Server::start(move |asked| {
        let good = match asked.method.as_str() {
            "POST" => asked.body.contains("refresh_token=hidden-refresh"),
            _ => asked.header("authorization") == authorization,
        };
        if !good {
            return Answer::new(401, r#"{"details":"incorrect username or password"}"#);
        }
        let number = issued.fetch_add(1, Ordering::Relaxed);
        Answer::new(200, format!(r#"{{"token":"t{number}","expires_in":300}}"#))
    });
    let realm = format!("http://{}/token", tokens.host);
    let registry = Server::start(move |asked| match asked.header("authorization") {
        Some("Bearer t0" | "Bearer direct") => FIXTURE.answer(asked),
        _ => Answer::new(401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#)
            .with("WWW-Authenticate", format!(r#"Bearer realm="{realm}",service="r",scope="repository:a/b:pull""#)),
    });
    (registry, tokens)
}

#[test]
fn one_token_serves_the_whole_image() {
    let (registry, tokens) = guarded(None);
    let client = Client::new();
    assert!(client.pull(&format!("{}/a/b", registry.host)).is_ok());
    assert!(client.pull(&format!("{}/a/b", registry.host)).is_ok());
    assert_eq!(tokens.paths(), ["GET /token?service=r&scope=repository%3Aa%2Fb%3Apull"]);
}

#[test]
fn a_password_goes_to_the_token_server_only() {
    let (registry, tokens) = guarded(Some(BASIC));
    assert!(Client::with(password()).pull(&format!("{}/a/b", registry.host)).is_ok());
    assert_eq!(tokens.paths(), ["GET /token?account=me&service=r&scope=repository%3Aa%2Fb%3Apull"]);
    let seen = registry.asked();
    assert!(seen.iter().all(|asked| asked.header("authorization") != Some(BASIC)), "{seen:?}");
}

#[test]
fn an_identity_token_is_posted() {
    let (registry, tokens) = guarded(Some("nobody"));
    let identity = Credential { secret: Secret::Identity("hidden-refresh".into()), source: "a file".into() };
    assert!(Client::with(identity).pull(&format!("{}/a/b", registry.host)).is_ok());
    assert_eq!(tokens.paths(), ["POST /token"]);
}

#[test]
fn a_registry_token_is_used_as_it_is() {
    let (registry, tokens) = guarded(None);
    assert!(Client::with(Credential::token("direct", "a file")).pull(&format!("{}/a/b", registry.host)).is_ok());
    assert!(tokens.paths().is_empty());
}

#[test]
fn wrong_credentials_are_told_with_their_place_and_never_shown() {
    let (registry, tokens) = guarded(Some("other"));
    let reference = format!("{}/a/b", registry.host);
    check_error(
        Client::with(password()).pull(&reference),
        &[&registry.host, &tokens.host, "--username", "repository:a/b:pull", "401", "incorrect username or password"],
    );
    assert_eq!(tokens.asked().len(), 1, "a refusal is not asked for again");
    let stale = Credential::token("hidden-stale", "a file");
    check_error(Client::with(stale).pull(&reference), &["a file", "authentication required", "docker login"]);
}

#[test]
fn basic_is_answered_with_a_password() {
    let server = Server::start(move |asked| match asked.header("authorization") {
        Some(BASIC) => FIXTURE.answer(asked),
        _ => Answer::new(401, "").with("WWW-Authenticate", r#"Basic realm="x""#),
    });
    let reference = format!("{}/a/b", server.host);
    assert!(Client::with(password()).pull(&reference).is_ok());
    check_error(Client::new().pull(&reference), &[&server.host, "wants a user name and a password", "docker login"]);
    let other = Credential::password("me", "hidden-other", "--username");
    check_error(Client::with(other).pull(&reference), &["--username", "docker login"]);
}

#[test]
fn files_give_the_credential_for_their_registry_only() {
    let (registry, _tokens) = guarded(Some(BASIC));
    let folder = tempfile::tempdir().unwrap();
    let write = |host: &str| {
        let config = format!(r#"{{"auths":{{"{host}":{{"auth":"bWU6aGlkZGVu"}}}}}}"#);
        std::fs::write(folder.path().join("config.json"), config).unwrap();
    };
    let client = || {
        let variables = [("DOCKER_CONFIG", folder.path().to_str().unwrap())];
        Client { connections: connections(&variables, "/nowhere".as_ref()), ..Client::new() }
    };
    let reference = format!("{}/a/b", registry.host);
    write(&registry.host);
    assert!(client().pull(&reference).is_ok());
    write("127.0.0.1:1");
    check_error(client().pull(&reference), &["anonymous readers"]);
}

#[test]
fn a_busy_registry_is_waited_for_as_long_as_it_asks() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::new(429, "").with("Retry-After", "1"),
        1 => Answer::new(503, ""),
        _ => FIXTURE.answer(asked),
    });
    let start = std::time::Instant::now();
    assert!(Client::new().pull(&format!("{}/a/b", server.host)).is_ok());
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn a_registry_that_stays_busy_is_given_up() {
    let body = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}"#;
    let server = Server::start(move |_| Answer::new(429, body));
    check_error(
        Client::new().pull(&format!("{}/a", server.host)),
        &["429", "pull rate limit", "gave up after 4 attempts"],
    );
    assert_eq!(server.asked().len(), 4);
    let server = Server::start(|_| Answer::new(429, "").with("Retry-After", "3600"));
    check_error(Client::new().pull(&format!("{}/a", server.host)), &["it asks to wait 3600 s"]);
    assert_eq!(server.asked().len(), 1);
}

/// A registry whose connections break within the layer; `ranges` says whether it can go on in the middle.
fn breaking(ranges: bool, most: usize) -> Server {
    let breaks = AtomicUsize::new(0);
    Server::start(move |asked| {
        let mut answer = FIXTURE.answer(asked);
        if answer.body.len() < 1_000_000 {
            return answer;
        }
        if let Some(range) = asked.header("range").filter(|_| ranges) {
            let start: usize = range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap();
            let all = answer.body.len();
            answer.status = 206;
            answer.body.drain(..start);
            answer = answer.with("Content-Range", format!("bytes {start}-{}/{all}", all - 1));
        }
        if breaks.fetch_add(1, Ordering::Relaxed) < most {
            answer.cut = Some(answer.body.len() / 3);
        }
        answer
    })
}

#[test]
fn a_broken_connection_is_taken_up_where_it_broke() {
    let server = breaking(true, 2);
    assert_eq!(Client::new().pull(&format!("{}/a/b", server.host)).unwrap(), FIXTURE.layer);
    let ranges: Vec<_> = server.asked().iter().filter_map(|asked| asked.header("range").map(str::to_owned)).collect();
    // A third of 3,000,000 bytes came, and then a third of what was left.
    assert_eq!(ranges, ["bytes=1000000-", "bytes=1666666-"]);
}

#[test]
fn a_server_without_ranges_is_read_again() {
    let server = breaking(false, 1);
    assert_eq!(Client::new().pull(&format!("{}/a/b", server.host)).unwrap(), FIXTURE.layer);
}

#[test]
fn a_connection_that_breaks_for_ever_is_given_up() {
    let server = breaking(true, usize::MAX);
    check_error(Client::new().pull(&format!("{}/a/b", server.host)), &["broke off", "layer sha256:"]);
    assert!(server.asked().len() < 40, "{}", server.asked().len());
}

#[test]
fn a_document_that_is_not_what_was_asked_for_is_refused() {
    let server = Server::start(|asked| FIXTURE.answer(asked));
    let exchanged = Server::start(|_| Answer::new(200, r#"{"config":{}}"#));
    let digest = FIXTURE.digest();
    check_error(Client::new().pull(&format!("{}/a@{digest}", exchanged.host)), &["damaged or exchanged"]);
    let lying = Server::start(move |asked| {
        let mut answer = FIXTURE.answer(asked);
        answer.headers = vec![("Docker-Content-Digest".into(), Digest::sha256(b"").to_string())];
        answer
    });
    check_error(Client::new().pull(&format!("{}/a", lying.host)), &["damaged or exchanged"]);
    assert!(Client::new().pull(&format!("{}/a@{digest}", server.host)).is_ok());
}

#[test]
fn a_redirect_to_another_server_drops_authorization() {
    let storage = Server::start(|_| Answer::new(200, FIXTURE.layer.clone()));
    let elsewhere = storage.host.clone();
    let server = Server::start(move |asked| match asked.header("authorization") {
        None => Answer::new(401, "").with("WWW-Authenticate", "Basic"),
        // Within the same server, the header stays.
        Some(_) if asked.path.ends_with("latest") => {
            Answer::new(307, "").with("Location", format!("/v2/a/b/manifests/{}", FIXTURE.digest()))
        }
        Some(_) if asked.path.ends_with(&Digest::sha256(&FIXTURE.layer).hex()) => {
            Answer::new(307, "").with("Location", format!("http://{elsewhere}/layer?signature=1"))
        }
        Some(_) => FIXTURE.answer(asked),
    });
    assert!(Client::with(password()).pull(&format!("{}/a/b", server.host)).is_ok());
    let asked = storage.asked();
    assert_eq!(storage.paths(), ["GET /layer?signature=1"]);
    assert_eq!(asked[0].header("authorization"), None);
}

#[test]
fn redirects_end() {
    let server = Server::start(|asked| Answer::new(302, "").with("Location", format!("{}x", asked.path)));
    check_error(Client::new().pull(&format!("{}/a", server.host)), &["more than 8 redirects"]);
    let server = Server::start(|_| Answer::new(302, ""));
    check_error(Client::new().pull(&format!("{}/a", server.host)), &["leads to an address that is none"]);
}

#[test]
fn a_huge_document_is_refused_before_it_is_read() {
    let server = Server::start(|_| Answer::new(200, vec![b' '; 5000]));
    let client = Client { budget: Budget { document_bytes: 4096, ..Budget::default() }, ..Client::new() };
    check_error(client.pull(&format!("{}/a", server.host)), &["larger than the 4096 bytes"]);
}

#[test]
fn an_index_with_attestations_is_an_image() {
    let index = format!(
        r#"{{"manifests":[
          {{"digest":"{}","size":2,"platform":{{"os":"unknown","architecture":"unknown"}},"annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}},
          {{"digest":"{}","size":{},"platform":{{"os":"linux","architecture":"s390x"}}}}]}}"#,
        Digest::sha256(b"{}"),
        FIXTURE.digest(),
        FIXTURE.manifest.len()
    );
    let server = Server::start(move |asked| match asked.path.rsplit('/').next() {
        Some("latest") => Answer::new(200, index.clone()),
        _ => FIXTURE.answer(asked),
    });
    let reference = format!("{}/a", server.host);
    let mut client = Client { choice: PlatformChoice::All, ..Client::new() };
    let images = client.open(&reference).unwrap();
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].image().origin.manifest, Some(FIXTURE.digest()));
    client.choice = "linux/amd64".parse().unwrap();
    check_error(client.pull(&reference), &["no image for linux/amd64", "linux/s390x"]);
}

#[test]
fn what_is_missing_is_told_in_one_line() {
    let server = Server::start(|asked| FIXTURE.answer(asked));
    check_error(
        Client::new().pull(&format!("{}/a:none", server.host)),
        &[&server.host, "has no manifest none in a", "(MANIFEST_UNKNOWN: manifest unknown)"],
    );
}

#[test]
fn a_layer_that_outgrows_its_manifest_is_refused() {
    let server = Server::start(|asked| {
        let mut answer = FIXTURE.answer(asked);
        if answer.body.len() > 1_000_000 {
            answer.body.push(0);
        }
        answer
    });
    check_error(Client::new().pull(&format!("{}/a", server.host)), &["3000001 bytes", "the manifest says 3000000"]);
}

#[test]
fn mirrors_come_first_and_the_registry_stands_behind_them() {
    let broken = Server::start(|_| Answer::new(404, ""));
    let server = Server::start(|asked| FIXTURE.answer(asked));
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("etc/containers")).unwrap();
    let write = |registry: &str, mirror: &str| {
        let text = format!("[[registry]]\nlocation='{registry}'\n[[registry.mirror]]\nlocation='{mirror}/cache'\n");
        std::fs::write(folder.path().join("etc/containers/registries.conf"), text).unwrap();
    };
    let client = || Client { connections: connections(&[], folder.path()), ..Client::new() };
    write(&server.host, &broken.host);
    assert!(client().pull(&format!("{}/a", server.host)).is_ok());
    assert_eq!(broken.paths(), ["GET /v2/cache/a/manifests/latest"], "its layers are not asked for after that");
    write("127.0.0.1:1", &server.host);
    assert!(client().pull("127.0.0.1:1/a").is_ok());
    write("127.0.0.1:1", &broken.host);
    check_error(client().pull("127.0.0.1:1/a"), &["cannot reach 127.0.0.1:1", "before that, the mirror", &broken.host]);
}

#[test]
fn a_deadline_ends_all_waiting() {
    let server = Server::start(|_| Answer::new(503, ""));
    let budget = Budget { deadline: Some(std::time::Instant::now()), ..Budget::default() };
    let client = Client { budget, ..Client::new() };
    check_error(client.pull(&format!("{}/a", server.host)), &["the time for the whole scan is up"]);
}
