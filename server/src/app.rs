//! What all requests share.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::hub::Hub;
use crate::identity::Verifier;
use crate::keys::{self, Caller, KeyHash, Role};
use crate::orgs::{Org, Orgs};
use crate::policy::webhook::WebhookClient;
use crate::signer::Signer;
use crate::store::{Store, StoreResult};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hub: Hub,
    pub(crate) signer: Signer,
    /// Checks the tokens that agents bring.
    pub(crate) tokens: Verifier,
    /// Cancelled when the instance shuts down; streams end with it.
    pub(crate) stop: CancellationToken,
    orgs: Orgs,
    callers: RwLock<BTreeMap<KeyHash, Caller>>,
    webhooks: OnceLock<Option<WebhookClient>>,
}

impl App {
    pub(crate) fn new(config: Config, store: Arc<dyn Store>, signer: Signer) -> Self {
        let tokens = Verifier::new(config.tokens.clone());
        Self {
            config,
            store,
            hub: Hub::default(),
            signer,
            tokens,
            stop: CancellationToken::new(),
            orgs: Orgs::default(),
            callers: RwLock::default(),
            webhooks: OnceLock::new(),
        }
    }

    /// What is known about an organisation.
    pub(crate) async fn org(&self, org_id: &str) -> StoreResult<Arc<Org>> {
        self.orgs.get(&*self.store, org_id).await
    }

    /// Must follow every write of a policy or a setting.
    pub(crate) fn forget_org(&self, org_id: &str) {
        self.orgs.forget(org_id);
    }

    /// Admits a key of the admin role that is not stored.
    pub(crate) fn admit_operator(&self, key: &str) {
        let caller = Caller {
            org_id: self.config.org_id.clone(),
            role: Role::Admin,
            principal: "operator".to_owned(),
        };
        self.callers.write().unwrap_or_else(PoisonError::into_inner).insert(keys::hash(key), caller);
    }

    /// Who holds this key. Keys are compared by their hashes, so the time it takes tells nothing about them.
    pub(crate) async fn caller(&self, key: &str) -> StoreResult<Option<Caller>> {
        let hash = keys::hash(key);
        if let Some(caller) = self.callers.read().unwrap_or_else(PoisonError::into_inner).get(&hash) {
            return Ok(Some(caller.clone()));
        }
        let Some(record) = self.store.key(hash).await? else { return Ok(None) };
        let caller = Caller { org_id: record.org_id, role: record.role, principal: record.id };
        self.callers.write().unwrap_or_else(PoisonError::into_inner).insert(hash, caller.clone());
        Ok(Some(caller))
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
