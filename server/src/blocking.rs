//! Waiting for storage on a thread without a runtime.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Runs a future of the storage to its end. It needs no runtime, because the storage answers from threads of its own.
///
/// Inside a task of a runtime that has used up its budget, tokio would put off the wake-up until the task gives way, which it
/// does not while it waits here: so the future has no budget.
pub(crate) fn wait<T>(stored: impl Future<Output = T>) -> T {
    let mut stored = pin!(tokio::task::unconstrained(stored));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match stored.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_has_used_up_its_budget_can_wait() {
        for n in 0..1000 {
            let (answer, answered) = tokio::sync::oneshot::channel();
            let answering = thread::spawn(move || answer.send(n));
            assert_eq!(wait(answered), Ok(n));
            answering.join().unwrap().unwrap();
        }
    }
}
