//! A length of time, on its way as a number of seconds.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Argument, Kind};
use crate::deadline::length;

/// A length of time. In JSON it is a number of seconds, 0 or more; each language shows its own unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub Duration);

impl Seconds {
    /// Reads the JSON text of a number of seconds.
    pub(crate) fn read(json: &str) -> Option<Self> {
        length(serde_json::from_str(json).ok()?).map(Self)
    }
}

impl From<Duration> for Seconds {
    fn from(length: Duration) -> Self {
        Self(length)
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_secs_f64())
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let length = length(f64::deserialize(deserializer)?).map(Self);
        length.ok_or_else(|| de::Error::custom("must be a number of seconds, 0 or more"))
    }
}

impl Argument for Seconds {
    const KIND: Kind = Kind::Seconds;
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Seconds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seconds".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "format": "seconds" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_length_of_time_is_one() {
        assert_eq!(Seconds::read("0.5"), Some(Duration::from_millis(500).into()));
        assert_eq!(Seconds::read("2"), Some(Duration::from_secs(2).into()));
        assert_eq!(Seconds::read("1e300"), Some(crate::deadline::LONGEST.into()));
        for wrong in ["-1", "1e400", "\"1\"", "null", "true", ""] {
            assert_eq!(Seconds::read(wrong), None, "{wrong}");
        }
    }
}
