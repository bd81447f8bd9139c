use std::sync::Arc;

use dashclaw::clock;
use http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::db::values;
use crate::test_app::{admit, app, app_that_keeps, call, call_as, create};

#[test]
fn a_setting_is_read_and_kept_within_what_rules_count_over() {
    let table =
        [("30", Some(30)), (" 30 ", Some(30)), ("1", Some(8)), ("0", None), ("-3", None), ("never", None)];
    for (text, expected) in table {
        assert_eq!(days(text), expected, "{text}");
    }
    assert_eq!(days("99999999"), Some(MOST_DAYS));
}

#[tokio::test]
async fn what_has_ended_is_removed_when_its_time_has_come_and_nothing_else() {
    let app = app().await;
    let org = app.config.org_id.clone();
    let mut ended = Vec::new();
    for n in 0..450 {
        let id = create(&app, &format!("Ended {n}")).await;
        let path = format!("/api/actions/{id}/outcome");
        assert_eq!(call(&app, "POST", &path, json!({ "status": "completed" })).await.0, 200);
        ended.push(id);
    }
    let assumption = json!({ "action_id": ended[0], "assumption": "It is so" });
    assert_eq!(call(&app, "POST", "/api/assumptions", assumption).await.0, 201);
    let running = create(&app, "Running").await;
    let (_, session) = call(&app, "POST", "/api/sessions", json!({ "agent_id": "a" })).await;
    let session = format!("/api/sessions/{}", session["session"]["session_id"].as_str().unwrap());
    for summary in ["one", "two", "three"] {
        assert_eq!(call(&app, "PATCH", &session, json!({ "summary": summary })).await.0, 200);
    }
    call(&app, "POST", "/api/guard", json!({ "action_type": "api" })).await;

    let in_days = |days: i64| clock::unix_millis() + days * DAY_MS;
    assert_eq!(
        remove_expired(&app, app.db.home(), in_days(1000)).await.unwrap(),
        0,
        "nothing is removed unless one says so"
    );
    settings::cases::put(&app.db, &org, SETTING, Some("30".to_owned())).await.unwrap();
    assert_eq!(remove_expired(&app, app.db.home(), in_days(29)).await.unwrap(), 0);
    assert!(remove_expired(&app, app.db.home(), in_days(31)).await.unwrap() > 900);
    assert_eq!(remove_expired(&app, app.db.home(), in_days(31)).await.unwrap(), 0);

    let status = async |path: String| call(&app, "GET", &path, Value::Null).await.0;
    assert_eq!(status(format!("/api/actions/{}", ended[449])).await, 404);
    assert_eq!(status(format!("/api/actions/{running}")).await, 200);
    let (_, decisions) = call(&app, "GET", "/api/guard", Value::Null).await;
    assert_eq!(decisions["decisions"], json!([]));
    let (_, assumptions) = call(&app, "GET", "/api/actions/assumptions", Value::Null).await;
    assert_eq!(assumptions["assumptions"], json!([]));
    // A session keeps its newest event, and its numbers go on.
    let (_, events) = call(&app, "GET", &format!("{session}/events"), Value::Null).await;
    let last = events["events"][0]["seq"].as_i64().unwrap();
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
    call(&app, "PATCH", &session, json!({ "summary": "four" })).await;
    let (_, events) = call(&app, "GET", &format!("{session}/events"), Value::Null).await;
    assert_eq!(events["events"][1]["seq"], last + 1);
    // The key of an action that is gone begins a new one.
    assert_ne!(create(&app, "Ended 0").await, ended[0]);
}

async fn learn(app: &Arc<App>, events: usize) {
    let events = json!({ "events": vec![json!({ "event_type": "fetched" }); events] });
    assert_eq!(call(app, "POST", "/api/learning/recommendations/events", events).await.0, 200);
}

fn in_days(days: i64) -> i64 {
    clock::unix_millis() + days * DAY_MS
}

async fn end(app: &Arc<App>, id: &str) {
    let path = format!("/api/actions/{id}/outcome");
    assert_eq!(call(app, "POST", &path, json!({ "status": "completed" })).await.0, 200);
}

#[tokio::test]
async fn the_environment_holds_where_nothing_is_stored() {
    let app = app_that_keeps(Some(30)).await;
    let id = create(&app, "Ended").await;
    end(&app, &id).await;
    assert_eq!(remove_expired(&app, app.db.home(), in_days(29)).await.unwrap(), 0);
    // The action and its decision; a second time there is nothing left.
    assert_eq!(remove_expired(&app, app.db.home(), in_days(31)).await.unwrap(), 2);
    assert_eq!(remove_expired(&app, app.db.home(), in_days(31)).await.unwrap(), 0);
}

#[tokio::test]
async fn an_organisations_own_word_wins_over_the_environment() {
    for (word, removed) in [("never", 0), ("0", 0), ("100", 0), ("20", 2)] {
        let app = app_that_keeps(Some(30)).await;
        settings::cases::put(&app.db, &app.config.org_id, SETTING, Some(word.to_owned())).await.unwrap();
        let id = create(&app, "Ended").await;
        end(&app, &id).await;
        assert_eq!(remove_expired(&app, app.db.home(), in_days(90)).await.unwrap(), removed, "{word}");
    }
}

#[tokio::test]
async fn what_waits_for_a_human_stays_and_can_be_answered() {
    let app = app_that_keeps(Some(30)).await;
    let rules = json!({ "action_types": ["api"] }).to_string();
    let policy = json!({ "name": "Ask", "policy_type": "require_approval", "rules": rules });
    assert_eq!(call(&app, "POST", "/api/policies", policy).await.0, 201);
    let body =
        json!({ "agent_id": "a", "action_type": "api", "declared_goal": "Waits", "idempotency_key": "k" });
    let (status, waiting) = call(&app, "POST", "/api/actions", body.clone()).await;
    assert_eq!(status, 202, "{waiting}");
    let id = waiting["action_id"].as_str().unwrap();
    for what in ["assumption", "open loop"] {
        let (path, body) = match what {
            "assumption" => ("/api/assumptions", json!({ "action_id": id, "assumption": "It is so" })),
            _ => (
                "/api/actions/loops",
                json!({ "action_id": id, "loop_type": "followup", "description": "Look" }),
            ),
        };
        let (status, answer) = call(&app, "POST", path, body).await;
        assert_eq!(status, 201, "{what} {answer}");
    }

    // Only the decision goes.
    assert_eq!(remove_expired(&app, app.db.home(), in_days(400)).await.unwrap(), 1);
    let (_, found) = call(&app, "GET", &format!("/api/actions/{id}"), Value::Null).await;
    assert_eq!(found["action"]["status"], "pending_approval", "{found}");
    // Asked again, it is still the same action.
    assert_eq!(call(&app, "POST", "/api/actions", body).await.1["action_id"], id);
    let decision = json!({ "decision": "deny" });
    assert_eq!(call(&app, "POST", &format!("/api/approvals/{id}"), decision).await.0, 200);
    assert_eq!(remove_expired(&app, app.db.home(), in_days(400)).await.unwrap(), 1);
    let gone = |(_, body): (StatusCode, Value), list: &str| assert_eq!(body[list], json!([]), "{body}");
    gone(call(&app, "GET", "/api/actions/assumptions", Value::Null).await, "assumptions");
    gone(call(&app, "GET", "/api/actions/loops", Value::Null).await, "loops");
}

#[tokio::test]
async fn learning_events_are_removed() {
    let app = app_that_keeps(Some(30)).await;
    learn(&app, 3).await;
    assert_eq!(remove_expired(&app, app.db.home(), in_days(29)).await.unwrap(), 0);
    assert_eq!(remove_expired(&app, app.db.home(), in_days(31)).await.unwrap(), 3);
}

#[tokio::test]
async fn what_another_organisation_keeps_is_not_removed() {
    let app = app_that_keeps(Some(30)).await;
    let id = create(&app, "Ended").await;
    end(&app, &id).await;
    learn(&app, 1).await;
    assert_eq!(remove_older(&app.db, "other", in_days(400), BATCH).await.unwrap(), 0);
    let (status, _) = call(&app, "GET", &format!("/api/actions/{id}"), Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(remove_expired(&app, app.db.home(), in_days(400)).await.unwrap(), 3);
}

/// One record of each kind that is removed, with a key of this organisation that is stored nowhere.
async fn one_of_each(app: &Arc<App>, org_id: &str) {
    admit(app, org_id);
    let make = async |path: &str, body: Value| {
        let (status, made) = call_as(app, org_id, "POST", path, body).await;
        assert!(status.is_success(), "{path} {made}");
        made
    };
    let action = json!({ "agent_id": "a", "action_type": "api", "declared_goal": "g", "action_id": "same" });
    make("/api/actions", action).await;
    make("/api/actions/same/outcome", json!({ "status": "completed" })).await;
    make("/api/learning/recommendations/events", json!({ "events": [{ "kind": "x" }] })).await;
    let session = make("/api/sessions", json!({ "agent_id": "a" })).await;
    let path = format!("/api/sessions/{}", session["session"]["session_id"].as_str().unwrap());
    let (status, _) = call_as(app, org_id, "PATCH", &path, json!({ "summary": "s" })).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn each_organisation_keeps_what_its_own_setting_says() {
    let app = app_that_keeps(Some(20)).await;
    let organisations = ["no setting", "all", "long"];
    for org_id in organisations {
        one_of_each(&app, org_id).await;
    }
    for (org_id, days) in [("all", "0"), ("long", "100")] {
        settings::cases::put(&app.db, org_id, SETTING, Some(days.to_owned())).await.unwrap();
    }
    let left = async || {
        let mut left = Vec::new();
        for org_id in organisations {
            let status = call_as(&app, org_id, "GET", "/api/actions/same", Value::Null).await.0;
            left.push(status == 200);
        }
        left
    };
    // The decision, the action, the older event of the session, and the learning event.
    for (days, removed, expected) in
        [(19, 0, [true; 3]), (21, 4, [false, true, true]), (101, 4, [false, true, false])]
    {
        let at = clock::unix_millis() + days * DAY_MS;
        assert_eq!(remove_expired(&app, app.db.home(), at).await.unwrap(), removed, "{days}");
        assert_eq!(left().await, expected, "{days}");
    }
}

#[tokio::test]
async fn an_action_that_went_on_since_it_was_found_stays() {
    let app = app_that_keeps(Some(30)).await;
    let (ended, waits) = (create(&app, "Ended").await, create(&app, "Runs").await);
    end(&app, &ended).await;
    end(&app, &waits).await;
    let org_id = &app.config.org_id;
    let found = app.db.scan(org_id, (), |(), tx| rows::find(tx, in_days(400), BATCH).boxed()).await.unwrap();
    // As when its run was taken up again by a version that can.
    let again = "UPDATE actions SET status = 'running', outcome_status = 'pending' WHERE org_id = $1 AND action_id = $2";
    let back = app
        .db
        .write(org_id, waits.clone(), move |id, tx| async move { tx.run(again, &values![id]).await }.boxed())
        .await;
    assert_eq!(back.unwrap(), 1);
    // The two decisions and the one action.
    assert_eq!(app.db.write(org_id, found, |old, tx| rows::remove(tx, old).boxed()).await.unwrap(), 3);
    for (id, status) in [(&ended, 404), (&waits, 200)] {
        assert_eq!(call(&app, "GET", &format!("/api/actions/{id}"), Value::Null).await.0, status);
    }
}
