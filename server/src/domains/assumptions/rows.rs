//! Where assumptions are kept.

use dashclaw::api::assumptions::Assumption;

use crate::db::{DbResult, Page, Row, Tx, Where, encode, values};

/// What is shown of an assumption and of its action.
const SHOWN: &str = "SELECT made.id, made.record, acted.agent_id, acted.agent_name, acted.declared_goal,
    acted.action_type FROM assumptions AS made
    JOIN actions AS acted ON acted.org_id = made.org_id AND acted.action_id = made.action_id";

/// Which assumptions are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssumptionFilter {
    pub(crate) validated: Option<bool>,
    /// Only those that nobody looked at since before this time.
    pub(crate) stale_before: Option<String>,
    pub(crate) action_id: Option<String>,
    pub(crate) agent_id: Option<String>,
}

impl AssumptionFilter {
    fn conditions(&self) -> Where<'_> {
        Where::org("made.org_id")
            .given("made.validated =", self.validated.as_ref())
            .given("made.created_at <", self.stale_before.as_ref())
            .when(self.stale_before.is_some(), "made.validated = 0 AND made.invalidated = 0")
            .given("made.action_id =", self.action_id.as_ref())
            .given("made.agent_id =", self.agent_id.as_ref())
    }
}

/// Whether an assumption has this id.
pub(super) async fn exists(tx: &Tx<'_>, id: &str) -> DbResult<bool> {
    tx.exists("SELECT 1 FROM assumptions WHERE org_id = $1 AND assumption_id = $2", &values![id]).await
}

/// Stores an assumption of this agent, which is given its number.
pub(super) async fn insert(tx: &Tx<'_>, assumption: &mut Assumption, agent_id: &str) -> DbResult<()> {
    let sql = "INSERT INTO assumptions (org_id, assumption_id, action_id, agent_id, validated, invalidated, created_at,
        record) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let record = encode(assumption)?;
    assumption.id = tx
        .single(
            sql,
            &values![
                assumption.assumption_id.as_str(),
                assumption.action_id.as_str(),
                agent_id,
                assumption.validated,
                assumption.invalidated,
                assumption.created_at,
                record,
            ],
            |row| row.get(0),
        )
        .await?;
    Ok(())
}

fn with_action(row: &Row<'_>) -> DbResult<Assumption> {
    let assumption: Assumption = row.record(1)?;
    Ok(Assumption {
        id: row.get(0)?,
        agent_id: row.get(2)?,
        agent_name: row.get(3)?,
        declared_goal: row.get(4)?,
        action_type: row.get(5)?,
        ..assumption
    })
}

/// Reads an assumption, with what is shown of its action.
pub(super) async fn find(tx: &Tx<'_>, id: &str) -> DbResult<Option<Assumption>> {
    let sql = format!("{SHOWN} WHERE made.org_id = $1 AND made.assumption_id = $2");
    tx.one(&sql, &values![id], with_action).await
}

/// The agent that it belongs to.
pub(crate) async fn agent_of(tx: &Tx<'_>, id: &str) -> DbResult<Option<String>> {
    let sql = "SELECT agent_id FROM assumptions WHERE org_id = $1 AND assumption_id = $2";
    tx.one(sql, &values![id], |row| row.get(0)).await
}

/// Lists assumptions, newest first.
pub(crate) async fn list(tx: &Tx<'_>, filter: &AssumptionFilter, page: Page) -> DbResult<Vec<Assumption>> {
    let mut admitted = filter.conditions();
    let page = admitted.page(page);
    let sql = format!("{SHOWN} {admitted} ORDER BY made.created_at DESC, made.id DESC {page}");
    tx.all(&sql, admitted.values(), with_action).await
}

/// How many a filter admits.
pub(super) async fn count(tx: &Tx<'_>, filter: &AssumptionFilter) -> DbResult<i64> {
    let admitted = filter.conditions();
    let sql = format!("SELECT count(*) FROM assumptions AS made {admitted}");
    tx.single(&sql, admitted.values(), |row| row.get(0)).await
}

/// Stores what an assumption became.
pub(super) async fn update(tx: &Tx<'_>, assumption: &Assumption) -> DbResult<()> {
    let sql =
        "UPDATE assumptions SET validated = $3, invalidated = $4, record = $5 WHERE org_id = $1 AND id = $2";
    // What is shown of its action belongs to that.
    let own = Assumption {
        agent_id: None,
        agent_name: None,
        declared_goal: None,
        action_type: None,
        ..assumption.clone()
    };
    tx.run(sql, &values![own.id, own.validated, own.invalidated, encode(&own)?]).await?;
    Ok(())
}
