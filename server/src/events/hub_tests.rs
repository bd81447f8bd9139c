use std::time::Duration;

use super::*;
use crate::domains::retention::cases::remove_events;

async fn hub(db: &Db) -> Arc<Hub> {
    Hub::open(db).await.unwrap()
}

async fn tell(db: &Db, org_id: &str, count: i64) {
    for n in 0..count {
        db.write(org_id, n, |n, tx| async move { tx.tell("x", n) }.boxed()).await.unwrap();
    }
}

fn position(frame: &Bytes) -> i64 {
    let text = std::str::from_utf8(frame).unwrap();
    text.lines().next().and_then(|line| line.rsplit('-').next()?.parse().ok()).unwrap()
}

/// What a listener has missed, by the positions.
async fn missed(subscription: &mut Subscription) -> Vec<i64> {
    let mut positions = Vec::new();
    while let Some(frame) = subscription.missed().await {
        positions.push(position(&frame));
    }
    positions
}

async fn at(hub: &Arc<Hub>, org_id: &str, position: i64) -> Subscription {
    hub.subscribe(org_id, Some(&format!("{}{position}", hub.prefix))).await.unwrap()
}

#[tokio::test]
async fn a_listener_is_caught_up_from_its_cursor() {
    let db = Db::open(None).unwrap();
    let hub = hub(&db).await;
    tell(&db, "org", 5).await;
    let mut subscription = at(&hub, "org", 3).await;
    assert_eq!((subscription.replayed, subscription.replay_error), (2, None));
    let frame = subscription.missed().await.unwrap();
    assert_eq!(frame, format!("id: {}4\nevent: x\ndata: 3\n\n", hub.prefix));
    assert_eq!(missed(&mut subscription).await, [5]);
    assert_eq!(hub.subscribe("org", None).await.unwrap().missed().await, None);
    assert_eq!(at(&hub, "other", 0).await.missed().await, None);
}

#[tokio::test]
async fn an_id_that_was_never_given_out_replays_the_newest() {
    let db = Db::open(None).unwrap();
    let hub = hub(&db).await;
    tell(&db, "org", 203).await;
    let another = Hub::open(&Db::open(None).unwrap()).await.unwrap();
    for id in
        [&format!("{}1", another.prefix), &format!("{}204", hub.prefix), "log-1", "mem-0", "nonsense", "-1"]
    {
        let mut subscription = hub.subscribe("org", Some(id)).await.unwrap();
        assert_eq!((subscription.replayed, subscription.replay_error), (200, Some("unknown_cursor")), "{id}");
        assert_eq!(missed(&mut subscription).await[0], 4);
    }
}

#[tokio::test]
async fn nothing_is_lost_over_a_restart() {
    let directory = std::env::temp_dir().join(format!("dashclaw-events-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("dashclaw.db");
    let db = Db::open(Some(&path)).unwrap();
    tell(&db, "org", 3).await;
    let before = hub(&db).await.prefix.clone();
    db.close();
    let db = Db::open(Some(&path)).unwrap();
    let hub = hub(&db).await;
    assert_eq!(hub.prefix, before);
    tell(&db, "org", 1200).await;
    // More than is held in memory, and what another run has told.
    let mut subscription = at(&hub, "org", 1).await;
    assert_eq!((subscription.replayed, subscription.replay_error), (1202, None));
    assert_eq!(missed(&mut subscription).await, (2..=1203).collect::<Vec<_>>());
    db.close();
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn what_fails_tells_nothing_and_leaves_no_gap() {
    let db = Db::open(None).unwrap();
    let hub = hub(&db).await;
    let mut listening = hub.subscribe("org", None).await.unwrap();
    tell(&db, "org", 1).await;
    let failed = db.write("org", (), |(), tx| {
        async move {
            tx.tell("never", &1)?;
            Err::<(), _>(crate::db::DbError::Failed("no".to_owned()))
        }
        .boxed()
    });
    assert!(failed.await.is_err());
    tell(&db, "org", 1).await;
    assert_eq!(
        [position(&listening.next().await.unwrap()), position(&listening.next().await.unwrap())],
        [1, 2]
    );
}

#[tokio::test]
async fn large_events_push_out_older_ones() {
    let mut held = Held::default();
    for position in 1..=20 {
        held.push(position, || Bytes::from(vec![b'x'; 1024 * 1024]));
    }
    assert_eq!(
        (held.frames.len(), held.behind(11, 20), held.behind(20, 20)),
        (8, Next::NotHeld, Next::Nothing)
    );
    held.push(21, || Bytes::from(vec![b'y'; HELD_BYTES + 1]));
    assert_eq!((held.frames.len(), held.behind(19, 21)), (1, Next::NotHeld));
    // What does not follow the last one is not taken, and what was there before not twice.
    assert!(!held.push(30, || Bytes::from_static(b"z")) && held.push(21, || Bytes::from_static(b"z")));
    assert_eq!((held.frames.len(), held.last), (1, Some(21)));
    // What was not told here, and is there.
    assert_eq!((Held::default().behind(4, 5), Held::default().behind(5, 5)), (Next::NotHeld, Next::Nothing));
}

#[tokio::test]
async fn all_listeners_are_given_the_same_bytes() {
    let db = Db::open(None).unwrap();
    let hub = hub(&db).await;
    let mut listeners = Vec::new();
    for _ in 0..3 {
        listeners.push(at(&hub, "org", 0).await);
    }
    tell(&db, "org", 1).await;
    let mut addresses = Vec::new();
    for listener in &mut listeners {
        addresses.push(listener.next().await.unwrap().as_ptr());
    }
    assert_eq!(addresses, [addresses[0]; 3]);
}

#[tokio::test]
async fn a_listener_that_falls_behind_reads_on() {
    let db = Db::open(None).unwrap();
    let hub = hub(&db).await;
    let mut slow = hub.subscribe("org", None).await.unwrap();
    let told = i64::try_from(HELD).unwrap() + 100;
    tell(&db, "org", told).await;
    for expected in 1..=told {
        assert_eq!(position(&slow.next().await.unwrap()), expected);
    }
}

#[tokio::test]
async fn what_is_kept_no_longer_ends_a_listener_and_is_told_to_the_next() {
    let db = Db::open(None).unwrap();
    let hub = hub(&db).await;
    tell(&db, "org", 3).await;
    let cut = Held::default();
    *hub.channel("org").lock() = cut;
    let mut behind = at(&hub, "org", 1).await;
    assert_eq!(remove_events(&db, "org", i64::MAX).await.unwrap(), 3);
    assert_eq!(behind.next().await, None);
    tell(&db, "org", 1).await;
    let mut again = at(&hub, "org", 1).await;
    assert_eq!((again.replayed, again.replay_error), (1, Some("replay_incomplete")));
    assert_eq!(missed(&mut again).await, [4], "the numbers go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_falls_between_replay_and_live() {
    const EVENTS: i64 = 200;
    for _ in 0..20 {
        let db = Db::open(None).unwrap();
        let hub = hub(&db).await;
        let telling = tokio::spawn({
            let db = db.clone();
            async move { tell(&db, "org", EVENTS).await }
        });
        let mut subscription = at(&hub, "org", 0).await;
        for expected in 1..=EVENTS {
            let frame = tokio::time::timeout(Duration::from_secs(20), subscription.next()).await;
            assert_eq!(position(&frame.unwrap().unwrap()), expected);
        }
        telling.await.unwrap();
    }
}
