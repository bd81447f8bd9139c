//! Reading what databases behind servers make of a value: flags as numbers or booleans, `null` for nothing.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::nearest::Nearest;

/// A flag that is written as 0 or 1; `true` and `false` are read, too.
pub(crate) fn zero_or_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    truth(deserializer).map(i64::from)
}

/// A flag that is written as `true` or `false`; 0 and 1 are read, too.
pub(crate) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(flag),
        Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
        other => Err(D::Error::custom(format!("`{other}` is neither a flag nor 0 or 1"))),
    }
}

/// `null` as nothing: 0, an empty text, an empty list.
pub(crate) fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(Nearest(deserializer)).map(Option::unwrap_or_default)
}

/// A member that must be there.
pub(crate) fn required<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(Nearest(deserializer))
}

/// A number, or the text of one, which some databases make of a sum; anything else is nothing.
pub(crate) fn number<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + From<f64>,
    D: Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    Ok(number.map_or_else(T::default, T::from))
}

/// A member that is there, be it null: tells `null` from absent.
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    required(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(deserialize_with = "zero_or_one")]
        number: i64,
        #[serde(deserialize_with = "truth")]
        flag: bool,
        #[serde(deserialize_with = "or_default")]
        text: String,
    }

    #[test]
    fn both_forms_of_a_flag_and_null_are_read() {
        for (json, flag) in [("true", true), ("1", true), ("0", false), ("false", false), ("null", false)] {
            let sample: Sample =
                serde_json::from_str(&format!(r#"{{"number":{json},"flag":{json},"text":null}}"#)).unwrap();
            assert_eq!(
                (sample.number, sample.flag, sample.text.as_str()),
                (i64::from(flag), flag, ""),
                "{json}"
            );
        }
    }

    #[test]
    fn a_sum_is_read_from_a_number_or_its_text() {
        #[derive(Deserialize)]
        struct Sums {
            #[serde(deserialize_with = "number")]
            sum: f64,
            #[serde(deserialize_with = "number")]
            optional: Option<f64>,
        }
        for (json, sum) in
            [("1.25", Some(1.25)), (r#""1.25""#, Some(1.25)), (r#""5.51.25""#, None), ("null", None)]
        {
            let sums: Sums = serde_json::from_str(&format!(r#"{{"sum":{json},"optional":{json}}}"#)).unwrap();
            assert_eq!((Some(sums.sum), sums.optional), (sum.or(Some(0.0)), sum), "{json}");
        }
    }

    #[test]
    fn what_is_no_flag_is_refused() {
        assert!(serde_json::from_str::<Sample>(r#"{"number":"yes","flag":true,"text":""}"#).is_err());
    }
}
