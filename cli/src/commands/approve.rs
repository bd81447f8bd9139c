//! `dashclaw approve` and `dashclaw deny`: decide about one action.

use clap::Args;
use dashclaw::api::actions::Action;
use dashclaw::api::approvals::ApprovalDecision;
use serde_json::json;

use crate::decision::{self, Decided, decide};
use crate::failure::{Ended, Failure};
use crate::output::{Colour, Output, shown};
use crate::session::Session;

const APPROVE: &str = "\
Examples:
  dashclaw approve act_5f0c…
  dashclaw approve act_5f0c… --reason \"checked with finance\"

It needs an admin's key, and not the one that created the action. The first decision counts: when somebody was faster, it says
who. It is sent once; when the answer is lost, the action is read again, and nothing is decided twice.";

const DENY: &str = "\
Examples:
  dashclaw deny act_5f0c… --reason \"not on a Friday\"

The agent is told the reason. See `dashclaw approve --help`.";

/// Approves an action that waits.
#[derive(Debug, Args)]
#[command(after_help = APPROVE)]
pub(crate) struct Approve {
    #[command(flatten)]
    about: About,
}

/// Denies an action that waits.
#[derive(Debug, Args)]
#[command(after_help = DENY)]
pub(crate) struct Deny {
    #[command(flatten)]
    about: About,
}

#[derive(Debug, Args)]
struct About {
    /// Which action: act_…
    #[arg(value_name = "ACTION")]
    action: String,
    /// Why; it is on record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Approve {
    pub(crate) fn run(self, output: Output) -> Ended {
        self.about.decide(&ApprovalDecision::Allow, output)
    }
}

impl Deny {
    pub(crate) fn run(self, output: Output) -> Ended {
        self.about.decide(&ApprovalDecision::Deny, output)
    }
}

impl About {
    fn decide(self, wanted: &ApprovalDecision, output: Output) -> Ended {
        let session = Session::open(output)?;
        let decided = decide(session.client(), &self.action, wanted, self.reason.as_deref());
        let (action, lost) = match session.run(decided)? {
            Decided::Taken(action) => (action, false),
            Decided::Lost(action) if decision::shows(&action, wanted) => (action, true),
            Decided::Lost(action) => {
                let record = decision::told(&action);
                return Err(Failure::new(format!("the server's answer was lost; its record says: {record}")));
            }
            Decided::Late(action) => return Err(Failure::new(decision::told(&action))),
        };
        let link = session.link(&format!("/replay/{}", action.action_id.as_str()));
        output.answer(&json!({ "action": action, "replay_url": link, "answer_lost": lost }), || {
            told(&action, wanted, lost, &link, output)
        })?;
        Ok(0)
    }
}

fn told(action: &Action, wanted: &ApprovalDecision, lost: bool, link: &str, output: Output) -> String {
    let label = match wanted {
        ApprovalDecision::Deny => output.paint(Colour::Red, "Denied:"),
        _ => output.paint(Colour::Green, "Approved:"),
    };
    let id = shown(action.action_id.as_str());
    let how = if lost {
        format!("\nThe server's answer was lost; {}", decision::told(action))
    } else {
        String::new()
    };
    format!("\n{label} {id}{how}\nReplay: {}\n", shown(link))
}
