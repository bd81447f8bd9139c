//! What an error carries.
//!
//! A field is one row here: the generator writes it, with its documentation and its unit, into every language.

use serde::Serialize;
use serde_json::Value;

use super::ErrorKind;

/// One field, as the generator writes it into every language.
#[cfg(feature = "schema")]
#[derive(Clone, Copy, Debug)]
pub struct FieldRow {
    /// Its name, snake_case.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether every error has it.
    pub always: bool,
}

/// What a field of an error holds.
#[cfg(feature = "schema")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
    /// A length of time: seconds, except in languages that have a type for it or count milliseconds.
    Seconds,
    /// Any JSON value.
    Json,
}

/// Declares the fields: `name: Type as what it holds`.
macro_rules! fields {
    (
        always { $($(#[doc = $must_doc:literal])* $must:ident: $must_type:ty as $must_holds:ident,)+ }
        sometimes { $($(#[doc = $may_doc:literal])* $may:ident: $may_type:ty as $may_holds:ident,)+ }
    ) => {
        /// The fields of an [`Error`](crate::Error), as they cross into other languages.
        #[derive(Clone, Debug, Serialize)]
        #[non_exhaustive]
        pub struct Fields {
            /// Which of the closed set of kinds this is.
            pub kind: ErrorKind,
            $($(#[doc = $must_doc])* pub $must: $must_type,)+
            $($(#[doc = $may_doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $may: Option<$may_type>,)+
        }

        impl Fields {
            /// Those that every error has.
            pub(super) fn new(kind: ErrorKind, $($must: $must_type),+) -> Self {
                Self { kind, $($must,)+ $($may: None),+ }
            }

            /// Every field but the kind.
            #[cfg(feature = "schema")]
            pub const ROWS: &'static [FieldRow] = &[
                $(FieldRow {
                    name: stringify!($must),
                    doc: concat!($($must_doc, "\n"),*),
                    holds: Holds::$must_holds,
                    always: true,
                },)+
                $(FieldRow {
                    name: stringify!($may),
                    doc: concat!($($may_doc, "\n"),*),
                    holds: Holds::$may_holds,
                    always: false,
                },)+
            ];
        }
    };
}

fields! {
    always {
        /// One sentence for people.
        message: String as Text,
        /// The server's own code, such as `SIGNATURE_REQUIRED`; otherwise the kind's.
        code: String as Text,
        /// Whether the same call may succeed later.
        retryable: bool as Flag,
    }
    sometimes {
        /// The HTTP status, when the server answered.
        status: u16 as Integer,
        /// The server's `details`: a list of messages, or a text.
        details: Value as Json,
        /// The whole JSON body of a refusal.
        body: Value as Json,
        /// The server's id for the request.
        request_id: String as Text,
        /// How long the server asks to wait.
        retry_after: f64 as Seconds,
        /// The key that the request carried: send the same one to ask or repeat safely.
        idempotency_key: String as Text,
        /// The operation that failed, snake_case.
        operation: String as Text,
        /// The argument or option at fault, snake_case.
        argument: String as Text,
        /// The verdict of a guard that blocked the action, or the status of what a human denied.
        decision: Value as Json,
        /// What the record's state is, for a conflict.
        current_status: String as Text,
        /// The action that this is about.
        action_id: String as Text,
    }
}
