//! Answers of the prompts domain.

use serde_json::{Value, json};

use super::same;
use crate::api::prompts::{
    CreatedPromptTemplate, CreatedPromptVersion, DeletedPromptTemplate, PromptRunList, PromptStats,
    PromptTemplate, PromptTemplateList, PromptVersion, PromptVersionList, RenderedPrompt,
};

fn template() -> Value {
    json!({
        "id": "pt_0123456789abcdef01234567", "org_id": "org_default", "name": "Greeting", "description": "",
        "category": "general", "created_by": null, "created_at": "2026-06-15T12:00:00.000Z",
        "updated_at": "2026-06-15T12:00:00.000Z",
    })
}

fn version() -> Value {
    json!({
        "id": "pv_0123456789abcdef01234567", "template_id": "pt_0123456789abcdef01234567", "version": 1,
        "content": "Hello {{ name }}", "model_hint": "", "parameters": ["name"], "changelog": "", "is_active": true,
        "created_by": null, "created_at": "2026-06-15T12:00:00.000Z",
    })
}

#[test]
fn a_template_tells_of_its_versions_only_in_lists() {
    let single: PromptTemplate = same(&template());
    assert_eq!((single.version_count, single.active_version), (None, None));
    for (active, read) in [(json!(2), Some(2)), (Value::Null, None)] {
        let mut listed = template();
        listed["version_count"] = json!(2);
        listed["active_version"] = active;
        let list: PromptTemplateList = same(&json!({ "templates": [listed] }));
        assert_eq!(list.templates[0].active_version, Some(read));
        assert!(list.templates[0].extra.is_empty(), "{:?}", list.templates[0].extra);
    }
    same::<CreatedPromptTemplate>(
        &json!({ "id": "pt_1", "name": "Greeting", "description": "", "category": "general" }),
    );
    // A description that was not sent does not come back.
    let bare: CreatedPromptTemplate =
        serde_json::from_value(json!({ "id": "pt_1", "name": "Greeting", "description": null })).unwrap();
    assert_eq!((bare.description.as_str(), bare.category.as_str()), ("", ""));
    same::<DeletedPromptTemplate>(&json!({ "deleted": true }));
}

#[test]
fn a_version_keeps_its_parameters_in_both_forms() {
    for parameters in [json!(["name"]), json!("[\"name\"]")] {
        let mut wire = version();
        wire["parameters"] = parameters;
        let list: PromptVersionList = same(&json!({ "versions": [wire] }));
        assert!(list.versions[0].extra.is_empty(), "{:?}", list.versions[0].extra);
    }
    let mut activated = version();
    activated["message"] = json!("Version activated");
    assert!(same::<PromptVersion>(&activated).is_active);
    same::<CreatedPromptVersion>(&json!({
        "id": "pv_1", "template_id": "pt_1", "version": 3, "content": "Hello {{ name }}", "is_active": false,
    }));
}

#[test]
fn a_rendering_names_its_run_only_when_it_was_written_down() {
    let mut wire = json!({
        "rendered": "Hello Jane", "version_id": "pv_abc", "template_id": "pt_abc", "version": 1,
        "parameters": ["name"],
    });
    assert_eq!(same::<RenderedPrompt>(&wire).run_id, None);
    wire["run_id"] = json!("pr_abc");
    assert_eq!(same::<RenderedPrompt>(&wire).run_id.as_deref(), Some("pr_abc"));
    same::<PromptRunList>(&json!({ "runs": [{
        "id": "pr_abc", "template_id": "pt_abc", "version_id": "pv_abc", "action_id": "act_1", "agent_id": null,
        "input_vars": { "name": "Jane" }, "rendered": "Hello Jane", "created_at": "2026-06-15T12:00:00.000Z",
    }] }));
}

#[test]
fn both_forms_of_the_counts_are_read() {
    let one: PromptStats = same(&json!({
        "total_runs": 3, "avg_tokens": null, "avg_latency_ms": 12.5, "versions_used": 1, "unique_agents": 2,
    }));
    assert_eq!((one.total_runs, one.avg_tokens, one.overall), (Some(3), Some(None), None));
    let all: PromptStats = same(&json!({
        "overall": {
            "total_runs": 3, "unique_templates": 1, "avg_tokens": 10.0, "avg_latency_ms": 12.5, "today_count": 0,
        },
        "by_template": [{ "template_id": "pt_1", "runs": 3 }], "by_version": [{ "version_id": "pv_1", "runs": 3 }],
        "available": true,
    }));
    assert_eq!(all.overall.unwrap().total_runs, 3);
}
