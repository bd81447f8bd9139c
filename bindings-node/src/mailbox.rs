//! How outcomes reach a thread of JavaScript.
//!
//! Every such thread (the main one, each worker) has one mailbox. Tasks of the runtime put letters in and ring once for
//! all that lie there; the thread then takes them together. JavaScript numbers its calls, so a letter is a number, a kind
//! and a text.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use dashclaw::bridge::{runtime, without_panic};
use napi::bindgen_prelude::{Array, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status};
use napi_derive::napi;
use tokio_util::sync::CancellationToken;

use crate::crossing::Outcome;

/// It does not keep the event loop alive by itself: calls under way do.
type Bell = ThreadsafeFunction<(), (), (), Status, false, true>;

tokio::task_local! {
    /// The call that a task of the runtime is about.
    static CALL: u32;
}

/// The call under way here; 0, which is no call's number, outside of all.
pub(crate) fn current_call() -> u32 {
    CALL.try_with(|call| *call).unwrap_or_default()
}

/// What a letter is about. The numbers are known to `lib/mailbox.js`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A call ended with this JSON.
    Answer = 0,
    /// A call ended with nothing to say.
    Done = 1,
    /// A call failed: the error's fields.
    Failure = 2,
    /// A text for standard output.
    PrintOut = 3,
    /// A text for standard error.
    PrintErr = 4,
    /// A decision for the guard callback of the call's client.
    Guard = 5,
    /// A recommendation for the callback of the call's client.
    Recommendation = 6,
    /// A record for the logger of the client that it names.
    Log = 7,
}

struct Letter {
    about: u32,
    kind: Kind,
    text: Bytes,
}

/// The mailbox of one thread of JavaScript.
#[napi]
pub struct NativeMailbox {
    shared: Arc<Shared>,
    /// Calls whose outcome has not been taken.
    under_way: Mutex<u32>,
}

pub(crate) struct Shared {
    letters: Mutex<Vec<Letter>>,
    /// Whether the thread was rung for and has not looked since.
    rung: AtomicBool,
    bell: Mutex<Bell>,
    /// What stops the calls that JavaScript may want to stop.
    stops: Mutex<BTreeMap<u32, CancellationToken>>,
    /// Is cancelled when the thread ends, and stops all its calls.
    gone: CancellationToken,
}

#[napi]
impl NativeMailbox {
    /// `collect` is called when there are letters; it takes them with `take`.
    #[napi(constructor)]
    pub fn new(env: Env, collect: Function<'_, (), ()>) -> napi::Result<Self> {
        let bell: Bell =
            collect.build_threadsafe_function().callee_handled::<false>().weak::<true>().build()?;
        let gone = CancellationToken::new();
        // A terminated worker runs no finalizer of JavaScript, and its calls must not run on.
        env.add_env_cleanup_hook(gone.clone(), |gone| gone.cancel())?;
        let shared = Shared {
            letters: Mutex::default(),
            rung: AtomicBool::new(false),
            bell: Mutex::new(bell),
            stops: Mutex::default(),
            gone,
        };
        Ok(Self { shared: Arc::new(shared), under_way: Mutex::new(0) })
    }

    /// All letters, as number, kind, text, number, kind, text, ….
    #[napi(catch_unwind)]
    pub fn take<'env>(&self, env: &'env Env) -> napi::Result<Array<'env>> {
        // Before the letters are taken: one that comes later must ring again.
        self.shared.rung.store(false, Ordering::Release);
        let letters = std::mem::take(&mut *lock(&self.shared.letters));
        let mut taken = env.create_array(0)?;
        let mut ended = 0;
        for letter in letters {
            if matches!(letter.kind, Kind::Answer | Kind::Done | Kind::Failure) {
                ended += 1;
                lock(&self.shared.stops).remove(&letter.about);
            }
            taken.insert(letter.about)?;
            taken.insert(letter.kind as u32)?;
            taken.insert(&*String::from_utf8_lossy(&letter.text))?;
        }
        self.end(*env, ended)?;
        Ok(taken)
    }

    /// Stops a call that was started as stoppable. It ends by itself, with an error that says what became of it.
    #[napi(catch_unwind)]
    pub fn stop(&self, call: u32) {
        let stop = lock(&self.shared.stops).get(&call).cloned();
        if let Some(stop) = stop {
            stop.cancel();
        }
    }

    fn end(&self, env: Env, ended: u32) -> napi::Result<()> {
        let mut under_way = lock(&self.under_way);
        *under_way = under_way.saturating_sub(ended);
        if ended > 0 && *under_way == 0 {
            #[expect(deprecated, reason = "nothing else lets go of the event loop")]
            lock(&self.shared.bell).unref(&env)?;
        }
        Ok(())
    }
}

impl NativeMailbox {
    /// Runs the call `call` on the runtime; its outcome comes as a letter. It keeps the event loop alive meanwhile.
    pub(crate) fn start<F>(
        &self,
        env: Env,
        call: u32,
        stoppable: bool,
        work: impl FnOnce(CancellationToken) -> F,
    ) -> napi::Result<()>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let stop = self.shared.gone.child_token();
        let work = work(stop.clone());
        if stoppable {
            lock(&self.shared.stops).insert(call, stop);
        }
        let mut under_way = lock(&self.under_way);
        if *under_way == 0 {
            #[expect(deprecated, reason = "nothing else holds the event loop")]
            lock(&self.shared.bell).refer(&env)?;
        }
        *under_way += 1;
        let shared = Arc::clone(&self.shared);
        match runtime() {
            Ok(runtime) => {
                runtime
                    .spawn(CALL.scope(call, async move { shared.settle(call, without_panic(work).await) }));
            }
            Err(error) => shared.settle(call, Err(error)),
        }
        Ok(())
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Drop for NativeMailbox {
    fn drop(&mut self) {
        self.shared.gone.cancel();
    }
}

impl Shared {
    fn settle(&self, call: u32, outcome: Outcome) {
        match outcome {
            Ok(Some(text)) => self.post(call, Kind::Answer, text),
            Ok(None) => self.post(call, Kind::Done, Bytes::new()),
            Err(error) => self.post(call, Kind::Failure, error.to_json().into()),
        }
    }

    pub(crate) fn post(&self, about: u32, kind: Kind, text: Bytes) {
        if self.gone.is_cancelled() {
            return;
        }
        lock(&self.letters).push(Letter { about, kind, text });
        if !self.rung.swap(true, Ordering::AcqRel) {
            // A thread that is ending takes no letters any more, and nobody waits for them.
            lock(&self.bell).call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

/// Locks what cannot be left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
