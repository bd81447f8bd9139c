//! Looking at the instance, and mending it.

use std::path::Path;

use dashclaw::api::doctor::{DoctorFixed, DoctorReport, FixDoctor, GetDoctor};
use dashclaw::api::orgs::ApiKeyRole;
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::json;

use super::rows;
use super::rules::{self, Remedy, Seen};
use crate::config::ALLOW_SELF_APPROVAL;
use crate::context::Context;
use crate::db::DbResult;
use crate::domains::activity::cases::note;
use crate::domains::{keys, policies, secrets};
use crate::failure::{Answer, Failure};
use crate::jobs;
use crate::policy::read_policy_file;

const MINUTE_MS: i64 = 60_000;
/// The policies that come with the program.
const STARTER: &str = "starter";

/// Looks at the instance.
pub(super) async fn look(context: Context, request: GetDoctor) -> Answer<DoctorReport> {
    let mut seen = Seen {
        stores_not: context.app.db.can_store(true).await.err().map(|error| error.to_string()),
        signs: !context.app.signer.jwks().is_empty(),
        has_secrets_key: context.app.vault.check().is_ok(),
        allows_self_approval: context.app.config.allow_self_approval,
        has_proxies: !context.app.config.trusted_proxies.is_empty(),
        has_public_url: context.app.config.public_url.is_some(),
        ..Seen::default()
    };
    if let Err(error) = read(&context, &mut seen).await {
        seen.reads_not = Some(error.to_string());
    }
    let mut checks = rules::checks(&seen);
    if let Some(asked) = request.category.filter(|asked| !asked.trim().is_empty()) {
        let asked: Vec<&str> = asked.split(',').map(str::trim).collect();
        checks.retain(|check| asked.contains(&check.category.as_str()));
    }
    if request.include_fixes == Some(false) {
        for check in &mut checks {
            check.fix = None;
        }
    }
    Ok(rules::report(checks, clock::now_iso()))
}

/// Sees what is stored.
async fn read(context: &Context, seen: &mut Seen) -> DbResult<()> {
    let app = &context.app;
    let org = app.org(context.org_id()).await?;
    seen.active_policies = org.policies.len();
    seen.skipped_policies = org.policies.skipped().iter().map(|skipped| skipped.id.clone()).collect();
    seen.halted_by = org.halt().map(|halt| halt.actor);
    seen.allows_self_approval = org.flag(ALLOW_SELF_APPROVAL).unwrap_or(seen.allows_self_approval);
    let keys = keys::cases::all(app, context.org_id()).await?;
    seen.admins = keys.iter().filter(|key| key.role == ApiKeyRole::Admin && key.revoked_at.is_none()).count();
    let counted = app.db.look_up(context.org_id(), (), |(), tx| rows::actions(tx).boxed()).await?;
    let (actions, waiting, since) = counted;
    let since_ms = since.and_then(|since| clock::parse_iso(&since));
    seen.actions = actions;
    seen.waiting = (waiting, since_ms.map_or(0, |since_ms| (clock::unix_millis() - since_ms) / MINUTE_MS));
    seen.dead_jobs = jobs::counts(&app.db).await?.dead;
    seen.secrets_due = secrets::cases::due(app, context.org_id()).await?;
    Ok(())
}

/// Mends one thing.
pub(super) async fn fix(context: Context, request: FixDoctor) -> Answer<DoctorFixed> {
    let unknown = || Failure::validation(vec!["`action` is none that the doctor knows".to_owned()]);
    let remedy = Remedy::named(&request.action).ok_or_else(unknown)?;
    let count = match remedy {
        Remedy::StarterPolicies => starter_policies(&context).await?,
        Remedy::ReviveJobs => jobs::revive(&context.app.db, context.org_id()).await?,
    };
    let given = (context.shown(), remedy.action());
    let noted = context.write(given, |(actor, action), tx| {
        async move { Ok(note(tx, actor, "doctor.fixed", ("instance", action), &json!({})).await?) }.boxed()
    });
    noted.await?;
    let description = match (remedy, count) {
        (_, 0) => "there was nothing to mend".to_owned(),
        (Remedy::StarterPolicies, count) => format!("added {count} policies"),
        (Remedy::ReviveJobs, count) => format!("{count} pieces of work are tried again"),
    };
    Ok(DoctorFixed { applied: count > 0, description, ..DoctorFixed::default() })
}

/// Adds those of the policies that come with the program whose names are free, and answers how many.
async fn starter_policies(context: &Context) -> Answer<usize> {
    let read = read_policy_file(Path::new(STARTER), context.app.config.allow_private_webhooks);
    let read = read.map_err(|problems| Failure::internal(problems.join("; ")))?;
    policies::cases::add_missing(context, read).await
}
