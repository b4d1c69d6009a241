//! What looks like secrets and is none: every class of noise beside every word by which a provider is recognized, and the near
//! misses of every kind.

use std::collections::BTreeSet;

use secrets::KINDS;

use crate::EXAMPLES;
use crate::fill::{Chance, fill};

/// A text without a secret.
pub struct Negative {
    pub class: &'static str,
    /// The kind that it is no secret of; of none where there is none.
    pub kind: Option<&'static str>,
    pub text: String,
}

/// `{}` is the word of a provider.
const CLASSES: &[(&str, &[&str])] = &[
    (
        "UUIDs",
        &[
            "{}_tenant_id: <uuid>\n",
            "{\"{}\": {\"requestId\": \"<uuid>\", \"id\": \"<uuid>\"}}\n",
            "Project(\"{<uuid>}\") = \"{}\", \"{}.csproj\", \"{<uuid>}\"\n",
            "kms_key_id = \"<uuid>\" # {}\n",
        ],
    ),
    (
        "commits",
        &[
            "uses: {}/deploy-action@<hex-lower:40>\n",
            "{}_commit: <hex-lower:40>\n",
            "git -C {} checkout <hex-lower:40>\n",
            "https://git.example/{}/archive/<hex-lower:40>.tar.gz\n",
            "-e git+https://git.example/{}/sdk.git@<hex-lower:40>#egg=sdk\n",
        ],
    ),
    (
        "checksums",
        &[
            "<hex-lower:32>  usr/share/{}/token.json\n",
            "<hex-lower:64> *{}-token.tar.gz\n",
            "ARG {}_SHA256=<hex-lower:64>\n",
            "\"{}KeyDigest\": \"sha256:<hex-lower:64>\"\n",
            "usr/share/{}/secret.conf <hex-lower:32>\n",
            "{}/token.py,sha256=<base64url:43>,1234\n",
        ],
    ),
    (
        "lock files",
        &[
            "\"node_modules/{}-token\": {\"version\": \"1.2.3\", \"integrity\": \"sha512-<base64:86>==\"}\n",
            "github.com/{}/auth v1.2.3 h1:<base64:43>=\n",
            "\"h1:<base64:43>=\", # {} key\n\"zh:<hex-lower:64>\",\n",
            "{}-token@^1.0.0:\n  resolved \"https://registry.example/{}-token/-/{}-token-1.0.0.tgz#<hex-lower:40>\"\n",
            "name = \"{}-key\"\nchecksum = \"<hex-lower:64>\"\n",
            "{}-secret==1.0.0 --hash=sha256:<hex-lower:64>\n",
        ],
    ),
    (
        "images",
        &["FROM {}/token-service@sha256:<hex-lower:64>\n", "image: registry.example/{}/auth@sha256:<hex-lower:64>\n"],
    ),
    (
        "file names",
        &[
            "<script src=\"/static/{}-token.<hex-lower:20>.js\"></script>\n",
            "/nix/store/<lower+digit:32>-{}-key-1.0\n",
            "{}/auth/assets/index-<alnum:8>.css\n",
        ],
    ),
    (
        "images and fonts in base64",
        &[
            ".{}-key { background: url(data:image/png;base64,iVBORw0KGgo<base64:400>) }\n",
            "{}_token_font: url(data:font/woff2;base64,d09GMg<base64:600>)\n",
        ],
    ),
    (
        "source maps",
        &[
            "{\"sources\":[\"{}/token.ts\"],\"mappings\":\"AAAA,SAASA,KAAK,CAACC,MAAMC,GAAG,EAAEC,IAAI,CAAC;AACjB,MAAMC,KAAK,GAAGD\"}\n",
        ],
    ),
    (
        "encrypted values",
        &[
            "{}_api_key: ENC[AES256_GCM,data:<base64:44>,iv:<base64:43>=,tag:<base64:22>==,type:str]\n",
            "{}.api.key=ENC(<base64:44>)\n",
            "{}_token: vault:v1:<base64:64>\n",
        ],
    ),
    (
        "public keys",
        &[
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI<base64:43> {}-key\n",
            "{}_key: |\n  -----BEGIN PUBLIC KEY-----\n  MIIBIjANBgkqhkiG9w0BAQEFAAOC<base64:36>\n  -----END PUBLIC KEY-----\n",
            "{}_ca: |\n  -----BEGIN CERTIFICATE-----\n  MIIDdzCCAl+gAwIBAgIEAgAAuTANB<base64:35>\n  -----END CERTIFICATE-----\n",
        ],
    ),
    (
        "placeholders",
        &[
            "{}_API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
            "{}_API_KEY=your-{}-api-key-goes-here-1\n",
            "{}_TOKEN=00000000000000000000000000000000\n",
            "{}_SECRET=1234567890abcdef1234567890abcdef\n",
            "{}_TOKEN=<insert-your-token-here>\n",
        ],
    ),
    (
        "references",
        &[
            "{}_API_KEY=${PRODUCTION_API_KEY_NUMBER_1}\n",
            "{}_token: {{ secrets.PRODUCTION_API_TOKEN_1 }}\n",
            "const {}Token = process.env.PRODUCTION_API_TOKEN_1;\n",
            "{}_key = os.environ[\"PRODUCTION_API_KEY_NUMBER_1\"]\n",
            "{}_secret: op://production/vault1/credential\n",
            "{}_secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:production-Ab1Cd2\n",
        ],
    ),
    (
        "names in programs",
        &[
            "self.{}_token = AccessTokenCredentialsProvider2()\n",
            "import com.example.{}.auth.OAuth2AccessTokenResponseClient;\n",
            "{}_api_key = get_default_connection_secret_key_v2\n",
            "def test_{}_token_refresh_without_network_access_2():\n",
        ],
    ),
    (
        "settings about keys",
        &[
            "{}_key_name: primary-rotation-2024-eu-west-1\n",
            "{}_token_url = \"https://api.example/oauth2/token/v2\"\n",
            "{}_secret_name: production/{}/credentials-2\n",
            "{}_token_type: urn:ietf:params:oauth:token-type:access_token\n",
            "{}_key_fingerprint=<hex-lower:40>\n",
        ],
    ),
    (
        "messages",
        &[
            "msgid \"The {} token is not valid, enter another one\"\n",
            "{}.errors.tokenInvalid = Enter your password for {} again\n",
            "\"{}KeyHelp\": \"You find the key in your account settings under integrations\"\n",
        ],
    ),
    (
        "minified programs",
        &[
            "function(e,t){this.{}Token=e.accessTokenFromResponse2(t),this.key=t.configurationKeyValue1}\n",
            "var n={{}:{key:r.createCipherivWithPassword256(o)},token:i}\n",
        ],
    ),
    (
        "badges",
        &["[![build](https://ci.example/gh/acme/{}.svg?style=svg&circle-token=<hex-lower:40>)](https://ci.example)\n"],
    ),
    ("numbers", &["{}_key,<digit:10>,<digit:10>,<digit:10>,<digit:16>\n", "{}_token_expires: <digit:13>\n"]),
];

/// The whole set.
pub fn all() -> Vec<Negative> {
    let mut words: BTreeSet<&str> = KINDS.iter().flat_map(|kind| kind.words).copied().collect();
    // These are no names, but the lines with which private keys begin.
    words.retain(|word| !word.starts_with("begin"));
    let mut all = Vec::new();
    for (index, word) in words.into_iter().enumerate() {
        let mut chance = Chance::of(word);
        for (class, texts) in CLASSES {
            let text = texts[index % texts.len()];
            // A brace pair is the word, other braces are the text's.
            let text = fill(&text.replace("{}", word), &mut chance);
            all.push(Negative { class, kind: None, text });
        }
    }
    for (id, _, differs) in EXAMPLES {
        let mut chance = Chance::of(id);
        for text in *differs {
            all.push(Negative { class: "near misses of kinds", kind: Some(id), text: fill(text, &mut chance) });
        }
    }
    all
}
