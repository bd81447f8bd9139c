//! Judging a question: off the asynchronous threads where that may take long, and never for ever.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::known::approval;
use super::question::Question;
use crate::app::App;
use crate::failure::{Answer, Failure};
use crate::orgs::Org;
use crate::policy::webhook::{Answer as WebhookAnswer, Preliminary, ask_all};
use crate::policy::{Evaluation, Facts, GuardSettings, Stages, Verdict};

/// What a rule that looks at its own deadline may take beyond it, before nobody waits for it any more.
const GRACE: Duration = Duration::from_millis(500);

/// How many heavy judgements run at once: more would only take the processors from light ones.
static HEAVY: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)))
});

/// Runs `work` where it is called, or, when it is heavy, on a thread for blocking work and one of few at a time.
pub(crate) async fn off_thread<T: Send + 'static>(
    heavy: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Answer<T> {
    if !heavy {
        return Ok(work());
    }
    let broken = |what: &str| Failure::internal(format!("a judgement {what}"));
    let permit = HEAVY.acquire().await.map_err(|_| broken("found no thread"))?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    });
    done.await.map_err(|_| broken("panicked"))
}

/// Asks the policies, webhooks among them.
pub(crate) async fn evaluate(
    app: &App,
    org: &Arc<Org>,
    question: &Arc<Question>,
    facts: Facts,
) -> Answer<Evaluation> {
    let settings = app.config.guard;
    let facts = Arc::new(facts);
    let evaluation = locally(org, question, &facts, settings).await?;
    let mut stages = Stages::resume(&org.policies, &question.context, &facts, &settings, evaluation);
    let checks = stages.webhooks();
    if !checks.is_empty() {
        let answers = match app.webhooks() {
            Some(client) => {
                let preliminary =
                    Preliminary { context: &question.context, evaluation: stages.preliminary() };
                ask_all(client, &checks, &preliminary, settings.deadline).await
            }
            None => vec![WebhookAnswer::Unfinished("no webhook can be asked".to_owned()); checks.len()],
        };
        stages.apply_answers(answers);
    }
    // An approval is looked for only where one is needed.
    let approval = match stages.apply_grants() {
        Verdict::RequireApproval => approval(app, question).await?,
        _ => None,
    };
    Ok(stages.conclude(approval.as_ref()))
}

/// The local rules. Those that do not end in time block: what could not be judged is not allowed.
async fn locally(
    org: &Arc<Org>,
    question: &Arc<Question>,
    facts: &Arc<Facts>,
    settings: GuardSettings,
) -> Answer<Evaluation> {
    let (org, asked, known) = (Arc::clone(org), Arc::clone(question), Arc::clone(facts));
    let judged = off_thread(question.heavy, move || {
        Stages::start(&org.policies, &asked.context, &known, &settings).into_preliminary()
    });
    if !question.heavy {
        return judged.await;
    }
    match tokio::time::timeout(settings.deadline + GRACE, judged).await {
        Ok(judged) => judged,
        Err(_) => Ok(Evaluation::unfinished(&question.context, settings.deadline)),
    }
}
