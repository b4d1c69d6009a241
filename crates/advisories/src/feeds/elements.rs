//! The elements of one list in a JSON document, one after another.
//!
//! Yearly files of vulnerabilities have a hundred megabytes and more. Each element is lent as it stands, so that no more
//! than one is ever taken apart, and one that is wrong costs only itself.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Broken;

/// Bytes of a fault that are told before its place.
const MAX_FAULT: usize = 200;

/// Gives each element of the list `key` of the object that the document is, with its place in the list. What follows
/// upon a fault is lost; what came before it has been given.
pub(super) fn elements(json: &[u8], key: &'static str, mut each: impl FnMut(usize, &RawValue)) -> Result<(), Broken> {
    let mut document = serde_json::Deserializer::from_slice(json);
    let list = List { key, each: &mut each };
    Document(list).deserialize(&mut document).and_then(|()| document.end()).map_err(|error| Broken::new(fault(&error)))
}

/// What is wrong with JSON, for a person. The parser quotes whatever it did not expect, escaped but whole.
pub(super) fn fault(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    if text.len() > MAX_FAULT {
        let place = format!("... at line {} column {}", error.line(), error.column());
        text.truncate(text.floor_char_boundary(MAX_FAULT));
        text.push_str(&place);
    }
    text
}

/// Who takes the elements of which list.
struct List<'e> {
    key: &'static str,
    each: &'e mut dyn FnMut(usize, &RawValue),
}

/// The object that has the list.
struct Document<'e>(List<'e>);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list {:?}", self.0.key)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0.key {
                found = true;
                map.next_value_seed(&mut self.0)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(A::Error::custom(format_args!("there is no list {:?}", self.0.key))) }
    }
}

impl<'de> DeserializeSeed<'de> for &mut List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list {:?}", self.key)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(element) = list.next_element::<&RawValue>()? {
            (self.each)(index, element);
            index += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements that were given, and whether the document was whole.
    fn read(json: &str) -> (Vec<String>, bool) {
        let mut given = Vec::new();
        let end = elements(json.as_bytes(), "list", |index, raw| given.push(format!("{index}:{}", raw.get())));
        (given, end.is_ok())
    }

    #[test]
    fn elements_come_as_they_stand() {
        assert_eq!(
            read(r#"{"a":{"list":[0]},"list":[ 1 ,{"b":[2]}],"c":3}"#),
            (vec!["0:1".into(), r#"1:{"b":[2]}"#.into()], true)
        );
        assert_eq!(read(r#"{"list":[]}"#), (vec![], true));
    }

    #[test]
    fn what_came_before_a_fault_has_been_given() {
        assert_eq!(read(r#"{"list":[1,2"#), (vec!["0:1".into(), "1:2".into()], false));
        assert_eq!(read(r#"{"list":[1]}]"#), (vec!["0:1".into()], false));
    }

    #[test]
    fn a_fault_is_told_in_short() {
        let document = format!(r#"{{"list":"{}"}}"#, "\u{e9}".repeat(10_000));
        let told = elements(document.as_bytes(), "list", |_, _| {}).unwrap_err().detail;
        assert!(told.starts_with("invalid type: string") && told.contains("... at line 1 column"), "{told}");
        assert!(told.len() < 300, "{told}");
        let told = elements(br#"{"list":"\u001b[2J"}"#, "list", |_, _| {}).unwrap_err().detail;
        assert!(!told.contains(char::is_control), "{told}");
    }

    #[test]
    fn a_document_without_the_list_is_another_one() {
        for other in ["", "[1]", "{}", r#"{"list":{}}"#, r#"{"list":null}"#, "<html></html>"] {
            assert_eq!(read(other), (vec![], false), "{other}");
        }
    }
}
