//! What all requests share.

use std::sync::{Arc, OnceLock};

use futures_util::FutureExt;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::callers::Callers;
use crate::config::Config;
use crate::db::{Db, DbResult};
use crate::domains::{settings, sign_in};
use crate::events::Hub;
use crate::identity::Verifier;
use crate::keys::{self, Caller, NewKey, Role};
use crate::metrics::Metrics;
use crate::orgs::{Org, Orgs};
use crate::policy::webhook::WebhookClient;
use crate::sign_in::SignIns;
use crate::signer::Signer;
use crate::vault::Vault;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) db: Db,
    pub(crate) hub: Arc<Hub>,
    pub(crate) metrics: Metrics,
    pub(crate) signer: Signer,
    /// Checks the tokens that agents bring.
    pub(crate) tokens: Verifier,
    /// Cancelled when the instance shuts down; streams end with it.
    pub(crate) stop: CancellationToken,
    pub(crate) orgs: Orgs,
    pub(crate) callers: Callers,
    pub(crate) sign_ins: SignIns,
    /// Seals the secrets that are kept for agents.
    pub(crate) vault: Vault,
    webhooks: OnceLock<Option<WebhookClient>>,
}

impl App {
    pub(crate) fn new(config: Config, db: Db, hub: Arc<Hub>, signer: Signer) -> Self {
        let vault = Vault::new(config.secrets_key.clone());
        let tokens = Verifier::new(config.tokens.clone());
        let metrics = Metrics::new(db.write_times());
        Self {
            config,
            db,
            hub,
            metrics,
            signer,
            tokens,
            stop: CancellationToken::new(),
            orgs: Orgs::default(),
            callers: Callers::default(),
            sign_ins: SignIns::default(),
            vault,
            webhooks: OnceLock::new(),
        }
    }

    /// What is known about an organisation.
    pub(crate) async fn org(&self, org_id: &str) -> DbResult<Arc<Org>> {
        self.orgs.get(&self.db, org_id).await
    }

    /// The same as it is stored now: before something is refused of which no record is kept that would tell what it rests on.
    pub(crate) async fn present_org(&self, org_id: &str) -> DbResult<Arc<Org>> {
        let version = self.db.look_up(org_id, (), |(), tx| settings::rows::version(tx).boxed()).await?;
        self.orgs.see(org_id, version);
        self.org(org_id).await
    }

    /// Must follow every write of a policy or a setting.
    pub(crate) fn forget_org(&self, org_id: &str) {
        self.orgs.forget(org_id);
    }

    /// Admits a key of the admin role that its owner chose. It is not stored.
    pub(crate) fn admit_operator(&self, key: &str) {
        let operator = Caller {
            org_id: self.config.org_id.clone(),
            role: Role::Admin,
            principal: "operator".to_owned(),
            agent_id: None,
            stored: false,
            session: None,
            revoked: CancellationToken::new(),
        };
        self.callers.admit(keys::hash(key), operator);
    }

    /// Makes a key for this process. It is not stored, and a principal of its own.
    pub(crate) fn admit_in_process(&self, role: Role) -> Result<SecretString, getrandom::Error> {
        let made = NewKey::make(&self.config.org_id, role, "in process", None)?;
        self.callers.admit(made.record.hash, made.record.caller(false));
        Ok(made.text)
    }

    /// Who holds this key. Keys are compared by their hashes, so the time it takes tells nothing about them.
    pub(crate) async fn caller(&self, key: &str) -> DbResult<Option<Arc<Caller>>> {
        self.callers.get(&self.db, keys::hash(key)).await
    }

    /// Who is signed in with these halves of a session.
    pub(crate) async fn signed_in(&self, (cookie, header): (&str, &str)) -> DbResult<Option<Arc<Caller>>> {
        sign_in::cases::caller(self, cookie, header).await
    }

    /// Whether this key was found to be valid since the start; nothing is looked up.
    pub(crate) fn has_seen(&self, key: &str) -> bool {
        self.callers.has_seen(keys::hash(key))
    }

    /// Asks webhooks. It is made when the first one is to be asked, because reading the system's certificates takes time.
    pub(crate) fn webhooks(&self) -> Option<&WebhookClient> {
        let make = || {
            let secret = self.config.webhook_secret.clone();
            WebhookClient::new(secret, self.config.allow_private_webhooks)
                .inspect_err(|error| tracing::error!(%error, "webhooks cannot be asked"))
                .ok()
        };
        self.webhooks.get_or_init(make).as_ref()
    }
}
