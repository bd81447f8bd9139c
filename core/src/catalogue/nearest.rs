//! Reading a whole number as servers write it: of any size, with a fraction, or as a flag.
//!
//! A record was written, an approval given or an action blocked, whatever number the answer holds. What does not fit becomes
//! the nearest that does; what the server wrote stays as it is in [`Response::body`](crate::Response::body).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

/// Reads as the inner reader does, but every `i64`, also within an option or a list, as the nearest that fits. Records do the
/// same for their own members.
pub(super) struct Nearest<D>(pub(super) D);

/// The whole number nearest to `number`, of two the even one.
#[expect(clippy::cast_possible_truncation, reason = "beyond the bounds the cast gives the bound")]
pub(super) fn nearest(number: f64) -> i64 {
    number.round_ties_even() as i64
}

/// Methods that the inner reader performs.
macro_rules! inner {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Nearest<D> {
    type Error = D::Error;

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Whole(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Within(visitor))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_seq(Within(visitor))
    }

    inner! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Hands any number or flag to a reader of `i64`.
struct Whole<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Whole<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<V::Value, E> {
        self.0.visit_i64(i64::from(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        self.0.visit_i64(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.0.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<V::Value, E> {
        self.0.visit_i64(nearest(number))
    }
}

/// Goes on into what an option or a list holds.
struct Within<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Within<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Nearest(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Within(items))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Within<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(Within(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Within<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(Nearest(inner))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;
    use serde_json::Value;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(json: &str) -> serde_json::Result<T> {
        T::deserialize(Nearest(&mut serde_json::Deserializer::from_str(json)))
    }

    #[test]
    fn a_number_is_the_nearest_that_fits() {
        let table = [
            ("9223372036854775807", i64::MAX),
            ("9223372036854775808", i64::MAX),
            ("18446744073709551616", i64::MAX),
            ("99999999999999999999", i64::MAX),
            ("1e300", i64::MAX),
            ("-9223372036854775809", i64::MIN),
            ("-1e300", i64::MIN),
            ("9007199254740993", 9_007_199_254_740_993),
            ("1e3", 1000),
            ("7.0", 7),
            ("71.5", 72),
            ("72.5", 72),
            ("-0.25", 0),
            ("true", 1),
        ];
        for (json, number) in table {
            assert_eq!(read::<i64>(json).unwrap(), number, "{json}");
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(i64::deserialize(Nearest(value)).unwrap(), number, "{json}");
            assert_eq!(read::<Option<Option<i64>>>(json).unwrap(), Some(Some(number)), "{json}");
            assert_eq!(read::<Vec<Option<i64>>>(&format!("[{json},null]")).unwrap(), [Some(number), None]);
        }
    }

    #[test]
    fn what_is_no_number_is_refused_in_the_same_words() {
        let words =
            |refused: serde_json::Error| refused.to_string().split(" at line").next().map(str::to_owned);
        for json in ["\"7\"", "[]", "null", "{}"] {
            let usual = serde_json::from_str::<i64>(json).unwrap_err();
            assert_eq!(words(read::<i64>(json).unwrap_err()), words(usual));
        }
        assert_eq!(read::<Option<i64>>("null").unwrap(), None);
    }

    #[test]
    fn everything_else_is_read_as_it_was() {
        assert_eq!(read::<f64>("1e20").unwrap().to_bits(), 1e20_f64.to_bits());
        assert_eq!(read::<Value>(r#"{"a":[1.5,{}]}"#).unwrap(), serde_json::json!({ "a": [1.5, {}] }));
        assert_eq!(read::<Box<serde_json::value::RawValue>>("1.50").unwrap().get(), "1.50");
        assert!(read::<bool>("1").is_err());
    }
}
