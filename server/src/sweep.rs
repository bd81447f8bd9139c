//! The timer that gives up actions whose outcome nobody reported.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::App;

const EVERY: Duration = Duration::from_secs(60);

/// The sweeping thread. It has a runtime of its own, because an instance may be opened where there is none.
#[derive(Debug)]
pub(crate) struct Sweeper {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Sweeper {
    /// Starts the timer; the first sweep follows one period later, so that a start stays quick.
    pub(crate) fn start(app: Arc<App>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let (stop, mut stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("dashclaw-sweep".into()).spawn(move || {
            runtime.block_on(async {
                while tokio::time::timeout(EVERY, &mut stopped).await.is_err() {
                    if let Err(error) = crate::api::sweep(&app).await {
                        tracing::warn!(%error, "a sweep failed");
                    }
                }
            });
        })?;
        Ok(Self { stop, thread })
    }

    /// Ends the thread.
    pub(crate) fn stop(self) {
        // The thread may have ended already.
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
