//! What every request needs to know about its organisation, kept in memory: compiled policies, settings, the halt.

mod limited;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use dashclaw::api::policies::Policy as StoredPolicy;
use futures_util::FutureExt;
use limited::Limited;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{APPROVAL_TIMEOUT, bounded_approval_timeout, is_true};
use crate::db::{Db, DbError, DbResult};
use crate::domains::{policies, settings};
use crate::policy::{InjectionRule, Policy, PolicySet};

/// The setting that halts an organisation.
pub(crate) const HALT: &str = "DASHCLAW_ORG_HALT";
/// The setting that says what is done about prompt injection.
const INJECTION: &str = "DASHCLAW_PROMPT_INJECTION";
const OUTCOME_TIMEOUT: &str = "DASHCLAW_OUTCOME_TIMEOUT_MINUTES";
const DEFAULT_OUTCOME_TIMEOUT: i64 = 15;

/// What is known about one organisation.
#[derive(Debug)]
pub(crate) struct Org {
    /// Which state of the policies and settings this is.
    pub(crate) version: i64,
    pub(crate) policies: PolicySet,
    /// Agents of which it is not taken that no limit is reached.
    pub(crate) limited: Limited,
    settings: BTreeMap<String, String>,
}

/// What is done about prompt injection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injection {
    /// As the platform does: guard refuses the request, and an action is blocked.
    Refuse,
    /// Guard answers `block`, and an action is blocked.
    Block,
    /// Both only warn.
    Warn,
    /// Nothing.
    Off,
}

impl Injection {
    /// What it means for the policies.
    pub(crate) fn in_policies(self) -> InjectionRule {
        match self {
            Self::Refuse | Self::Block => InjectionRule::Block,
            Self::Warn => InjectionRule::Warn,
            Self::Off => InjectionRule::Off,
        }
    }
}

/// A halt as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Halt {
    pub(crate) actor: String,
    pub(crate) reason: Option<String>,
    pub(crate) at: String,
}

impl Halt {
    /// The halt in the text of a setting. One that is not of our own writing halts as well: it is meant to.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| Self { actor: text.to_owned(), ..Self::default() })
    }
}

impl Org {
    async fn read(db: &Db, org_id: &str) -> DbResult<Self> {
        let read = db.look_up(org_id, (), |(), tx| {
            async move {
                // Read first: when something changes in between, the version is the older one, and no decision rests on it.
                let version = settings::rows::version(tx).await?;
                Ok::<_, DbError>((version, policies::rows::all(tx).await?, settings::rows::all(tx).await?))
            }
            .boxed()
        });
        let (version, policies, settings) = read.await?;
        let policies = PolicySet::compile(policies.into_iter().map(stored));
        for skipped in policies.skipped() {
            tracing::warn!(policy = skipped.id, why = skipped.why, "a policy takes no part");
        }
        Ok(Self { version, policies, limited: Limited::default(), settings })
    }

    /// The halt in force.
    pub(crate) fn halt(&self) -> Option<Halt> {
        self.settings.get(HALT).map(|text| Halt::read(text))
    }

    /// A setting that is yes or no; nothing when it is not set.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.settings.get(name).map(|text| is_true(text))
    }

    /// What is done about prompt injection. A word that nobody knows is the strictest.
    pub(crate) fn injection(&self) -> Injection {
        match self.settings.get(INJECTION).map(|word| word.trim().to_ascii_lowercase()).as_deref() {
            Some("block") => Injection::Block,
            Some("warn") => Injection::Warn,
            Some("off") => Injection::Off,
            _ => Injection::Refuse,
        }
    }

    /// How long an action waits for a human, in minutes; nothing when it is not set.
    pub(crate) fn approval_timeout_minutes(&self) -> Option<i64> {
        let set = self.settings.get(APPROVAL_TIMEOUT)?.trim().parse().ok();
        set.map(bounded_approval_timeout)
    }

    /// How long an outcome is waited for, in minutes.
    pub(crate) fn outcome_timeout_minutes(&self) -> i64 {
        let set = self.settings.get(OUTCOME_TIMEOUT).and_then(|text| text.trim().parse().ok());
        set.unwrap_or(DEFAULT_OUTCOME_TIMEOUT).clamp(1, 1440)
    }
}

fn stored(policy: StoredPolicy) -> Policy {
    Policy {
        id: policy.id.0,
        name: policy.name,
        policy_type: policy.policy_type.to_string(),
        rules: match policy.rules.0 {
            Value::String(text) => text,
            other => other.to_string(),
        },
        active: policy.active != 0,
        agent_ids: policy.agent_ids,
    }
}

/// All organisations that were asked for. What is kept is forgotten on a write; where that is missed, the version tells
/// when a decision is stored.
#[derive(Debug, Default)]
pub(crate) struct Orgs {
    known: RwLock<BTreeMap<String, Arc<Org>>>,
    /// Counts what was forgotten, so that a read which began before a write is not kept after it.
    forgotten: AtomicU64,
}

impl Orgs {
    pub(crate) async fn get(&self, db: &Db, org_id: &str) -> DbResult<Arc<Org>> {
        if let Some(org) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(org_id) {
            return Ok(Arc::clone(org));
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let org = Arc::new(Org::read(db, org_id).await?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if self.forgotten.load(Ordering::SeqCst) == before {
            known.insert(org_id.to_owned(), Arc::clone(&org));
        }
        Ok(org)
    }

    /// Must follow every write of a policy or a setting.
    pub(crate) fn forget(&self, org_id: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        known.remove(org_id);
    }

    /// The organisations in memory.
    #[cfg(feature = "postgres")]
    pub(crate) fn known(&self) -> Vec<String> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Forgets an organisation that has another version by now.
    pub(crate) fn see(&self, org_id: &str, version: i64) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let changed = known.get(org_id).is_some_and(|org| org.version != version);
        drop(known);
        if changed {
            self.forget(org_id);
        }
    }
}
