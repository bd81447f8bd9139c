//! What an operation is: one row of facts that the engine, the server and the generator all read.
//!
//! Rows are declared in [`crate::api`], one module per domain, by the [`operations!`](crate::operations) macro.
//! A row says everything the engine needs to build the request, to judge the response and to decide whether a
//! repeat is safe; nothing in the engine branches on an operation's name.

mod argument;
pub(crate) mod bytes;
mod check;
mod composed;
mod field;
mod hidden;
mod id;
pub(crate) mod lenient;
mod macros;
mod nearest;
mod open_enum;
mod seconds;
mod secret;
pub mod suggest;
mod validate;

use std::collections::BTreeMap;

pub use argument::{Argument, take};
pub use bytes::Bytes64;
pub use composed::Composed;
pub(crate) use field::snake_case;
pub use field::{Field, Fill, Kind, Place};
pub use hidden::Hidden;
pub use id::IdKind;
pub use seconds::Seconds;
pub use secret::Secret;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
pub use validate::Received;

/// Members that this version does not know, kept as they came.
pub type Extra = BTreeMap<String, Value>;

/// One operation of the HTTP API.
#[derive(Debug)]
pub struct Row {
    /// Its name, snake_case, as the official SDK calls it: `create_action`.
    pub name: &'static str,
    /// The module of [`crate::api`] that declares it: `actions`.
    pub domain: &'static str,
    /// The HTTP verb.
    pub method: Method,
    /// The path, with `{field}` where a field goes: `/api/actions/{action_id}`.
    pub path: &'static str,
    /// Its arguments, in the order in which they are documented.
    pub fields: &'static [Field],
    /// Everything else about its behaviour.
    pub rules: Rules,
    /// The method that goes through all its items, where it lists pages: `iter_actions`.
    pub iterator: Option<&'static str>,
    /// Markdown for every language: one sentence, then details.
    #[cfg(feature = "schema")]
    pub doc: &'static str,
    /// The module that declares it: `dashclaw::api::messages::attachments`.
    #[cfg(feature = "schema")]
    pub module: &'static str,
    /// The schema of its request type.
    #[cfg(feature = "schema")]
    pub request_schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    /// The schema of its response type.
    #[cfg(feature = "schema")]
    pub response_schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Row {
    /// The field called `name`, in either spelling (`source_of_truth`, `sourceOfTruth`).
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.position(name).map(|position| &self.fields[position])
    }

    /// Where among the fields the one called `name` stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let exact = self.fields.iter().position(|field| field.name == name);
        exact.or_else(|| self.fields.iter().position(|field| field.answers_to(name)))
    }

    /// The fields a caller may give: all but the constants.
    pub fn arguments(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| !field.constant)
    }
}

/// A request type that belongs to a row.
pub trait Operation: Serialize + Send + Sync {
    /// The row it belongs to.
    const ROW: Row;
    /// What a successful call returns.
    type Response: DeserializeOwned + Send;
}

/// HTTP verbs that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or runs something.
    Post,
    /// Changes a part.
    Patch,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The verb as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Where a field goes unless its declaration says otherwise.
    pub const fn default_place(self) -> Place {
        match self {
            Self::Get | Self::Delete => Place::Query,
            Self::Post | Self::Patch | Self::Put => Place::Body,
        }
    }
}

/// Whether sending a request twice is safe, which decides what may be retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It reads only.
    Safe,
    /// A second one leaves the server as the first did.
    Idempotent,
    /// Safe when it carries an idempotency key; the key goes with every try.
    Keyed,
    /// The server takes the first and answers later ones 409 with `current_status`: after an ambiguous failure, a 409
    /// that shows our own status is success.
    OneShot,
    /// A second one would do it twice.
    Never,
}

/// What a successful response must look like before anybody may trust it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A JSON object.
    Object,
    /// A JSON object whose `decision` is one of the four verdicts. Anything else is an error, never permission.
    Verdict,
    /// A JSON object with an `action` (id and status) whose `decision`, where there is one, is a verdict.
    Creation,
    /// Bytes of any kind.
    Bytes,
    /// A JSON object, which is handed on as it is, or any other text but a web page, which is handed on as an object that
    /// holds it: `text` and `media_type`.
    Text,
    /// A stream of events. No call returns it: each language has a method of its own, with the row's name, that reads it.
    Events,
}

/// How the argument list is written in a language with positional arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// These fields by position, the others by name.
    Positional(&'static [&'static str]),
    /// One object, under this name, that holds all fields.
    Object(&'static str),
}

/// The behaviour of an operation beside its wire form.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row is a table of facts")]
pub struct Rules {
    /// Whether a repeat is safe.
    pub repeat: Repeat,
    /// What a successful response must look like.
    pub expect: Expect,
    /// How arguments are written.
    pub call: Call,
    /// Whether fields that the row does not know are sent on, as the official client does here.
    pub open: bool,
    /// Whether the API key needs the admin role.
    pub admin: bool,
    /// The response member that holds the page's items, where `limit` and `offset` page through a list.
    pub pages: Option<&'static str>,
    /// Other paths that mean the same.
    pub aliases: &'static [&'static str],
    /// Whether the server answers without an API key.
    pub public: bool,
    /// Whether the server wants the scheduler's secret, as a bearer token, instead of an API key.
    pub scheduler: bool,
    /// Whether the answer holds a secret, so that no error may show any of it.
    pub secret: bool,
    /// Whether the body is signed when the client has a signing key.
    pub signed: bool,
    /// The argument that turns the request into a write, which then carries a key of its own.
    pub key_when: Option<&'static str>,
    /// How a 409 that shows our own write is turned into the answer that was lost.
    pub confirm: Option<Confirm>,
    /// Whether a JSON object is sent although no argument goes into it.
    pub empty_body: bool,
    /// Whether `guard_mode`, `hitl_mode` and `auto_recommend` act around it.
    pub governed: bool,
    /// What performs it, where it is more than one request, or its request is computed. Verb and path are then those of
    /// the first request.
    pub composed: Option<Composed>,
    /// Whether only the official SDK's older clients ask for it: it is called by its name and has no method.
    pub legacy: bool,
    /// How arguments are written in a language without named arguments, where the official client of that language
    /// differs from the usual form: the ids in the path by position, then one object with the others. Names stand for
    /// arguments by position; `..name`, last, for an object of that name with the others.
    pub node: Option<&'static [&'static str]>,
}

/// Where the answer to a one-shot write can be read after it was lost.
#[derive(Clone, Copy, Debug)]
pub struct Confirm {
    /// The operation that reads it, by `action_id`.
    pub operation: &'static str,
    /// The member of our answer that holds the record.
    pub member: &'static str,
    /// Whether `operation` answers with the bare record instead of with the same member.
    pub bare: bool,
}

impl Rules {
    /// The rules of an operation that declares none: a closed object of named arguments; a repeat is safe only for reads.
    pub const fn of(method: Method) -> Self {
        let repeat = match method {
            Method::Get => Repeat::Safe,
            Method::Put | Method::Delete => Repeat::Idempotent,
            Method::Post | Method::Patch => Repeat::Never,
        };
        Self {
            repeat,
            expect: Expect::Object,
            call: Call::Positional(&[]),
            open: false,
            admin: false,
            pages: None,
            aliases: &[],
            public: false,
            scheduler: false,
            signed: false,
            key_when: None,
            confirm: None,
            empty_body: false,
            governed: false,
            composed: None,
            secret: false,
            legacy: false,
            node: None,
        }
    }

    /// Says whether a repeat is safe.
    #[must_use]
    pub const fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Says what a successful response must look like.
    #[must_use]
    pub const fn expect(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    /// These fields may be given by position, in this order.
    #[must_use]
    pub const fn positional(mut self, names: &'static [&'static str]) -> Self {
        self.call = Call::Positional(names);
        self
    }

    /// All fields are given in one object.
    #[must_use]
    pub const fn object(mut self, name: &'static str) -> Self {
        self.call = Call::Object(name);
        self
    }

    /// Where the official Node client has no object, or no id in the path: see [`Rules::node`].
    #[must_use]
    pub const fn node(mut self, shape: &'static [&'static str]) -> Self {
        self.node = Some(shape);
        self
    }

    /// Is there for older clients only.
    #[must_use]
    pub const fn legacy(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// Unknown fields are sent on.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Needs the admin role.
    #[must_use]
    pub const fn admin(mut self) -> Self {
        self.admin = true;
        self
    }

    /// Lists a page of `items`.
    #[must_use]
    pub const fn pages(mut self, items: &'static str) -> Self {
        self.pages = Some(items);
        self
    }

    /// Is served under these paths, too.
    #[must_use]
    pub const fn aliases(mut self, paths: &'static [&'static str]) -> Self {
        self.aliases = paths;
        self
    }

    /// Needs no API key.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Needs the scheduler's secret, and no API key.
    #[must_use]
    pub const fn scheduler(mut self) -> Self {
        self.scheduler = true;
        self
    }

    /// Answers with a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The server takes the first write only. The record it answers with, under `member`, can be read by `operation`,
    /// which wraps it in the same member.
    #[must_use]
    pub const fn one_shot(mut self, member: &'static str, operation: &'static str) -> Self {
        self.repeat = Repeat::OneShot;
        self.confirm = Some(Confirm { operation, member, bare: false });
        self
    }

    /// As [`one_shot`](Self::one_shot), with an `operation` that answers with the bare record.
    #[must_use]
    pub const fn one_shot_bare(mut self, member: &'static str, operation: &'static str) -> Self {
        self.repeat = Repeat::OneShot;
        self.confirm = Some(Confirm { operation, member, bare: true });
        self
    }

    /// Is a write when the argument `flag` is true.
    #[must_use]
    pub const fn key_when(mut self, flag: &'static str) -> Self {
        self.key_when = Some(flag);
        self
    }

    /// Sends `{}`, which the server reads, although there is nothing to say.
    #[must_use]
    pub const fn empty_body(mut self) -> Self {
        self.empty_body = true;
        self
    }

    /// Is performed by this, in one step or several.
    #[must_use]
    pub const fn composed(mut self, work: Composed) -> Self {
        self.composed = Some(work);
        self
    }

    /// The client's modes act around it.
    #[must_use]
    pub const fn governed(mut self) -> Self {
        self.governed = true;
        self
    }

    /// Is signed when the client has a signing key.
    #[must_use]
    pub const fn signed(mut self) -> Self {
        self.signed = true;
        self
    }
}
