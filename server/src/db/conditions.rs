//! The conditions of a list: only those that are given stand in the statement, so that an index serves them.

use std::fmt;

use super::{Page, ToValue, Value};

/// What is looked for, in an organisation.
#[derive(Debug)]
pub(crate) struct Where<'a> {
    conditions: Vec<String>,
    values: Vec<Value<'a>>,
}

impl<'a> Where<'a> {
    /// What belongs to the organisation of the transaction; `column` is the one that names it.
    pub(crate) fn org(column: &str) -> Self {
        Self { conditions: vec![format!("{column} = $1")], values: Vec::new() }
    }

    /// Demands a condition, `"agent_id ="`, of the value behind it, when there is one.
    pub(crate) fn given(mut self, condition: &str, value: Option<&'a (impl ToValue + ?Sized)>) -> Self {
        if let Some(value) = value {
            let place = self.place(value.to_value());
            self.conditions.push(format!("{condition} {place}"));
        }
        self
    }

    /// Demands a condition without a value, when it `holds`.
    pub(crate) fn when(mut self, holds: bool, condition: &str) -> Self {
        if holds {
            self.conditions.push(condition.to_owned());
        }
        self
    }

    /// A place for a value in the statement: `$2`.
    pub(crate) fn place(&mut self, value: Value<'a>) -> String {
        self.values.push(value);
        format!("${}", self.values.len() + 1)
    }

    /// The end of a statement that reads one page.
    pub(crate) fn page(&mut self, page: Page) -> String {
        let limit = self.place(Value::Integer(page.limit));
        let offset = self.place(Value::Integer(page.offset));
        format!("LIMIT {limit} OFFSET {offset}")
    }

    /// The values that go with it.
    pub(crate) fn values(&self) -> &[Value<'a>] {
        &self.values
    }
}

impl fmt::Display for Where<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WHERE {}", self.conditions.join(" AND "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_is_demanded() {
        let (agent, status, risk) = (Some("a".to_owned()), None::<String>, Some(70));
        let mut wanted = Where::org("org_id")
            .given("agent_id =", agent.as_ref())
            .given("status =", status.as_ref())
            .when(status.is_none(), "status <> 'gone'")
            .given("risk_score >=", risk.as_ref());
        let page = wanted.page(Page { limit: 5, offset: 10 });
        assert_eq!(
            format!("{wanted} {page}"),
            "WHERE org_id = $1 AND agent_id = $2 AND status <> 'gone' AND risk_score >= $3 LIMIT $4 OFFSET $5"
        );
        assert_eq!(wanted.values().len(), 4);
    }
}
