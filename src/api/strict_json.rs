//! One meaning for a body: what two readers of JSON could read differently is refused before it is
//! read. A name that stands twice in an object at any depth, a number that would lose digits, and
//! nesting that no body of ours has (RFC 8259 sections 4, 6 and 9 leave all three to the reader).

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeSet;
use std::fmt;

/// How deep objects and lists may stand in each other. Ours need 5.
const DEPTH_MAX: usize = 32;
/// From here on, a number with a fraction or an exponent is not exact any more (2 to the 53rd).
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Why a body is not read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unclear {
    /// It is not JSON, or goes on after its end.
    NotJson,
    /// It is JSON, and could be read in two ways: where, as a JSON pointer, and why.
    Ambiguous {
        /// The place.
        pointer: String,
        /// What is wrong there; never what stood there.
        why: &'static str,
    },
}

/// Whether a body has one meaning.
///
/// # Errors
/// Where and why it has not.
pub fn check(bytes: &[u8]) -> Result<(), Unclear> {
    let mut place = Place { path: Vec::new(), why: None };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let walked = reader.deserialize_any(Walk { place: &mut place }).and_then(|()| reader.end());
    match (walked, place.why) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(why)) => Err(Unclear::Ambiguous { pointer: pointer(&place.path), why }),
        (Err(_), None) => Err(Unclear::NotJson),
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Where the walk is; it stays at a fault.
struct Place {
    path: Vec<String>,
    why: Option<&'static str>,
}

struct Walk<'p> {
    place: &'p mut Place,
}

impl Walk<'_> {
    fn refuse<T, E: serde::de::Error>(self, why: &'static str) -> Result<T, E> {
        self.place.why = Some(why);
        Err(E::custom(why))
    }

    fn is_too_deep(&self) -> bool {
        self.place.path.len() >= DEPTH_MAX
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        if number.abs() < EXACT_MAX {
            return Ok(());
        }
        self.refuse("is a number with more digits than are kept")
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.is_too_deep() {
            return self.refuse("stands too deep");
        }
        for index in 0_usize.. {
            self.place.path.push(index.to_string());
            if items.next_element_seed(Walk { place: &mut *self.place })?.is_none() {
                self.place.path.pop();
                break;
            }
            self.place.path.pop();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        if self.is_too_deep() {
            return self.refuse("stands too deep");
        }
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            self.place.path.push(name.clone());
            if !names.insert(name) {
                self.place.why = Some("stands here twice");
                return Err(A::Error::custom("a name stands twice"));
            }
            members.next_value_seed(Walk { place: &mut *self.place })?;
            self.place.path.pop();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambiguous(body: &str) -> (String, &'static str) {
        match check(body.as_bytes()) {
            Err(Unclear::Ambiguous { pointer, why }) => (pointer, why),
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_found_at_any_depth_and_in_any_spelling() {
        for (body, pointer) in [
            (r#"{"a":1,"a":1}"#, "/a"),
            (r#"{"a":1,"\u0061":2}"#, "/a"),
            (r#"{"a":[{"b":1},{"b":1,"c":{},"b":2}]}"#, "/a/1/b"),
            (r#"{"a/b":{"~":{"":1,"":1}}}"#, "/a~1b/~0/"),
        ] {
            assert_eq!(ambiguous(body), (pointer.to_owned(), "stands here twice"));
        }
        assert_eq!(check(br#"{"a":{"a":[{"a":1},{"a":1}]},"A":1}"#), Ok(()));
    }

    #[test]
    fn numbers_keep_their_digits_or_are_refused() {
        for number in ["18446744073709551616", "9007199254740993.0", "1e16", "-1e300"] {
            let (pointer, why) = ambiguous(&format!(r#"{{"n":{number}}}"#));
            assert_eq!(
                (pointer.as_str(), why),
                ("/n", "is a number with more digits than are kept")
            );
        }
        for number in ["0", "-1", "18446744073709551615", "-9223372036854775808", "1.5", "1e2"] {
            assert_eq!(check(format!(r#"{{"n":{number}}}"#).as_bytes()), Ok(()), "{number}");
        }
        for number in ["1e400", "NaN", "Infinity", "-Infinity", "+1", "01", "0x10", ".5", "1."] {
            let body = format!(r#"{{"n":{number}}}"#);
            assert_eq!(check(body.as_bytes()), Err(Unclear::NotJson), "{number}");
        }
    }

    #[test]
    fn nesting_ends_somewhere() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(nested(DEPTH_MAX).as_bytes()), Ok(()));
        assert_eq!(ambiguous(&nested(DEPTH_MAX + 1)).1, "stands too deep");
        assert_eq!(ambiguous(&nested(1000)).1, "stands too deep");
        assert_eq!(ambiguous(&"[".repeat(100_000)).1, "stands too deep");
        assert_eq!(ambiguous(&r#"{"a":"#.repeat(100_000)).1, "stands too deep");
    }

    #[test]
    fn what_is_not_json_is_not_taken_for_it() {
        for body in [
            &b""[..],
            b"{",
            b"{} {}",
            b"{},",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\xc0\xaf\"}",
            b"{\"a\":\"\xed\xa0\x80\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":"\udc00\ud800"}"#,
            br#"{"\ud800":1}"#,
            br#"{"a":1,}"#,
            b"{'a':1}",
            b"{a:1}",
            b"{\"a\":1}// comment",
            b"{\"a\":\"\n\"}",
            b"{\"a\":\"\x00\"}",
            b"\xff\xfe{\x00}\x00",
            b"+AHs-+AH0-",
        ] {
            assert_eq!(check(body), Err(Unclear::NotJson), "{}", String::from_utf8_lossy(body));
        }
    }
}
