//! `POST /api/guard` and the log of decisions.

use std::sync::Arc;

use dashclaw::api::actions::CreateAction;
use dashclaw::api::guard::{
    GetGuardDecisions, GetRecentDecisions, GuardDecision, GuardDecisionList, GuardDecisionStats,
    RecentDecisionList,
};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::decide::{ATTEMPTS, Decided, again, contended, decide, other_question, repeat_span};
use super::judge::off_thread;
use super::log::{self, Logged, log_and_tell};
use super::premises::{Premises, Stale};
use super::question::{Asking, Question};
use super::rows::{self, DecisionFilter};
use crate::context::Context;
use crate::db::{Page, Tx, Work};
use crate::domains::actions::birth;
use crate::domains::actions::birth::Creation;
use crate::domains::signals::cases::texts;
use crate::failure::{Answer, Failure};
use crate::orgs::{Injection, Org};
use crate::policy::Verdict;
use crate::scan::injection;
use crate::scan::secrets::SecretScan;

const AUTOSCAN_BLOCK: &str = "DASHCLAW_AUTOSCAN_BLOCK";

/// What is asked, with everything that was found out about it before the policies are asked.
struct Ask {
    question: Arc<Question>,
    key: Option<String>,
    secret_scan: Option<SecretScan>,
    signals: Vec<String>,
    /// What is recorded beside the decision, or why nothing is, where the caller wants a record.
    record: Option<Result<Box<CreateAction>, &'static str>>,
}

/// Asks whether an agent may act.
///
/// The answer is JSON text: of a decision the very text that is on record.
pub(super) async fn ask(context: &Context, asking: Asking) -> Answer<String> {
    let mut question = Question::read(context, &asking).await?;
    let text = asking.text("content");
    let secret_scan = off_thread(question.heavy, move || text.as_deref().and_then(SecretScan::of)).await?;
    let mut org = context.app.org(context.org_id()).await?;
    if refused(&org, &question, secret_scan.as_ref()).is_some() {
        org = context.app.present_org(context.org_id()).await?;
    }
    if let Some(refused) = refused(&org, &question, secret_scan.as_ref()) {
        return refused;
    }
    let signals = match asking.arguments.get("include_signals") {
        Some(Value::Bool(true)) => texts(context, question.context.agent_id.as_deref()).await?,
        _ => Vec::new(),
    };
    let record = to_record(&asking, &question).await?;
    let key = asking.text("idempotency_key");
    if let Some(answer) = repeated(context, &question, &org, key.as_deref()).await? {
        return Ok(answer);
    }
    question.use_token(&context.app).await;
    let question = Arc::new(question);
    let ask = Ask { question, key, secret_scan, signals, record };
    for attempt in 0..ATTEMPTS {
        match try_once(context, &ask, attempt).await? {
            Ok(answer) => return Ok(answer),
            Err(stale) => again(&context.app, context.org_id(), stale)?,
        }
    }
    Err(contended())
}

/// The answer, or what has changed under the decision.
type Attempt = Result<String, Stale>;

/// Decides and stores once.
async fn try_once(context: &Context, ask: &Ask, attempt: usize) -> Answer<Attempt> {
    let org = context.app.org(context.org_id()).await?;
    if attempt > 0 {
        // What refuses a question before the policies are asked may be what has changed.
        if let Some(refused) = refused(&org, &ask.question, ask.secret_scan.as_ref()) {
            return refused.map(Ok);
        }
    }
    let key = usable(&org, ask.key.as_deref());
    if let Some(known) = known(context, &ask.question, &org, key).await? {
        return answer(known, "");
    }
    let mut decided = decide(&context.app, &org, &ask.question, ask.signals.clone(), attempt).await?;
    decided.decision.secret_scan = ask.secret_scan.as_ref().map(|scan| json!(scan));
    let request = match &ask.record {
        None => return store(context, &decided, key).await,
        Some(Ok(request)) if decided.verdict != Verdict::Block => request,
        Some(problem) => {
            let problem = problem.as_ref().err().copied().unwrap_or("blocked actions are not recorded");
            decided.decision.recorded = Some(false);
            decided.decision.recorded_error = Some(problem.to_owned());
            return store(context, &decided, key).await;
        }
    };
    store_with_action(context, ask, request, decided, key).await
}

/// The answer to a question that is none for the policies.
fn refused(org: &Org, question: &Question, scan: Option<&SecretScan>) -> Option<Answer<String>> {
    let injection = refuse_injection(org, question.context.declared_goal.as_deref()).err();
    injection.map(Err).or_else(|| blocked_by_scan(org, scan).map(Ok))
}

/// The answer to content that holds secrets, where the organisation has it blocked.
fn blocked_by_scan(org: &Org, scan: Option<&SecretScan>) -> Option<String> {
    let scan = scan.filter(|_| org.flag(AUTOSCAN_BLOCK) == Some(true))?;
    let blocked = json!({
        "decision": "block",
        "allowed": false,
        "reasons": ["Content holds secrets"],
        "secret_scan": scan,
    });
    Some(blocked.to_string())
}

/// While everything is halted, nothing that was said before counts.
fn usable<'a>(org: &Org, key: Option<&'a str>) -> Option<&'a str> {
    key.filter(|_| org.halt().is_none())
}

/// The answer that was given before with the same key.
async fn repeated(
    context: &Context,
    question: &Question,
    org: &Org,
    key: Option<&str>,
) -> Answer<Option<String>> {
    match known(context, question, org, usable(org, key)).await? {
        // Where something has changed, a decision is due.
        Some(known) => answer(known, "").map(Result::ok),
        None => Ok(None),
    }
}

/// What the key of a question stands for already.
async fn known(
    context: &Context,
    question: &Question,
    org: &Org,
    key: Option<&str>,
) -> Answer<Option<Logged>> {
    let Some(key) = key else { return Ok(None) };
    let within = repeat_span(clock::unix_millis());
    let premises =
        Premises { version: org.version, principal: question.principal.clone(), ..Premises::default() };
    let given = (key.to_owned(), within, question.asked.clone(), premises);
    let found = context.look_up(given, |(key, within, asked, premises), tx| {
        async move { Ok(log::repeated(tx, (key, *within), asked, premises).await?) }.boxed()
    });
    found.await
}

/// A goal that tries to take the server over is no question at all, unless the organisation has it judged.
fn refuse_injection(org: &Org, goal: Option<&str>) -> Answer<()> {
    if org.injection() != Injection::Refuse {
        return Ok(());
    }
    let scan = injection::scan(goal.unwrap_or_default());
    if scan.recommendation() != Verdict::Block {
        return Ok(());
    }
    Err(Failure::bad_request("Input rejected: prompt injection pattern detected")
        .with("risk_level", scan.risk_level())
        .with("categories", scan.categories()))
}

/// Stores the decision, then answers: what is not on record was not decided.
async fn store(context: &Context, decided: &Decided, key: Option<&str>) -> Answer<Attempt> {
    let reply = serde_json::to_string(&decided.decision)?;
    let given = decided.record(key, &reply);
    let keys = given.keys();
    let logged = context
        .app
        .db
        .write_beside(context.org_id(), &keys, given, |decision, tx| log_and_tell(tx, decision).boxed());
    let logged = logged.await.map_err(|error| Failure::not_persisted(&error))?;
    if logged == Logged::Stored {
        context.app.metrics.decided(decided.verdict);
    }
    answer(logged, &reply)
}

/// The answer to what became of a decision.
fn answer(logged: Logged, reply: &str) -> Answer<Attempt> {
    match logged {
        Logged::Stored => Ok(Ok(reply.to_owned())),
        Logged::Repeats(reply) => {
            let mut decision: GuardDecision = serde_json::from_str(&reply)?;
            decision.idempotent_replay = Some(true);
            Ok(Ok(serde_json::to_string(&decision)?))
        }
        Logged::OtherQuestion => Err(other_question()),
        Logged::Stale(stale) => Ok(Err(stale)),
    }
}

/// What is to be recorded beside the decision, when the caller asks for a record.
async fn to_record(
    asking: &Asking,
    question: &Question,
) -> Answer<Option<Result<Box<CreateAction>, &'static str>>> {
    if asking.arguments.get("record") != Some(&Value::Bool(true)) {
        return Ok(None);
    }
    if question.context.agent_id.is_none() {
        return Ok(Some(Err("agent_id is required to record an action")));
    }
    if question.context.declared_goal.is_none() {
        return Ok(Some(Err("declared_goal is required to record an action")));
    }
    let mut request = birth::described(&asking.arguments, Vec::new())?;
    // The key is that of the decision.
    request.idempotency_key = None;
    let scrubbed = off_thread(question.heavy, move || {
        birth::scrub(&mut request);
        request
    });
    Ok(Some(Ok(Box::new(scrubbed.await?))))
}

/// Stores the decision and an action with it, in one step.
async fn store_with_action(
    context: &Context,
    ask: &Ask,
    request: &CreateAction,
    mut decided: Decided,
    key: Option<&str>,
) -> Answer<Attempt> {
    let action = birth::record(&ask.question, request.clone(), &decided)?;
    decided.decision.recorded = Some(true);
    decided.decision.action_id = Some(action.action_id.to_string());
    let reply = serde_json::to_string(&decided.decision)?;
    let logged = match birth::store(context, &ask.question, action, &decided, (key, &reply)).await? {
        Creation::Created(_) => Logged::Stored,
        Creation::Repeats(reply) => Logged::Repeats(reply),
        Creation::OtherQuestion => Logged::OtherQuestion,
        Creation::Stale(stale) => Logged::Stale(stale),
        Creation::Replayed(_) | Creation::DuplicateId => {
            return Err(Failure::internal("a new id was taken already"));
        }
    };
    answer(logged, &reply)
}

/// Lists decisions.
pub(super) async fn list(context: Context, request: GetGuardDecisions) -> Answer<GuardDecisionList> {
    let page = Page::asked(request.limit, request.offset, 20);
    let filter = DecisionFilter {
        agent_id: request.agent_id,
        decision: request.decision.map(|verdict| verdict.to_string()),
    };
    let read = read(&context, filter, page, |tx, filter, page| rows::list(tx, filter, page).boxed());
    let (mut decisions, total, stats) = read.await?;
    for decision in &mut decisions {
        // What an older record does not tell, and what nobody looks at.
        for (name, value) in [
            ("replay_status", json!("not_applicable")),
            ("act_status", json!("not_applicable")),
            ("jti", Value::Null),
            ("act_hash", Value::Null),
        ] {
            decision.extra.entry(name.to_owned()).or_insert(value);
        }
    }
    Ok(GuardDecisionList {
        decisions,
        total,
        stats,
        limit: page.limit,
        offset: page.offset,
        ..GuardDecisionList::default()
    })
}

/// Lists recent decisions. Filters that it does not know are ignored, as on the platform.
pub(super) async fn recent(context: Context, request: GetRecentDecisions) -> Answer<RecentDecisionList> {
    let page = Page::asked(request.limit, request.offset, 50);
    let filter = DecisionFilter {
        agent_id: request.agent_id,
        decision: request.decision.map(|verdict| verdict.to_string()),
    };
    let read = read(&context, filter, page, |tx, filter, page| rows::recent(tx, filter, page).boxed());
    let (decisions, total, stats) = read.await?;
    Ok(RecentDecisionList { decisions, total, stats, ..RecentDecisionList::default() })
}

/// A page of decisions in one of their forms, how many the filter admits, and what was decided in the last day.
async fn read<T: Send + 'static>(
    context: &Context,
    filter: DecisionFilter,
    page: Page,
    form: for<'a> fn(&'a Tx<'_>, &'a DecisionFilter, Page) -> Work<'a, Vec<T>>,
) -> Answer<(Vec<T>, i64, GuardDecisionStats)> {
    let read = context.scan((filter, page, form), |(filter, page, form), tx| {
        async move {
            let stats = rows::last_day(tx, clock::unix_millis()).await?;
            Ok((form(tx, filter, *page).await?, rows::total(tx, filter).await?, stats))
        }
        .boxed()
    });
    read.await
}
