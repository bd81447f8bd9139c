//! The operations that an instance answers, one module per domain.

mod actions;
mod admin;
mod agents;
mod approvals;
mod assumptions;
mod birth;
mod create;
mod cron;
mod graph;
mod guard;
mod health;
mod identities;
mod integrity;
pub(crate) mod keys;
mod learning;
mod loops;
mod outcomes;
mod overview;
mod policies;
mod pricing;
mod scrub;
mod sessions;
pub(crate) mod signals;
mod signature;
mod stream;
mod trace;

use std::future::ready;

pub(crate) use admin::put_halt;
pub(crate) use cron::sweep;
use dashclaw::api::{
    actions as a, agents as ag, approvals as ap, assumptions as s, guard as g, health as h, identities as d,
    integrity as i, learning as l, loops as o, operations as f, orgs as r, outcomes as u, pairings as q,
    policies as p, sessions as e, signals as n,
};
use dashclaw::catalogue::Method::{Delete, Get, Post};
use futures_util::FutureExt;

use crate::http::route::{Access, Route};

/// Every route. Operations that differ only in what the client fills in share one.
pub(crate) fn routes() -> Vec<Route> {
    let admin = Access::Admin("Admin access required");
    vec![
        Route::of::<g::Guard>(|call| guard::ask(call).boxed()),
        Route::of::<g::GetGuardDecisions>(|call| guard::list(call).boxed()),
        Route::of::<g::GetRecentDecisions>(|call| overview::decisions(call).boxed()),
        Route::of::<a::CreateAction>(|call| create::create(call).boxed()),
        Route::of::<a::GetActions>(|call| actions::list(call).boxed()),
        Route::of::<a::GetAction>(|call| actions::get(call).boxed()),
        Route::of::<a::UpdateOutcome>(|call| actions::update(call).boxed()),
        Route::of::<a::GetActionTrace>(|call| trace::get(call).boxed()),
        Route::of::<a::GetActionGraph>(|call| graph::get(call).boxed()),
        Route::of::<ap::ApproveAction>(|call| approvals::decide(call).boxed())
            .own_checks()
            .admin("Admin access required for approvals"),
        Route::of::<u::ReportActionOutcome>(|call| outcomes::report(call).boxed()).own_checks(),
        Route::of::<u::GetActionOutcome>(|call| outcomes::get(call).boxed()),
        Route::of::<s::RecordAssumption>(|call| assumptions::create(call).boxed()),
        Route::of::<s::GetDriftReport>(|call| assumptions::list(call).boxed()),
        Route::of::<s::GetAssumption>(|call| assumptions::get(call).boxed()),
        Route::of::<s::ValidateAssumption>(|call| assumptions::judge(call).boxed()),
        Route::of::<o::RegisterOpenLoop>(|call| loops::create(call).boxed()),
        Route::of::<o::GetOpenLoops>(|call| loops::list(call).boxed()),
        Route::of::<o::GetOpenLoop>(|call| loops::get(call).boxed()),
        Route::of::<o::ResolveOpenLoop>(|call| loops::close(call).boxed()),
        Route::of::<n::GetSignals>(|call| signals::list(call).boxed()),
        Route::of::<p::ListPolicies>(|call| policies::list(call).boxed()),
        Route::of::<p::CreatePolicy>(|call| policies::create(call).boxed()),
        Route::of::<p::UpdatePolicy>(|call| policies::update(call).boxed()),
        Route::of::<p::DeletePolicy>(|call| policies::delete(call).boxed()).own_checks(),
        Route::of::<p::SimulatePolicy>(|call| policies::simulate(call).boxed()).own_checks(),
        Route::of::<e::CreateSession>(|call| sessions::create(call).boxed()),
        Route::of::<e::ListSessions>(|call| sessions::list(call).boxed()),
        Route::of::<e::GetSession>(|call| sessions::get(call).boxed()),
        Route::of::<e::UpdateSession>(|call| sessions::update(call).boxed()),
        Route::of::<e::GetSessionEvents>(|call| sessions::events(call).boxed()),
        Route::of::<i::VerifyIntegrity>(|call| ready(integrity::verify(&call)).boxed()).own_checks(),
        Route::of::<i::GetJwks>(|call| ready(integrity::jwks(&call)).boxed()),
        Route::of::<ag::Heartbeat>(|call| agents::heartbeat(call).boxed()).own_checks(),
        Route::of::<ag::ListAgents>(|call| overview::agents(call).boxed()),
        Route::of::<d::RegisterIdentity>(|call| identities::register(call).boxed()),
        Route::of::<d::GetIdentities>(|call| identities::list(call).boxed()),
        Route::of::<d::RevokeIdentity>(|call| identities::revoke(call).boxed()),
        Route::of::<q::CreatePairing>(|call| identities::pair(call).boxed()),
        Route::of::<q::GetPairing>(|call| identities::pairing(call).boxed()),
        Route::of::<q::ListPairings>(|call| identities::pairings(call).boxed()),
        Route::of::<q::ApprovePairing>(|call| identities::approve(call).boxed()),
        Route::of::<f::GetOperationsSummary>(|call| overview::operations(call).boxed()),
        Route::of::<l::GetLearningRecommendations>(|call| ready(learning::list(&call)).boxed()),
        Route::of::<l::RecordRecommendationEvents>(|call| learning::record(call).boxed()),
        Route::of::<h::GetHealth>(|call| health::get(call).boxed()),
        Route::at(Get, "/api/stream", Access::Key, |call| ready(stream::open(&call)).boxed()),
        Route::of::<r::CreateApiKey>(|call| keys::create(call).boxed()).own_checks(),
        Route::of::<r::ListApiKeys>(|call| keys::list(call).boxed()),
        Route::of::<r::RevokeApiKey>(|call| keys::revoke(call).boxed()).own_checks(),
        Route::at(Delete, "/api/keys/{id}", admin, |call| keys::revoke(call).boxed()),
        Route::at(Get, "/api/halt", Access::Key, |call| admin::halt(call).boxed()),
        Route::at(Post, "/api/halt", admin, |call| admin::set_halt(call).boxed()),
        Route::at(Get, "/api/cron/outcome-sweep", Access::Cron, |call| cron::outcome_sweep(call).boxed()),
    ]
}
