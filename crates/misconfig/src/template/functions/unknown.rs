//! What is made new for every release or at random (Sprig, "Cryptographic and Security Functions", "UUID Functions"):
//! nobody knows it before the chart is installed.

use super::{Function, MANY, Needs, function};
use crate::template::datum::Datum;

const fn unknown(name: &'static str) -> Function {
    function(name, (0, MANY), Needs::Nothing, |_| Ok(Datum::Unknown))
}

pub(super) const FUNCTIONS: &[Function] = &[
    unknown("bcrypt"),
    unknown("buildCustomCert"),
    unknown("decryptAES"),
    unknown("derivePassword"),
    unknown("encryptAES"),
    unknown("genCA"),
    unknown("genCAWithKey"),
    unknown("genPrivateKey"),
    unknown("genSelfSignedCert"),
    unknown("genSelfSignedCertWithKey"),
    unknown("genSignedCert"),
    unknown("genSignedCertWithKey"),
    unknown("htpasswd"),
    unknown("randAlpha"),
    unknown("randAlphaNum"),
    unknown("randAscii"),
    unknown("randBytes"),
    unknown("randInt"),
    unknown("randNumeric"),
    unknown("shuffle"),
    unknown("uuidv4"),
];
