//! `dashclaw keys`: the API keys of the organisation.

use clap::{Args, Subcommand, ValueEnum};
use dashclaw::api::orgs::{ApiKey, ApiKeyRole, CreateApiKey, ListApiKeys, NewApiKey, RevokeApiKey};
use serde_json::json;

use crate::failure::{Ended, Failure};
use crate::output::{Output, Table, shown, shown_or_dash};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw keys list
  dashclaw keys create --label \"release agent\" --agent release-agent
  dashclaw keys create --label ada --role admin
  dashclaw keys revoke key_0b1c…

It needs an admin's key. A new key is shown this once; give agents keys of the role member, each its own.";

/// Lists, makes and revokes API keys.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the keys, the newest first: how each begins
    #[command(after_help = "Example:\n  dashclaw keys list --json")]
    List,
    /// Makes a key and shows it, this once
    #[command(
        after_help = "Example:\n  dashclaw keys create --label \"release agent\" --agent release-agent"
    )]
    Create {
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        label: Option<String>,
        /// What it may do
        #[arg(long, value_enum, default_value_t = Role::Member)]
        role: Role,
        /// The one agent that it speaks for
        #[arg(long, value_name = "ID")]
        agent: Option<String>,
    },
    /// Revokes a key: from now on it is refused
    #[command(after_help = "Example:\n  dashclaw keys revoke key_0b1c…")]
    Revoke {
        /// Which key, by its id
        #[arg(value_name = "KEY_ID")]
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Role {
    /// Everything, approving included
    Admin,
    /// What agents do
    Member,
    /// Reading
    Readonly,
}

impl Keys {
    pub(crate) fn run(self, output: Output) -> Ended {
        let session = Session::open(output)?;
        let client = session.client();
        match self.what {
            What::List => {
                let list = session.run(client.list_api_keys(ListApiKeys::default()))?;
                if output.is_json() {
                    output.json(&list)?;
                } else {
                    output.long(&table(&list.keys))?;
                }
            }
            What::Create { label, role, agent } => {
                let role = match role {
                    Role::Admin => ApiKeyRole::Admin,
                    Role::Member => ApiKeyRole::Member,
                    Role::Readonly => ApiKeyRole::Readonly,
                };
                let asked =
                    CreateApiKey { label, role: Some(role), agent_id: agent, ..CreateApiKey::default() };
                let made = session.run(client.create_api_key(asked))?.key;
                show(&session, output, &made)?;
            }
            What::Revoke { id } => {
                let revoked = session.run(client.revoke_api_key(RevokeApiKey::from(id)))?;
                output.answer(&revoked, || format!("Revoked {}", shown(&revoked.key.id)))?;
            }
        }
        Ok(0)
    }
}

/// Shows a new key. One that nobody has seen is of no use to anybody but a thief, and is revoked.
fn show(session: &Session, output: Output, made: &NewApiKey) -> Result<(), Failure> {
    let key = made.raw_key.expose();
    let whole = json!({
        "id": made.id, "key": key, "role": made.role, "label": made.label, "agent_id": made.agent_id,
    });
    let said = output.answer(&whole, || {
        format!("Key ({}; shown only now): {key}\nId: {}", shown(made.role.as_str()), shown(&made.id))
    });
    said.map_err(|unseen| {
        let revoked = session.run(session.client().revoke_api_key(RevokeApiKey::from(made.id.clone())));
        match revoked {
            Ok(_) => Failure::new("the key could not be shown, so it was revoked"),
            Err(problem) => {
                let id = &made.id;
                Failure::new(format!("{unseen}: the key {id} could not be shown, nor revoked: {problem}"))
            }
        }
    })
}

fn table(keys: &[ApiKey]) -> String {
    let mut table = Table::new(["ID", "BEGINS", "ROLE", "AGENT", "LABEL", "LAST USED", "REVOKED"]);
    for key in keys {
        table.row([
            shown(&key.id),
            shown(&key.key_prefix),
            shown(key.role.as_str()),
            shown_or_dash(key.agent_id.as_deref()),
            shown_or_dash(key.label.as_deref()),
            shown_or_dash(key.last_used_at.as_deref()),
            shown_or_dash(key.revoked_at.as_deref()),
        ]);
    }
    table.text()
}
