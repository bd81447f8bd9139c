//! The catalogue as every language sees it: operations with their arguments, and the graph of the types they use.
//!
//! Nothing here knows a programming language.

mod doc;
mod errors;
mod facts;
mod operation;
mod schema;
mod types;

use std::collections::BTreeMap;

use dashclaw::api::rows;
use dashclaw::catalogue::{Expect, Row};
pub use doc::{Block, Doc, Reference};
pub use errors::Errors;
pub(crate) use errors::with_unit;
pub(crate) use facts::repeat_word;
pub use facts::{Failure, repeat};
pub use operation::{Argument, Operation};
pub use schema::Shape;
pub use types::{Form, Member, Type, Word};

use crate::Result;
use schema::Schemas;
use types::Types;

/// Everything that is generated from.
#[derive(Debug)]
pub struct Api {
    /// In the order of the catalogue.
    pub domains: Vec<Domain>,
    /// What is there for older clients only, and has a page in the reference and nothing else.
    pub legacy: Vec<&'static Row>,
    /// The streams of events, for which each language has a method by hand: they are documented, and nothing else is generated
    /// for them.
    pub streams: Option<Box<Self>>,
    /// Every named type that an operation takes or returns, those of one domain together.
    pub types: Vec<Type>,
    /// How a call fails.
    pub errors: Errors,
    index: BTreeMap<String, usize>,
}

/// The operations of one module of the catalogue.
#[derive(Debug)]
pub struct Domain {
    /// Its name, snake_case: `open_loops`.
    pub name: &'static str,
    /// In the order of their declaration.
    pub operations: Vec<Operation>,
}

impl Api {
    /// Reads the catalogue.
    pub fn read() -> Result<Self> {
        Self::of(&rows().collect::<Vec<_>>())
    }

    /// Reads these rows.
    pub fn of(rows: &[&'static Row]) -> Result<Self> {
        let (legacy, rows): (Vec<_>, Vec<_>) = rows.iter().copied().partition(|row| row.rules.legacy);
        let (streams, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.rules.expect == Expect::Events);
        let streams = (!streams.is_empty()).then(|| Self::of_calls(streams)).transpose()?;
        Ok(Self { legacy, streams: streams.map(Box::new), ..Self::of_calls(rows)? })
    }

    fn of_calls(rows: Vec<&'static Row>) -> Result<Self> {
        let schemas = Schemas::read(&rows);
        let mut types = Types::new(&schemas);
        let mut domains: Vec<Domain> = Vec::new();
        for row in rows {
            let operation = Operation::read(row, &schemas, &mut types)?;
            if row.rules.expect == Expect::Verdict {
                types.close(&operation.response, "decision");
            }
            match domains.iter_mut().find(|domain| domain.name == row.domain) {
                Some(domain) => domain.operations.push(operation),
                None => domains.push(Domain { name: row.domain, operations: vec![operation] }),
            }
        }
        let types = types.finish(&domains)?;
        let index = types.iter().enumerate().map(|(at, one)| (one.name.clone(), at)).collect();
        Ok(Self { domains, legacy: Vec::new(), streams: None, types, errors: Errors::read(), index })
    }

    /// This and the streams: everything that is documented.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.streams.as_deref())
    }

    /// Every operation.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.domains.iter().flat_map(|domain| &domain.operations)
    }

    /// Whether a value of this shape holds a secret, be it deep inside.
    pub fn holds_secret(&self, shape: &Shape) -> bool {
        self.holds_secret_beyond(shape, &mut Vec::new())
    }

    /// `seen` are the records on the way: one may hold itself.
    fn holds_secret_beyond<'a>(&'a self, shape: &'a Shape, seen: &mut Vec<&'a str>) -> bool {
        shape.names().into_iter().any(|name| {
            let Some(Type { form: Form::Record(members), .. }) = self.find(name) else { return false };
            if seen.contains(&name) {
                return false;
            }
            seen.push(name);
            members.iter().any(|member| member.secret || self.holds_secret_beyond(&member.shape, seen))
        })
    }

    /// The type called `name`.
    pub fn find(&self, name: &str) -> Option<&Type> {
        self.index.get(name).map(|at| &self.types[*at])
    }
}
