//! What a client tells the program beside its results: texts for people, decisions, recommendations.

use std::sync::Arc;

use dashclaw::options::ApprovalBanner;
use dashclaw::{Builder, Callback};

use crate::mailbox::{Kind, Shared, current_call};

/// Where a client's messages go: as letters about the call in which they came up.
pub(crate) struct Hooks {
    pub(crate) mailbox: Arc<Shared>,
}

impl Hooks {
    /// Gives the hooks to a client. The callbacks only when the program has them: they cost a copy each.
    pub(crate) fn install(self, builder: Builder, on_guard: bool, on_recommendation: bool) -> Builder {
        let mailbox = Arc::clone(&self.mailbox);
        let mut builder = builder.printer(Arc::new(move |banner, text| {
            let kind = if banner == ApprovalBanner::Stderr { Kind::PrintErr } else { Kind::PrintOut };
            mailbox.post(current_call(), kind, text.to_owned().into());
        }));
        if on_guard {
            builder = builder.on_guard(self.callback(Kind::Guard));
        }
        if on_recommendation {
            builder = builder.on_recommendation(self.callback(Kind::Recommendation));
        }
        builder
    }

    fn callback(&self, kind: Kind) -> Callback {
        let mailbox = Arc::clone(&self.mailbox);
        Arc::new(move |json| mailbox.post(current_call(), kind, json.to_owned().into()))
    }
}
