//! How many durable guard decisions a real instance makes per second.

use serde_json::Value;

use crate::bare::Connection;
use crate::meter::{Bounds, Caller, measure};
use crate::{Problem, Target};

/// Measures kept connections. The clients are bare, because they share the machine with the instance.
pub(crate) async fn run(target: &Target, bounds: &Bounds) -> Result<(), Problem> {
    let mut callers = Vec::new();
    for _ in 0..bounds.callers {
        callers.push(Asker { connection: Connection::open(target).await?, last: String::new() });
    }
    measure("load", bounds, callers).await.map(drop)
}

struct Asker {
    connection: Connection,
    last: String,
}

impl Caller for Asker {
    async fn call(&mut self) -> Result<(), Problem> {
        let body = self.connection.exchange().await?;
        let answer: Value = serde_json::from_slice(&body)?;
        let id = answer["decision_id"].as_str().unwrap_or_default();
        if id.is_empty() || id == self.last {
            return Err(format!("the instance stored no decision of its own: {answer}").into());
        }
        id.clone_into(&mut self.last);
        Ok(())
    }
}
