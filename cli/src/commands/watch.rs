//! `dashclaw watch`: what happens on the server, as it happens.

use clap::Args;
use dashclaw::{EventOptions, ServerEvent};
use serde_json::{Value, json};

use crate::failure::{Ended, Failure};
use crate::output::{Colour, Output, shown};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw watch
  dashclaw watch --json | jq 'select(.event == \"action.created\")'
  dashclaw watch --after ev_42 --count 1

One line an event, until Ctrl-C. It reconnects by itself and misses nothing that the server still has.";

/// Prints what happens on the server, as it happens.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Watch {
    /// Begins behind this event instead of now
    #[arg(long, value_name = "EVENT_ID")]
    after: Option<String>,
    /// Ends after so many events
    #[arg(long, value_name = "NUMBER")]
    count: Option<u64>,
}

impl Watch {
    pub(crate) fn run(self, output: Output) -> Ended {
        let session = Session::open(output)?;
        let options = EventOptions { last_event_id: self.after, ..EventOptions::default() };
        session.block_on(async {
            let mut events = session.client().events(options);
            let mut left = self.count.unwrap_or(u64::MAX);
            while left > 0 {
                let Some(event) = events.next().await else { break };
                let event = event.map_err(|error| session.explained(error))?;
                tell(&event, output)?;
                left -= 1;
            }
            Ok(0)
        })
    }
}

fn tell(event: &ServerEvent, output: Output) -> Result<(), Failure> {
    let data: Value = serde_json::from_str(event.data.get()).unwrap_or_default();
    if output.is_json() {
        return output.json_line(&json!({ "id": event.id, "event": event.event, "data": data }));
    }
    let name = output.paint(Colour::Bold, &shown(&event.event));
    output.say(&format!("{}  {name}  {}", shown(&event.id), summary(&data)))
}

/// What the event is about: the members that people look for, of the record or of the one record in it.
fn summary(data: &Value) -> String {
    const TOLD: [&str; 12] = [
        "action_id",
        "decision_id",
        "id",
        "agent_id",
        "action_type",
        "decision",
        "status",
        "risk_score",
        "declared_goal",
        "name",
        "change_type",
        "halted",
    ];
    let one = data.as_object().and_then(|members| members.values().find(|value| value.is_object()));
    let found = TOLD.iter().filter_map(|name| {
        let value = data.get(name).or_else(|| one.and_then(|one| one.get(name)))?;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return None,
        };
        Some(format!("{name}={}", shown(&text)))
    });
    found.collect::<Vec<_>>().join(" ")
}
