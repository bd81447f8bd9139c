use rusqlite::Connection;
use serde_json::{Value, json};

use super::*;
use crate::db::Db;
use crate::domains::retention::cases::remove_expired;
use crate::domains::settings;
use crate::test_app::{admit, app_with, call_as};

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn an_organisation_that_cannot_be_read_keeps_no_other_from_being_swept() {
    let organisations = ["a", "b", "c"];
    let directory = std::env::temp_dir().join(format!("dashclaw-sweep-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("dashclaw.db");
    let app = app_with(Db::open(Some(&path)).unwrap(), Some(30)).await;
    for org_id in organisations {
        admit(&app, org_id);
        for (goal, ended) in [("Ended", true), ("Running", false)] {
            let body = json!({
                "agent_id": "a", "action_type": "api", "declared_goal": goal, "action_id": goal,
            });
            let (status, made) = call_as(&app, org_id, "POST", "/api/actions", body).await;
            assert_eq!(status, 201, "{made}");
            let outcome = json!({ "status": "completed" });
            if ended {
                call_as(&app, org_id, "POST", "/api/actions/Ended/outcome", outcome).await;
            }
        }
        let setting = Some("5".to_owned());
        settings::cases::put(&app.db, org_id, "ANY_SETTING", setting).await.unwrap();
    }
    app.db.close();
    let raw = Connection::open(&path).unwrap();
    // A value that is no Unicode: the organisation's settings cannot be read.
    assert!(
        raw.execute("UPDATE settings SET value = CAST(x'ff' AS TEXT) WHERE org_id = 'a'", []).unwrap() > 0
    );
    raw.execute("UPDATE actions SET waiting_since = '1999-01-01T00:00:00.000Z'", []).unwrap();
    drop(raw);

    let app = app_with(Db::open(Some(&path)).unwrap(), Some(30)).await;
    for org_id in organisations {
        admit(&app, org_id);
    }
    assert!(sweep(&app).await.is_err(), "what failed is told");
    for (org_id, outcome) in [("a", "pending"), ("b", "lost_confirmation"), ("c", "lost_confirmation")] {
        let (_, found) = call_as(&app, org_id, "GET", "/api/actions/Running", Value::Null).await;
        assert_eq!(found["action"]["outcome_status"], outcome, "{org_id} {found}");
    }
    assert!(
        remove_expired(&app, app.db.home(), clock::unix_millis() + 31 * DAY_MS).await.is_err(),
        "what failed is told"
    );
    for (org_id, expected) in [("a", 200), ("b", 404), ("c", 404)] {
        let (status, _) = call_as(&app, org_id, "GET", "/api/actions/Ended", Value::Null).await;
        assert_eq!(status, expected, "{org_id}");
    }
    app.db.close();
    std::fs::remove_dir_all(directory).unwrap();
}
