//! The functions of the program that the core calls while a call is under way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use dashclaw::options::ApprovalBanner;
use dashclaw::{Builder, Callback};

/// Prints for people, and is told of decisions and recommendations.
#[uniffi::export(foreign)]
pub trait NativeHooks: Send + Sync {
    /// Prints `text` and a line end on standard error, or else on standard output.
    fn print(&self, to_stderr: bool, text: String);
    /// Whether [`on_guard`](Self::on_guard) and [`on_recommendation`](Self::on_recommendation) want to be called.
    fn listens(&self) -> bool;
    /// Is told a decision that `guard_mode` asked for, as JSON text.
    fn on_guard(&self, decision: String);
    /// Is told a recommendation that `auto_recommend` read, as JSON text.
    fn on_recommendation(&self, recommendation: String);
}

/// Gives the functions to a client.
pub(crate) fn install(hooks: Arc<dyn NativeHooks>, builder: Builder) -> Builder {
    let printer = Arc::clone(&hooks);
    let builder = builder.printer(Arc::new(move |banner, text| {
        apart(|| printer.print(banner == ApprovalBanner::Stderr, text.to_owned()));
    }));
    if !hooks.listens() {
        return builder;
    }
    let (guard, recommendation) = (Arc::clone(&hooks), hooks);
    let on_guard: Callback = Arc::new(move |json| apart(|| guard.on_guard(json.to_owned())));
    let on_recommendation: Callback =
        Arc::new(move |json| apart(|| recommendation.on_recommendation(json.to_owned())));
    builder.on_guard(on_guard).on_recommendation(on_recommendation)
}

/// Calls a foreign function. It may take long, or call us: other calls must not depend on its thread. What it throws
/// decides nothing.
fn apart(call: impl FnOnce()) {
    tokio::task::block_in_place(|| {
        let _ = catch_unwind(AssertUnwindSafe(call));
    });
}
