//! Records: read, changed and made under ids that the other organisation has.

use serde_json::{Value, json};

use crate::common::organisations::{Keys, Two};
use crate::common::told;
use crate::planted::{Planted, made, mark, plant, signer, view};

#[tokio::test]
async fn what_one_does_the_other_does_not_see() {
    let two = Two::new("organisations-seen");
    let world = &two.world;
    let (mine, theirs) = (&two.here, &two.other);
    let own = plant(world, mine).await;
    let more = [own.paths(), own.narrowed()].concat();
    let before = view(world, &mine.admin, &more).await;
    let planted = plant(world, theirs).await;
    assert_eq!(view(world, &mine.admin, &more).await, before);
    for (keys, planted, stranger) in [(mine, &own, theirs), (theirs, &planted, mine)] {
        let seen = view(world, &stranger.admin, &planted.narrowed()).await;
        // Without the paths, in which ids stand.
        let seen = json!(seen.as_object().unwrap().values().collect::<Vec<_>>()).to_string();
        assert!(seen.contains(&mark(stranger)) && !seen.contains(&mark(keys)), "{seen}");
        for id in [&planted.policy, &planted.session, &planted.running, &planted.key, &planted.signs] {
            assert!(!seen.contains(id), "{id} in {seen}");
        }
        for path in planted.paths() {
            for key in [&stranger.admin, &stranger.member, &stranger.bound, &stranger.readonly] {
                let reply = world.as_key(key, "GET", &path, Value::Null).await;
                assert_eq!(reply.status, 404, "{key} {path} {}", reply.body);
            }
            assert_eq!(world.as_key(&keys.readonly, "GET", &path, Value::Null).await.status, 200, "{path}");
        }
        // Nor by what guard adds to its warnings.
        let asked = json!({ "agent_id": "agent-1", "action_type": "look", "include_signals": true });
        let reply = world.as_key(&stranger.member, "POST", "/api/guard", asked).await;
        assert!(!reply.body.to_string().contains("last hour"), "{}", reply.body);
        let tried = json!({
            "policy_type": "block_action_type", "rules": { "action_types": ["build"] }, "days": 30,
        });
        let reply = world.as_key(&stranger.admin, "POST", "/api/policies/simulate", tried).await;
        assert!(!reply.body.to_string().contains(&planted.running), "{}", reply.body);
    }
}

/// Whatever would change something of `planted`: who may ask for it, and what a stranger is told.
fn attacks(planted: &Planted) -> Vec<(bool, &'static str, String, Value, u16)> {
    let Planted { running, waiting, session, assumption, open_loop, pairing, signs, key, policy, .. } =
        planted;
    let action = |id: &str, rest: &str| format!("/api/actions/{id}{rest}");
    let allow = json!({ "decision": "allow" });
    vec![
        (true, "POST", action(waiting, "/approve"), allow.clone(), 404),
        (true, "POST", format!("/api/approvals/{waiting}"), allow, 404),
        (true, "POST", action(waiting, "/approve"), json!({ "decision": "deny" }), 404),
        (false, "PATCH", action(running, ""), json!({ "status": "completed" }), 404),
        (false, "PATCH", action(running, ""), json!({ "error_message": "mine" }), 404),
        (false, "POST", action(running, "/outcome"), json!({ "status": "completed" }), 404),
        (false, "PATCH", format!("/api/sessions/{session}"), json!({ "summary": "mine" }), 404),
        (false, "PATCH", format!("/api/sessions/{session}"), json!({ "status": "closed" }), 404),
        (false, "PATCH", format!("/api/assumptions/{assumption}"), json!({ "validated": true }), 404),
        (
            false,
            "PATCH",
            format!("/api/actions/assumptions/{assumption}"),
            json!({ "validated": false, "invalidated_reason": "mine" }),
            404,
        ),
        (
            false,
            "PATCH",
            format!("/api/actions/loops/{open_loop}"),
            json!({ "status": "resolved", "resolution": "mine" }),
            404,
        ),
        (
            false,
            "POST",
            "/api/assumptions".into(),
            json!({ "action_id": running, "assumption": "mine" }),
            404,
        ),
        (
            false,
            "POST",
            "/api/actions/loops".into(),
            json!({ "action_id": running, "loop_type": "followup", "description": "mine" }),
            404,
        ),
        (true, "POST", format!("/api/pairings/{pairing}/approve"), json!({}), 404),
        (true, "DELETE", format!("/api/identities/{}", signs.replace(' ', "%20")), Value::Null, 404),
        (true, "DELETE", format!("/api/keys/{key}"), Value::Null, 404),
        (true, "DELETE", format!("/api/keys?id={key}"), Value::Null, 404),
        (true, "PATCH", "/api/policies".into(), json!({ "id": policy, "active": 0 }), 404),
        // To remove what is not there is no error.
        (true, "DELETE", format!("/api/policies?id={policy}"), Value::Null, 200),
        (true, "DELETE", format!("/api/policies?ids={policy},x"), Value::Null, 200),
    ]
}

#[tokio::test]
async fn what_is_one_s_the_other_does_not_change() {
    let two = Two::new("organisations-changed");
    let world = &two.world;
    for (mine, theirs) in two.both_ways() {
        let planted = plant(world, theirs).await;
        let before = view(world, &theirs.admin, &planted.paths()).await;
        for (admin, method, path, body, expected) in attacks(&planted) {
            for key in [&mine.admin, &mine.member, &mine.bound] {
                let may = !admin || *key == mine.admin;
                let reply = world.as_key(key, method, &path, body.clone()).await;
                let expected = if may { expected } else { 403 };
                assert_eq!(reply.status, expected, "{key} {method} {path} {}", reply.body);
                assert!(!reply.body.to_string().contains(&mark(theirs)), "{path} {}", reply.body);
            }
        }
        assert_eq!(view(world, &theirs.admin, &planted.paths()).await, before);
        // The attacks work where they are none.
        for (_, method, path, body, _) in attacks(&planted).into_iter().take(1) {
            assert_eq!(world.as_key(&theirs.approver, method, &path, body).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn ids_are_each_organisation_s_own() {
    let two = Two::new("organisations-ids");
    let world = &two.world;
    let session = json!({ "agent_id": "agent-1" });
    let session = made(world, &two.here.admin, "/api/sessions", session, "/session/session_id").await;
    for keys in [&two.here, &two.other] {
        let body = |id: &str, parent: Option<&str>| {
            json!({
                "agent_id": "agent-1", "action_type": "build", "declared_goal": mark(keys), "action_id": id,
                "parent_action_id": parent, "systems_touched": ["db"], "session_id": session,
            })
        };
        let only = format!("only in {}", keys.org_id);
        for body in [body("same", None), body("child", Some("same")), body(&only, Some("same"))] {
            made(world, &keys.member, "/api/actions", body, "").await;
        }
        let assumption = json!({ "action_id": "same", "assumption": mark(keys), "assumption_id": "same" });
        made(world, &keys.member, "/api/assumptions", assumption, "").await;
        let open_loop = json!({
            "action_id": "same", "loop_type": "followup", "description": mark(keys), "loop_id": "same",
        });
        made(world, &keys.member, "/api/actions/loops", open_loop, "").await;
    }
    let ended = json!({ "status": "completed", "summary": mark(&two.other) });
    made(world, &two.other.member, "/api/actions/same/outcome", ended, "").await;
    let judged = json!({ "validated": true });
    for path in ["/api/assumptions/same", "/api/actions/loops/same"] {
        let body = if path.contains("loops") { json!({ "status": "cancelled" }) } else { judged.clone() };
        assert_eq!(world.as_key(&two.other.member, "PATCH", path, body).await.status, 200, "{path}");
    }
    for (mine, theirs) in two.both_ways() {
        for path in [
            "/api/actions/same",
            "/api/actions/same/trace",
            "/api/actions/same/graph",
            "/api/actions/child/trace",
            "/api/actions/child/graph",
            "/api/assumptions/same",
            "/api/actions/loops/same",
            "/api/actions/assumptions?action_id=same",
            "/api/actions/loops?action_id=same",
            &format!("/api/actions?session_id={session}"),
        ] {
            let reply = world.as_key(&mine.readonly, "GET", path, Value::Null).await;
            let text = reply.body.to_string();
            assert!(text.contains(&mark(mine)) && !text.contains(&mark(theirs)), "{path} {text}");
            assert!(!text.contains(&format!("only in {}", theirs.org_id)), "{path} {text}");
        }
    }
    let read = async |path: &str| world.as_key(&two.here.admin, "GET", path, Value::Null).await.body;
    assert_eq!(read("/api/actions/same").await["action"]["outcome_status"], "pending");
    assert_eq!(read("/api/assumptions/same").await["assumption"]["validated"], 0);
    assert_eq!(read("/api/actions/loops/same").await["loop"]["status"], "open");
    // A session counts what its own organisation did in it.
    let sessions = read("/api/sessions").await;
    assert_eq!(sessions["sessions"][0]["action_count"], 3, "{sessions}");
    let (status, _) = told(
        &world.as_key(&two.other.readonly, "GET", &format!("/api/sessions/{session}"), Value::Null).await,
    );
    assert_eq!(status, 404);
}

/// What a bound key's agent has in one organisation is no claim to what has that id in the other.
#[tokio::test]
async fn a_bound_key_owns_what_its_agent_did_in_its_own_organisation() {
    let two = Two::new("organisations-bound");
    let world = &two.world;
    for (mine, theirs) in two.both_ways() {
        let id = format!("of agent-1 in {}", mine.org_id);
        for (keys, agent) in [(mine, "agent-1"), (theirs, "agent-2")] {
            let body =
                json!({ "agent_id": agent, "action_type": "build", "declared_goal": "g", "action_id": id });
            made(world, &keys.member, "/api/actions", body, "").await;
        }
        let path = format!("/api/actions/{}/outcome", id.replace(' ', "%20"));
        let ended = json!({ "status": "completed" });
        let reply = world.as_key(&theirs.bound, "POST", &path, ended.clone()).await;
        assert_eq!(told(&reply), (403, Some("AGENT_MISMATCH")), "{}", reply.body);
        assert_eq!(told(&world.as_key(&mine.bound, "POST", &path, ended).await), (200, None));
    }
}

#[tokio::test]
async fn a_key_is_revoked_by_its_own_organisation() {
    let two = Two::new("organisations-keys");
    let world = &two.world;
    for (mine, theirs) in two.both_ways() {
        for key in [&theirs.admin, &theirs.member, &theirs.bound, &theirs.readonly] {
            // It works before and after; once it was not yet looked up.
            for path in [format!("/api/keys/{}", Keys::id(key)), format!("/api/keys?id={}", Keys::id(key))] {
                let reply = world.as_key(&mine.admin, "DELETE", &path, Value::Null).await;
                assert_eq!(reply.status, 404, "{}", reply.body);
                assert_eq!(world.as_key(key, "GET", "/api/actions", Value::Null).await.status, 200);
            }
        }
    }
    // The administrators of one are none of the other.
    let revoke = async |keys: &Keys, key: &str| {
        let path = format!("/api/keys/{}", Keys::id(key));
        let reply = world.as_key(&keys.admin, "DELETE", &path, Value::Null).await;
        (reply.status.as_u16(), reply.body["code"].as_str().map(str::to_owned))
    };
    assert_eq!(revoke(&two.other, &two.other.approver).await, (200, None));
    let last = Some("LAST_ADMIN_KEY".to_owned());
    assert_eq!(revoke(&two.other, &two.other.admin).await, (409, last));
    assert_eq!(world.as_key(&two.here.approver, "GET", "/api/keys", Value::Null).await.status, 200);
}

/// A key that is taken for an agent of one says nothing about the agent of that name in the other.
#[tokio::test]
async fn a_signature_is_verified_with_a_key_of_the_same_organisation() {
    let two = Two::new("organisations-signatures");
    let world = &two.world;
    let body = json!({ "agent_id": "signs", "public_key": signer().public_key_pem() });
    made(world, &two.other.admin, "/api/identities", body, "").await;
    let mut body = json!({ "agent_id": "signs", "action_type": "look", "declared_goal": "see" });
    body["_signature"] = json!(signer().sign_action(body.to_string().as_bytes()).unwrap());
    for (keys, verified) in [(&two.other, true), (&two.here, false)] {
        let reply = world.as_key(&keys.member, "POST", "/api/actions", body.clone()).await;
        assert_eq!(reply.body["action"]["verified"], verified, "{}", reply.body);
    }
}
