//! Organisations and their API keys.

use serde_json::Value;

use crate::catalogue::{Repeat, Secret};
use crate::{open_enum, operations, record};

open_enum! {
    /// What an API key may do.
    pub enum ApiKeyRole {
        /// Everything.
        Admin = "admin",
        /// What agents do.
        Member = "member",
        /// Reading.
        Readonly = "readonly",
    }
}

operations! { "orgs":
    /// Reads the organisation of the API key, as a list of one. Needs an API key of the admin role.
    get_org = Get "/api/orgs" => OrganizationList [admin()]
    GetOrg {}

    /// Creates an organisation and its first API key, of the admin role. Needs an API key of the admin role.
    ///
    /// The new key is in this answer and never shown again. A slug that exists already is an error of kind `conflict`; a
    /// trial workspace may not create organisations, which is one of kind `permission`.
    create_org = Post "/api/orgs" => CreatedOrganization [
        admin(), secret(), positional(&["name", "slug"]), node(&["..org"]),
    ]
    CreateOrg {
        /// What it is called. At most 256 characters.
        name: String [max(256)],
        /// What it is called in URLs; unique. Lower-case letters, digits and hyphens, at most 64.
        slug: String [max(64)],
    }

    /// Reads one organisation: the API key's own. Needs an API key of the admin role.
    ///
    /// Any other organisation is an error of kind `permission`.
    get_org_by_id = Get "/api/orgs/{org_id}" => OrganizationDetail [admin(), positional(&["org_id"])]
    GetOrgById from org_id: String {
        /// Which organisation.
        org_id: String,
    }

    /// Changes an organisation: the API key's own. Needs an API key of the admin role.
    ///
    /// The server takes a new name and leaves everything else as it is. Any other organisation is an error of kind
    /// `permission`.
    update_org = Patch "/api/orgs/{org_id}" => OrganizationDetail [
        repeat(Repeat::Idempotent), admin(), positional(&["org_id"]), open(),
    ]
    UpdateOrg {
        /// Which organisation.
        org_id: String,
        /// What it is called from now on. At most 256 characters.
        name: Option<String> [max(256)],
    }

    /// Lists the API keys of an organisation, the newest first: their beginnings only. Needs an API key of the admin role.
    ///
    /// Any organisation but the API key's own is an error of kind `permission`.
    get_org_keys = Get "/api/orgs/{org_id}/keys" => ApiKeyList [admin(), positional(&["org_id"])]
    GetOrgKeys from org_id: String {
        /// Which organisation.
        org_id: String,
    }

    /// Creates an API key of the caller's organisation. Needs an API key of the admin role.
    ///
    /// The new key is in this answer and never shown again. A plan that allows no more keys is an error of kind
    /// `permission` with the code `QUOTA_EXCEEDED`.
    create_api_key = Post "/api/keys" => CreatedApiKey [
        admin(), secret(), positional(&["label", "role"]), node(&["..key"]),
    ]
    CreateApiKey {
        /// What it is for. `API Key` unless given. At most 256 characters.
        label: Option<String> [max(256)],
        /// What it may do. `member` unless given.
        role: Option<ApiKeyRole>,
        /// The one agent it may speak for. Any agent unless given; an admin's key speaks for nobody in particular, and
        /// takes none.
        agent_id: Option<String> [max(128)],
    }

    /// Lists the API keys of the caller's organisation, the newest first: their beginnings only. Needs an API key of the
    /// admin role.
    list_api_keys = Get "/api/keys" => ApiKeyList [admin()]
    ListApiKeys {}

    /// Revokes an API key. Needs an API key of the admin role.
    ///
    /// From the answer on the key is refused, and its event streams end. Revoking it again changes nothing. An unknown key
    /// is an error of kind `not_found`; revoking the last admin's key with an admin's key that is stored beside it is one of
    /// kind `conflict` with the code `LAST_ADMIN_KEY`.
    revoke_api_key = Delete "/api/keys" => RevokedApiKey [
        repeat(Repeat::Idempotent), admin(), positional(&["id"]), node(&["id"]),
    ]
    RevokeApiKey from id: String {
        /// Which key: `key_` and a UUID.
        id: String,
    }
}

record! {
    /// Organisations.
    pub struct OrganizationList {
        /// The organisations.
        #[required]
        organizations: Vec<Organization>,
    }

    /// One organisation.
    pub struct OrganizationDetail {
        /// The organisation.
        #[required]
        organization: Organization,
        /// How many API keys are in use, where an organisation is read.
        #[serde(skip_serializing_if = "Option::is_none")]
        active_keys: Option<i64>,
    }

    /// An organisation as it was created.
    pub struct CreatedOrganization {
        /// The organisation.
        #[required]
        organization: Organization,
        /// Its first API key.
        #[required]
        api_key: FirstApiKey,
    }

    /// An organisation.
    pub struct Organization {
        /// Which organisation: `org_` and a UUID.
        #[required]
        id: String,
        /// What it is called.
        name: String,
        /// What it is called in URLs.
        slug: Option<String>,
        /// What it pays for.
        plan: Option<String>,
        /// When it was created: ISO-8601, UTC.
        created_at: Option<String>,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: Option<String>,
        /// How many API keys are in use, in a list: a number, or from some servers its text.
        #[serde(skip_serializing_if = "Option::is_none")]
        active_keys: Option<Value>,
    }

    /// The first API key of an organisation.
    pub struct FirstApiKey {
        /// Which key: `key_` and a UUID.
        #[required]
        id: String,
        /// The key itself: a secret that is shown this once.
        #[required]
        key: Secret,
        /// How it begins.
        prefix: String,
        /// What it may do: `admin`.
        role: ApiKeyRole,
        /// Says for people that it is shown this once.
        warning: String,
    }

    /// The API keys of an organisation.
    pub struct ApiKeyList {
        /// The keys, the newest first.
        #[required]
        keys: Vec<ApiKey>,
    }

    /// An API key, without the key itself.
    pub struct ApiKey {
        /// Which key: `key_` and a UUID.
        #[required]
        id: String,
        /// How it begins.
        key_prefix: String,
        /// How it begins, by the name that it has in the answer to its creation.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
        /// What it is for.
        label: Option<String>,
        /// What it may do.
        role: ApiKeyRole,
        /// The one agent it may speak for; any when there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
        /// When it was last used: ISO-8601, UTC.
        last_used_at: Option<String>,
        /// When it was created: ISO-8601, UTC.
        created_at: Option<String>,
        /// Since when it is of no use: ISO-8601, UTC.
        revoked_at: Option<String>,
    }

    /// An API key as it was created.
    pub struct CreatedApiKey {
        /// The key.
        #[required]
        key: NewApiKey,
    }

    /// A new API key.
    pub struct NewApiKey {
        /// Which key: `key_` and a UUID.
        #[required]
        id: String,
        /// The key itself: a secret that is shown this once.
        #[required]
        raw_key: Secret,
        /// How it begins.
        prefix: String,
        /// What it is for.
        label: String,
        /// What it may do.
        role: ApiKeyRole,
        /// The one agent it may speak for; any when there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
        /// Says for people that it is shown this once.
        #[serde(rename = "storageWarning", skip_serializing_if = "Option::is_none")]
        storage_warning: Option<String>,
    }

    /// An API key as it was revoked.
    pub struct RevokedApiKey {
        /// Always true.
        success: bool,
        /// The key.
        #[required]
        key: ApiKey,
    }
}
