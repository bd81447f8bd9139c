//! Numbers that JSON has no text for. Written by serde they become `null`, as if nothing had been given.

use std::fmt;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// What is said of such a number.
pub(crate) const NOT_FINITE: &str = "must be finite: NaN and infinities have no JSON form";

/// A number that is NaN or infinite.
#[derive(Debug, PartialEq)]
pub(crate) struct NotFinite {
    /// The member of the outermost object that holds it.
    pub(crate) member: Option<String>,
}

/// Looks for a number in `value` that is not finite.
pub(crate) fn require_finite(value: &(impl Serialize + ?Sized)) -> Result<(), NotFinite> {
    value.serialize(Search { member: None })
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NOT_FINITE)
    }
}

impl std::error::Error for NotFinite {}

impl Error for NotFinite {
    /// What else a value may say against being written; writing it says so, too.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self { member: None }
    }
}

/// Goes through a value without writing anything.
struct Search {
    /// The member of the outermost object that was begun last.
    member: Option<String>,
}

impl Search {
    fn inside(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), NotFinite> {
        require_finite(value).map_err(|_| NotFinite { member: self.member.take() })
    }
}

/// Methods for what is no number with a fraction.
macro_rules! harmless {
    ($($method:ident($($type:ty),*);)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<(), NotFinite> {
            Ok(())
        }
    )*};
}

/// Methods for what has parts, each of which is looked at.
macro_rules! begins {
    ($($method:ident($($type:ty),*);)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<Self, NotFinite> {
            Ok(self)
        }
    )*};
}

impl Serializer for Search {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    harmless! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }
    begins! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }

    fn serialize_f32(self, number: f32) -> Result<(), NotFinite> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), NotFinite> {
        if number.is_finite() { Ok(()) } else { Err(NotFinite { member: None }) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        value.serialize(self)
    }
}

/// Compounds whose parts have no names that matter.
macro_rules! parts {
    ($($compound:ident::$method:ident;)*) => {$(
        impl $compound for Search {
            type Ok = ();
            type Error = NotFinite;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotFinite> {
                self.inside(value)
            }

            fn end(self) -> Result<(), NotFinite> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

/// Compounds with members.
macro_rules! members {
    ($($compound:ident)*) => {$(
        impl $compound for Search {
            type Ok = ();
            type Error = NotFinite;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NotFinite> {
                require_finite(value).map_err(|_| NotFinite { member: Some(name.to_owned()) })
            }

            fn end(self) -> Result<(), NotFinite> {
                Ok(())
            }
        }
    )*};
}

members! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Search {
    type Ok = ();
    type Error = NotFinite;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotFinite> {
        self.member = serde_json::to_string(key).ok().and_then(|name| serde_json::from_str(&name).ok());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotFinite> {
        self.inside(value)
    }

    /// Names are told of what is wrong, and cost nothing else.
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), NotFinite> {
        require_finite(value).or_else(|_| {
            self.serialize_key(key)?;
            Err(NotFinite { member: self.member.take() })
        })
    }

    fn end(self) -> Result<(), NotFinite> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::actions::CreateAction;
    use crate::api::work_orders::{SubmitWorkOrder, WorkOrderBudget};

    fn found(value: &impl Serialize) -> Option<String> {
        require_finite(value).err().map(|problem| problem.member.unwrap_or_default())
    }

    #[test]
    fn what_is_not_finite_is_found_at_any_depth_and_named() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let action = CreateAction { cost_estimate: Some(number), ..CreateAction::default() };
            assert_eq!(found(&action).as_deref(), Some("cost_estimate"));
            let budget = Some(WorkOrderBudget { max_cost_usd: Some(number), ..WorkOrderBudget::default() });
            assert_eq!(
                found(&SubmitWorkOrder { budget, ..SubmitWorkOrder::default() }).as_deref(),
                Some("budget")
            );
            assert_eq!(found(&[("a", [Some(number)])]).as_deref(), Some(""));
        }
        assert_eq!(found(&f32::NAN).as_deref(), Some(""));
    }

    #[test]
    fn everything_else_may_be_written() {
        let context = json!({ "a": [1.5, null, true, { "b": "NaN" }] }).as_object().cloned();
        let action = CreateAction {
            action_type: "deploy".to_owned(),
            cost_estimate: Some(f64::MAX),
            extra: context.into_iter().flatten().collect(),
            ..CreateAction::default()
        };
        assert_eq!(found(&action), None);
    }
}
