use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use super::*;
use crate::jobs::{Run, counts};
use crate::test_app::app;

/// The time of a test, which it turns on itself.
static NOW_MS: AtomicI64 = AtomicI64::new(1_000_000);
static RUNS: AtomicUsize = AtomicUsize::new(0);
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn now_ms() -> i64 {
    NOW_MS.load(Ordering::SeqCst)
}

fn later(ms: i64) {
    NOW_MS.fetch_add(ms, Ordering::SeqCst);
}

/// Work of this kind, which counts how often it was done.
fn work(app: &Arc<App>, run: Run) -> Work {
    let kinds = vec![Kind { name: "test", every: None, run }];
    Work {
        app: Arc::clone(app),
        shard: Arc::clone(&app.db.shards()[0]),
        kinds,
        now_ms,
        stop: CancellationToken::new(),
    }
}

/// Counts that work was done, and that it was done well.
#[expect(clippy::unnecessary_wraps, reason = "what work answers")]
fn counted() -> Result<(), String> {
    RUNS.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

fn runs() -> usize {
    RUNS.load(Ordering::SeqCst)
}

async fn add(app: &App, id: &'static str) {
    app.db
        .home()
        .everywhere((), move |(), tx| rows::add(tx, "org", id, "test", now_ms()).boxed())
        .await
        .unwrap();
}

async fn in_all(app: &App) -> (i64, i64) {
    let counts = counts(&app.db).await.unwrap();
    (counts.waiting, counts.dead)
}

#[tokio::test]
async fn what_is_done_goes_and_what_fails_comes_again_later_and_is_given_up() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    RUNS.store(0, Ordering::SeqCst);
    let works = work(&app, |_, _, _| async { counted() }.boxed());
    add(&app, "once").await;
    add(&app, "once").await;
    works.turn().await.unwrap();
    assert_eq!((runs(), in_all(&app).await), (1, (0, 0)));

    let fails = work(&app, |_, _, _| {
        async {
            counted()?;
            panic!("broken on purpose")
        }
        .boxed()
    });
    add(&app, "broken").await;
    fails.turn().await.unwrap();
    fails.turn().await.unwrap();
    assert_eq!((runs(), in_all(&app).await), (2, (1, 0)), "its time has not come");
    for _ in 0..20 {
        later(3_600_000);
        fails.turn().await.unwrap();
    }
    assert_eq!((runs(), in_all(&app).await), (13, (0, 1)), "it is given up, and seen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_workers_at_once_do_each_piece_once() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    RUNS.store(0, Ordering::SeqCst);
    for n in 0..25 {
        let id = format!("job {n}");
        app.db
            .home()
            .everywhere(id, |id, tx| rows::add(tx, "org", id, "test", now_ms()).boxed())
            .await
            .unwrap();
    }
    let workers: Vec<_> = (0..40)
        .map(|_| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                work(&app, |_, _, _| {
                    async {
                        tokio::task::yield_now().await;
                        counted()
                    }
                    .boxed()
                })
                .turn()
                .await
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    assert_eq!((runs(), in_all(&app).await), (25, (0, 0)));
}

#[tokio::test]
async fn what_a_worker_that_is_gone_held_is_done_when_its_time_is_over() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    RUNS.store(0, Ordering::SeqCst);
    add(&app, "held").await;
    let until_ms = now_ms() + LEASE_MS;
    let claim =
        app.db.home().everywhere(until_ms, |until_ms, tx| rows::claim(tx, now_ms(), *until_ms).boxed());
    let held = claim.await.unwrap().unwrap();
    let works = work(&app, |_, _, job| {
        async move { if job.attempts == 2 { counted() } else { Err("?".to_owned()) } }.boxed()
    });
    works.turn().await.unwrap();
    assert_eq!(runs(), 0, "it is held");
    later(LEASE_MS);
    works.turn().await.unwrap();
    assert_eq!((runs(), in_all(&app).await), (1, (0, 0)));
    // The one that was believed gone comes back to another claim.
    add(&app, "held").await;
    app.db.home().everywhere(held, |held, tx| rows::done(tx, held, None).boxed()).await.unwrap();
    assert_eq!(in_all(&app).await, (1, 0));
}

#[tokio::test]
async fn what_comes_by_itself_comes_again_and_the_worker_stops_cleanly() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let app = app().await;
    RUNS.store(0, Ordering::SeqCst);
    let run = |_, _, _| {
        async { counted().and_then(|()| if runs() == 1 { Err("the first time".to_owned()) } else { Ok(()) }) }
            .boxed()
    };
    let kinds = vec![Kind { name: "test", every: Some(Duration::from_millis(5)), run }];
    let worker = Worker::start(Arc::clone(&app), kinds).unwrap();
    let three = async {
        while runs() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), three).await.expect("it does not come again");
    worker.stop();
    let stopped = runs();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(runs(), stopped);
    assert_eq!(in_all(&app).await, (1, 0), "one row, however often it was seen");
}

#[tokio::test]
async fn the_instances_own_work_is_done() {
    let app = crate::test_app::app_that_keeps(Some(30)).await;
    let kinds = crate::domains::jobs();
    assert_eq!(kinds.len(), 4);
    for kind in kinds {
        let job = Job {
            org_id: String::new(),
            id: kind.name.to_owned(),
            kind: kind.name.to_owned(),
            data: "{}".to_owned(),
            attempts: 1,
            until_ms: 0,
        };
        assert_eq!(
            (kind.run)(Arc::clone(&app), Arc::clone(&app.db.shards()[0]), job).await,
            Ok(()),
            "{}",
            kind.name
        );
    }
}
