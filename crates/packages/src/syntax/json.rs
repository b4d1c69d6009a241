//! JSON as package managers write it and as people mend it (RFC 8259): a repeated key, a field of an unexpected type
//! or a byte order mark is no reason to give up a whole file. Texts are borrowed wherever they need no unescaping.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use model::Unreadable;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a whole document. Values nested deeper than 128 are refused where they are wanted, and skipped without
/// recursion where they are not.
pub(crate) fn parse<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, Unreadable> {
    parse_large(super::document(content)?)
}

/// The same for documents that other programs write and that have no bound on their size but the file's.
pub(crate) fn parse_large<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, Unreadable> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    serde_json::from_slice(content).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // The library has no stable code for this error, only its text.
        if error.to_string().starts_with("recursion limit exceeded") {
            Unreadable::limit(format!("nested too deeply at line {line}, column {column}"))
        } else if error.is_eof() {
            Unreadable::corrupt(format!("the JSON text ends too early, at line {line}, column {column}"))
        } else {
            Unreadable::corrupt(format!("not valid JSON at line {line}, column {column}"))
        }
    })
}

/// Visitor methods for the kinds of value that are not expected: each is consumed and read as the default.
macro_rules! otherwise_default {
    ($($kind:ident)*) => { $($crate::syntax::json::otherwise_default!(@ $kind);)* };
    (@ bool) => { fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok(Default::default()) } };
    (@ number) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok(Default::default()) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok(Default::default()) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok(Default::default()) }
    };
    (@ text) => { fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok(Default::default()) } };
    (@ null) => { fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(Default::default()) } };
    (@ list) => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (@ object) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}
pub(crate) use otherwise_default;

/// Defines a struct for a JSON object: `"key" => field: Type`. A missing field, and a value that is no object at all,
/// is the default; of a repeated key the last value counts, as it does for JavaScript; other keys are skipped.
macro_rules! object {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<'a> { $($key:literal => $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Default)]
        $vis struct $name<'a> { $($vis $field: $type,)+ }

        impl<'a> serde::Deserialize<'a> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name<'de>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    $crate::syntax::json::otherwise_default!(bool number text null list);
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = map.next_key::<$crate::syntax::json::Text<'de>>()? {
                            match key.get() {
                                $($key => object.$field = map.next_value()?,)+
                                _ => { map.next_value::<serde::de::IgnoredAny>()?; }
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_any(Fields)
            }
        }
    };
}
pub(crate) use object;

/// A string; empty where the value is missing or of another type.
#[derive(Default)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The string.
    pub(crate) fn get(&self) -> &str {
        &self.0
    }
}

impl<'a> Deserialize<'a> for Text<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsText;
        impl<'de> Visitor<'de> for AsText {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            otherwise_default!(bool number null list object);
        }
        deserializer.deserialize_any(AsText)
    }
}

/// A truth value; false where the value is missing or of another type.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flag(pub(crate) bool);

impl<'a> Deserialize<'a> for Flag {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsFlag;
        impl<'de> Visitor<'de> for AsFlag {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a truth value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }
            otherwise_default!(number text null list object);
        }
        deserializer.deserialize_any(AsFlag)
    }
}

/// An object's entries as they stand; empty where the value is missing or of another type.
pub(crate) struct Entries<'a, T>(pub(crate) Vec<(Text<'a>, T)>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T: Deserialize<'a>> Deserialize<'a> for Entries<'a, T> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsEntries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for AsEntries<T> {
            type Value = Entries<'de, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
            otherwise_default!(bool number text null list);
        }
        deserializer.deserialize_any(AsEntries(PhantomData))
    }
}

/// The values of a list; empty where the value is missing or of another type.
pub(crate) struct Items<T>(pub(crate) Vec<T>);

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T: Deserialize<'a>> Deserialize<'a> for Items<T> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsItems<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for AsItems<T> {
            type Value = Items<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
            otherwise_default!(bool number text null object);
        }
        deserializer.deserialize_any(AsItems(PhantomData))
    }
}

/// Nobody has as many.
const MOST_LICENSES: usize = 100;

/// Licences as npm's manifests have written them over the years: a string, an object with a `type`, or a list of either.
#[derive(Default)]
pub(crate) struct Licenses(pub(crate) Vec<String>);

impl Licenses {
    fn one(text: &str) -> Self {
        let text = text.trim();
        Self(if text.is_empty() { Vec::new() } else { vec![text.to_owned()] })
    }
}

impl<'a> Deserialize<'a> for Licenses {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsLicenses;
        impl<'de> Visitor<'de> for AsLicenses {
            type Value = Licenses;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("licences")
            }
            fn visit_str<E>(self, text: &str) -> Result<Licenses, E> {
                Ok(Licenses::one(text))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Licenses, A::Error> {
                let mut found = Licenses::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match key.get() {
                        "type" => found = Licenses::one(map.next_value::<Text<'de>>()?.get()),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(found)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Licenses, A::Error> {
                let mut found = Vec::new();
                // Lists in lists end at the depth that the parser allows.
                while let Some(Licenses(licenses)) = list.next_element()? {
                    found.extend(licenses.into_iter().take(MOST_LICENSES - found.len()));
                }
                Ok(Licenses(found))
            }
            otherwise_default!(bool number null);
        }
        deserializer.deserialize_any(AsLicenses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    object! {
        /// A sample with one field of every type.
        struct Sample<'a> {
            "name" => name: Text<'a>,
            "dev" => dev: Flag,
            "license" => licenses: Licenses,
            "children" => children: Entries<'a, Sample<'a>>,
        }
    }

    fn check(json: &str, expected: &str) {
        let shown = match parse::<Sample<'_>>(json.as_bytes()) {
            Ok(sample) => show(&sample),
            Err(unreadable) => unreadable.kind.name().to_owned(),
        };
        assert_eq!(shown, expected, "{json}");
    }

    fn show(sample: &Sample<'_>) -> String {
        let children: Vec<_> =
            sample.children.0.iter().map(|(name, child)| format!("{}={}", name.get(), show(child))).collect();
        format!("{}/{}/{}/{}", sample.name.get(), sample.dev.0, sample.licenses.0.join("+"), children.join(","))
    }

    #[test]
    fn expected_values_are_read() {
        check(r#"{"name":"a","dev":true,"license":"MIT"}"#, "a/true/MIT/");
        check(r#"{"n\u0061me":"\u0061\n"}"#, "a\n/false//");
        check(r#"{"children":{"x":{"name":"a"},"y":{"dev":true}}}"#, "/false//x=a/false//,y=/true//");
        check("\u{feff}{}", "/false//");
    }

    #[test]
    fn licences_come_in_three_shapes() {
        check(r#"{"license":{"type":"MIT","url":"x"}}"#, "/false/MIT/");
        check(r#"{"license":["MIT",{"type":"BSD"},7,{"url":"x"}]}"#, "/false/MIT+BSD/");
        check(r#"{"license":" "}"#, "/false//");
    }

    #[test]
    fn unexpected_values_cost_one_field_only() {
        for other in ["1", "-1", "1.5", "null", r#""x""#, "true", "[[1]]", r#"{"x":[{}]}"#] {
            let fields = ["name", "dev", "license", "children"].map(|field| format!("\"{field}\":{other}")).join(",");
            assert!(parse::<Sample<'_>>(format!("{{{fields}}}").as_bytes()).is_ok(), "{other}");
            assert!(parse::<Sample<'_>>(other.as_bytes()).is_ok(), "{other}");
        }
        check(r#"{"name":"a","name":"b"}"#, "b/false//");
    }

    #[test]
    fn broken_and_bottomless_texts_are_refused() {
        check("", "corrupt");
        check("{", "corrupt");
        check(r#"{"name":"a"} x"#, "corrupt");
        check(&r#"{"children":{"x":"#.repeat(100), "limit-hit");
        check(&format!("{{\"other\":{}", "[".repeat(1_000_000)), "corrupt");
    }
}
