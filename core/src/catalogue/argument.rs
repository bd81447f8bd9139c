//! How a Rust type of a request struct becomes the JSON type of a field.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Error;
use serde_json::{Map, Value};

use super::Kind;
use super::field::without_raw_mark;

/// A type that a field of a request may have.
pub trait Argument {
    /// Its JSON type.
    const KIND: Kind;
    /// Whether a request without it makes no sense.
    const REQUIRED: bool = true;

    /// Whether there is nothing to send.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Takes the field `name` out of a request's `members`; one that is missing has its default.
#[doc(hidden)]
pub fn take<T, E>(members: &mut BTreeMap<String, Value>, name: &'static str) -> Result<T, E>
where
    T: Default + for<'de> Deserialize<'de>,
    E: Error,
{
    let name = without_raw_mark(name);
    let Some(value) = members.remove(name) else { return Ok(T::default()) };
    T::deserialize(value).map_err(|error| E::custom(format_args!("`{name}`: {error}")))
}

impl<T: Argument> Argument for Option<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl Argument for String {
    const KIND: Kind = Kind::Text;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Argument for bool {
    const KIND: Kind = Kind::Boolean;
}

impl Argument for i64 {
    const KIND: Kind = Kind::Integer;
}

impl Argument for f64 {
    const KIND: Kind = Kind::Number;
}

impl Argument for Value {
    const KIND: Kind = Kind::Any;

    fn is_absent(&self) -> bool {
        self.is_null()
    }
}

impl Argument for Map<String, Value> {
    const KIND: Kind = Kind::Object;
}

impl<V> Argument for BTreeMap<String, V> {
    const KIND: Kind = Kind::Object;
}

impl Argument for Vec<String> {
    const KIND: Kind = Kind::Texts;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Argument for Vec<Value> {
    const KIND: Kind = Kind::List;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::work_orders::ListWorkOrders;

    #[test]
    fn a_request_is_read_by_the_names_of_the_wire_and_keeps_the_rest() {
        let body = json!({ "type": "deploy", "limit": null, "priority": { "at_least": 3 } });
        let request: ListWorkOrders = serde_json::from_value(body).unwrap();
        assert_eq!((request.r#type.as_deref(), request.limit), (Some("deploy"), None));
        assert_eq!(request.extra["priority"], json!({ "at_least": 3 }));
        let refused = serde_json::from_value::<ListWorkOrders>(json!({ "type": 7 })).unwrap_err();
        assert!(refused.to_string().starts_with("`type`: "), "{refused}");
    }
}
