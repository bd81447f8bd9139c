//! Artifacts: what actions left behind, kept as evidence.

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use crate::catalogue::Repeat;
use crate::{operations, record};

operations! { "artifacts":
    /// Keeps something that an action made or found.
    create_artifact = Post "/api/artifacts" => SavedArtifact [positional(&["name"])]
    CreateArtifact {
        /// What it is called.
        name: String,
        /// What kind of thing it is: `json`, `x402_purchase_result`, or a word of your own.
        artifact_type: Option<String>,
        /// What it is about.
        description: Option<String>,
        /// The thing itself: any JSON.
        content_json: Option<Value>,
        /// Where the thing itself is, when it is kept elsewhere.
        content_url: Option<String>,
        /// Its media type.
        mime_type: Option<String>,
        /// How large it is, in bytes.
        size_bytes: Option<i64> [range(0, i64::MAX)],
        /// The action it came from.
        source_action_id: Option<ActionId>,
        /// The workflow's step it came from.
        source_step_id: Option<String>,
        /// The agent it came from. Not filled in by the client.
        source_agent_id: Option<String>,
        /// How long it is kept, in days.
        retention_days: Option<i64> [range(0, i64::MAX)],
        /// Words to find it by, of at most 500 characters each.
        tags: Option<Vec<String>>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Lists artifacts.
    list_artifacts = Get "/api/artifacts" => ArtifactList, each Artifact as iter_artifacts [pages("artifacts")]
    ListArtifacts {
        /// Only those of this action.
        action_id: Option<ActionId>,
        /// Only those of this workflow's step.
        step_id: Option<String>,
        /// Only those of this agent. All agents unless given.
        agent_id: Option<String>,
        /// Only things of this kind.
        r#type: Option<String> [also("artifact_type")],
        /// How many.
        limit: Option<i64> [range(1, i64::MAX)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Puts together what is known of an action: the action, its workflow's steps and its artifacts. An unknown id is an
    /// error of kind `not_found`.
    create_evidence_bundle = Post "/api/artifacts/evidence-bundle" => EvidenceBundle [
        repeat(Repeat::Safe), positional(&["action_id"]), node(&["action_id"]),
    ]
    CreateEvidenceBundle from action_id: ActionId {
        /// Which action.
        action_id: ActionId,
    }
}

record! {
    /// Something that an action left behind.
    pub struct Artifact {
        /// Which artifact: `art_…`.
        #[required]
        artifact_id: String,
        /// Whose organisation.
        org_id: String,
        /// What kind of thing it is.
        artifact_type: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it is about.
        description: Option<String>,
        /// The thing itself.
        content: Value,
        /// Where the thing itself is, when it is kept elsewhere.
        content_url: Option<String>,
        /// Its media type.
        mime_type: Option<String>,
        /// How large it is, in bytes.
        size_bytes: Option<i64>,
        /// The action it came from.
        source_action_id: Option<ActionId>,
        /// The workflow's step it came from.
        source_step_id: Option<String>,
        /// The agent it came from.
        source_agent_id: Option<String>,
        /// How long it is kept, in days.
        retention_days: Option<i64>,
        /// Words to find it by.
        tags: Vec<String>,
        /// More about it.
        metadata: Map<String, Value>,
        /// When it was kept: ISO-8601, UTC.
        created_at: String,
    }

    /// An artifact as it was kept.
    pub struct SavedArtifact {
        /// The artifact.
        #[required]
        artifact: Artifact,
    }

    /// A page of artifacts.
    pub struct ArtifactList {
        /// The artifacts.
        #[required]
        artifacts: Vec<Artifact>,
        /// How many there are.
        total: i64,
    }

    /// What is known of an action.
    pub struct EvidenceBundle {
        /// Always `evidence_bundle`.
        artifact_type: String,
        /// The action: some of its members, with `started_at` and `finished_at`. Which ones is up to the server.
        #[required]
        action: Map<String, Value>,
        /// The workflow's steps.
        steps: Vec<Value>,
        /// The artifacts.
        artifacts: Vec<Artifact>,
        /// When this was put together: ISO-8601, UTC.
        generated_at: String,
    }
}
