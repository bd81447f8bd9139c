//! How a Rust type of a request struct becomes the JSON type of a field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Kind;

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
