//! Claims: of several runs that may begin, because one approval or one consent reached them all, the server lets one.

use serde_json::json;

use super::signs::touch;
use crate::client::call::fresh_key;
use crate::{CallOptions, DashClaw, ErrorKind, Result};

/// The code of the conflict when no run may begin. With any other, another run was faster, and may have ended by now.
const APPROVAL_USED: &str = "APPROVAL_USED";

impl DashClaw {
    /// Claims the action for a run that begins now, in the place of the run `replaces`. Says whether it may: not when
    /// another one has claimed it, or ended it. It is the first sign of life, too.
    ///
    /// A server of the platform takes the sign and knows no claims: there two processes that waited for one approval can
    /// both begin.
    pub(super) async fn claim(
        &self,
        action_id: &str,
        replaces: Option<&str>,
        options: &CallOptions,
    ) -> Result<bool> {
        let mut body = json!({ "duration_ms": 0, "run_id": fresh_key()? });
        if let Some(replaces) = replaces {
            body["replaces_run_id"] = replaces.into();
        }
        let claim = touch(action_id, &body);
        match self.exchange(&claim, options).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::Conflict && error.code() != APPROVAL_USED => Ok(false),
            Err(error) => Err(error.with(|fields| fields.action_id = Some(action_id.to_owned()))),
        }
    }
}
