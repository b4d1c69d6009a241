//! Kinds of secrets as data: what stands in `rules/*.yaml`, one file for each provider.
//!
//! | key of a file | what it says |
//! |---|---|
//! | `provider` | the name as the provider writes it |
//! | `about` | what it offers, as a phrase that goes on after "is": `a service that sends text messages` |
//! | `words` | how settings call it, in lower case without separators: `sendgrid`, `newrelic` |
//! | `rotate` | where a new secret is made and the old one withdrawn, in one or two sentences |
//! | `kinds` | the list of its kinds |
//! | `verify` | how the provider is asked whether it accepts one (`request.rs`) |
//!
//! | key of a kind | what it says |
//! |---|---|
//! | `id` | a name, unique and never changed: `sendgrid-api-key` |
//! | `name` | what it is: `SendGrid API key` |
//! | `opens` | what whoever holds it can do, in a sentence |
//! | `severity` | `critical`, `high`, `medium` or `low` |
//! | `shape` | what it looks like (`notation.rs`), one or a list |
//! | `needs` | what else must be near: `nothing`, a `word` of the provider, or a word and a `key` (a setting's name that speaks of a key); `judged` where there is no shape and the program judges |
//! | `words` | in place of those of the file |
//! | `named` | words of which one must be in the setting's name: `clientsecret` |
//! | `rotate` | in place of that of the file |
//! | `revocable` | `false` where nobody can withdraw it |
//! | `days` | after how many days it should be replaced |
//! | `pair` | kinds that are needed beside it |
//! | `matches` | texts in which it must be found, and no other kind; `<alnum:32>` is filled with characters |
//! | `differs` | texts in which it must not be found |

pub mod alphabet;
pub mod fill;
pub mod kind;
pub mod notation;
pub mod own;
pub mod read;
pub mod request;
pub mod shape;
