//! Values on their way to PostgreSQL and back.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::db::Value;

type Failure = Box<dyn Error + Sync + Send>;

impl Value<'_> {
    /// Its type where nothing else says it, in statements that are not prepared.
    pub(super) fn type_(&self) -> Type {
        match self {
            Self::Null => Type::UNKNOWN,
            Self::Integer(_) => Type::INT8,
            Self::Real(_) => Type::FLOAT8,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *wanted == Type::INT4 => i32::try_from(number)?.to_sql(wanted, out),
            Self::Integer(number) if *wanted == Type::INT8 => number.to_sql(wanted, out),
            Self::Real(number) if *wanted == Type::FLOAT8 => number.to_sql(wanted, out),
            Self::Text(text) if <&str as ToSql>::accepts(wanted) => text.to_sql(wanted, out),
            Self::Bytes(bytes) if *wanted == Type::BYTEA => bytes.to_sql(wanted, out),
            _ => Err(format!("a value of another type stands where the statement wants {wanted}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Value<'r> {
    fn from_sql(type_: &Type, raw: &'r [u8]) -> Result<Self, Failure> {
        match *type_ {
            Type::INT8 => i64::from_sql(type_, raw).map(Self::Integer),
            Type::INT4 => i32::from_sql(type_, raw).map(|number| Self::Integer(number.into())),
            Type::BOOL => bool::from_sql(type_, raw).map(|truth| Self::Integer(truth.into())),
            Type::FLOAT8 => f64::from_sql(type_, raw).map(Self::Real),
            Type::BYTEA => Ok(Self::Bytes(raw)),
            _ => <&str>::from_sql(type_, raw).map(Self::Text),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(type_: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::FLOAT8, Type::BYTEA].contains(type_)
            || <&str as FromSql<'_>>::accepts(type_)
    }
}
