//! The server's side of the inbox: the list as it changes, details, decisions. Each runs on the session's runtime, so that the
//! keyboard never waits for the network.

use std::sync::mpsc::Sender;
use std::time::Duration;

use dashclaw::api::actions::{ActionList, GetAction};
use dashclaw::{ApproverOptions, CallOptions, DashClaw, Error, ErrorKind, PendingApprovals};
use tokio::runtime::Handle;

use super::Message;
use super::state::{Decision, News};
use crate::decision::decide;
use crate::failure::Failure;
use crate::session::Session;

/// How long it waits before it begins anew.
const PAUSE: Duration = Duration::from_secs(2);

/// Asks the server for the inbox.
pub(super) struct Feed {
    runtime: Handle,
    client: DashClaw,
    sender: Sender<Message>,
}

impl Feed {
    pub(super) fn start(session: &Session, sender: Sender<Message>) -> Self {
        let feed = Self { runtime: session.runtime(), client: session.client().clone(), sender };
        let (client, sender) = (feed.client.clone(), feed.sender.clone());
        feed.runtime.spawn(watch(client, sender));
        feed
    }

    /// Reads the list now.
    pub(super) fn refresh(&self) {
        let (client, sender) = (self.client.clone(), self.sender.clone());
        self.runtime.spawn(async move {
            let read =
                client.call("get_pending_approvals", br#"{"limit":200}"#, &CallOptions::default()).await;
            let news = match read.and_then(|response| response.json::<ActionList>()) {
                Ok(list) => News::List(list.actions),
                Err(error) => News::Lost(away(&client, error)),
            };
            let _ = sender.send(Message::News(news));
        });
    }

    /// Reads one action whole.
    pub(super) fn detail(&self, action_id: String) {
        let (client, sender) = (self.client.clone(), self.sender.clone());
        self.runtime.spawn(async move {
            // Without it, what the list says is shown.
            if let Ok(read) = client.get_action(GetAction::from(action_id)).await {
                let _ = sender.send(Message::News(News::Detail(Box::new(read.action))));
            }
        });
    }

    /// Decides.
    pub(super) fn decide(&self, decision: Decision) {
        let (client, sender) = (self.client.clone(), self.sender.clone());
        self.runtime.spawn(async move {
            let Decision { action_id, word, reason } = &decision;
            let decided = decide(&client, action_id, word, reason.as_deref()).await.map_err(Failure::from);
            let _ = sender.send(Message::News(News::Decided(decision, decided)));
        });
    }
}

/// Tells the list whenever it has changed, for as long as anybody listens.
async fn watch(client: DashClaw, sender: Sender<Message>) {
    loop {
        let mut list = client.pending_approvals(ApproverOptions::default());
        let error = loop {
            match next(&mut list).await {
                Ok(Some(actions)) => {
                    if sender.send(Message::News(News::List(actions.actions))).is_err() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => break error,
            }
        };
        let is_final =
            matches!(error.kind(), ErrorKind::Authentication | ErrorKind::Permission | ErrorKind::Closed);
        let news = if is_final { News::Refused(error.into()) } else { News::Lost(away(&client, error)) };
        if sender.send(Message::News(news)).is_err() || is_final {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Which server it is that does not answer.
fn away(client: &DashClaw, error: Error) -> Failure {
    let server = client.base_url();
    Failure::from(error).saying(|problem| format!("{server} does not answer: {problem}"))
}

async fn next(list: &mut PendingApprovals) -> Result<Option<ActionList>, Error> {
    match list.next().await {
        Some(response) => response?.json().map(Some),
        None => Ok(None),
    }
}
