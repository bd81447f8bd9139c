//! Trial workspaces of a hosted server: what an API key comes from. Servers that host nobody answer all of it with an
//! error of kind `not_found`.

use crate::catalogue::Secret;
use crate::{operations, record};

operations! { "hosted":
    /// Creates a trial workspace on a server that hosts others, and its API key. Needs no API key.
    ///
    /// The new key is in this answer and never shown again. A token that the server does not accept is an error of kind
    /// `validation`, too many workspaces from one address one of kind `rate_limited`, no room for another trial one of kind
    /// `server`, and a server that hosts nobody one of kind `not_found`.
    create_hosted_workspace = Post "/api/hosted/workspaces" => CreatedHostedWorkspace [
        public(), secret(), positional(&["turnstile_token"]), node(&["..workspace"]),
    ]
    CreateHostedWorkspace {
        /// What Cloudflare Turnstile gave to a human. Servers in production ask for it.
        turnstile_token: Option<String>,
    }

    /// Reads a trial workspace. Needs an API key of the admin role.
    ///
    /// An unknown id, and a workspace that is no trial, are errors of kind `not_found`.
    get_hosted_workspace = Get "/api/hosted/workspaces/{workspace_id}" => HostedWorkspace [
        admin(), positional(&["workspace_id"]),
    ]
    GetHostedWorkspace from workspace_id: String {
        /// Which workspace: the id of its organisation, `org_…`.
        workspace_id: String,
    }

    /// Removes a trial workspace with all it holds. Needs an API key of the admin role.
    ///
    /// An unknown id, and a workspace that is no trial, are errors of kind `not_found`.
    delete_hosted_workspace = Delete "/api/hosted/workspaces/{workspace_id}" => DeletedHostedWorkspace [
        admin(), positional(&["workspace_id"]),
    ]
    DeleteHostedWorkspace from workspace_id: String {
        /// Which workspace.
        workspace_id: String,
    }
}

record! {
    /// A trial workspace as it was created.
    pub struct CreatedHostedWorkspace {
        /// Which workspace: the id of its organisation, `org_…`.
        #[required]
        workspace_id: String,
        /// Its API key: a secret that is shown this once.
        #[required]
        api_key: Secret,
        /// How the key begins.
        key_prefix: String,
        /// Where the server is: the base URL for a client of the workspace.
        endpoint: String,
        /// When the trial ends: ISO-8601, UTC.
        expires_at: Option<String>,
        /// How many actions the trial may record.
        trial_action_cap: Option<i64>,
        /// The page that says how to go on.
        next_steps_url: String,
    }

    /// A trial workspace.
    pub struct HostedWorkspace {
        /// Which workspace: the id of its organisation, `org_…`.
        #[required]
        workspace_id: String,
        /// What it is called.
        name: Option<String>,
        /// When the trial ends: ISO-8601, UTC.
        trial_ends_at: Option<String>,
        /// How many actions the trial may record.
        trial_action_cap: Option<i64>,
        /// How many it has recorded.
        trial_actions_used: Option<i64>,
    }

    /// A trial workspace that is gone.
    pub struct DeletedHostedWorkspace {
        /// Always true.
        #[required]
        deleted: bool,
        /// Which workspace it was.
        workspace_id: String,
    }
}
