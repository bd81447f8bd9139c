use super::*;

fn frames(subscription: &mut Subscription) -> Vec<String> {
    let mut found = Vec::new();
    while let Next::Frame(frame) = subscription.missed() {
        found.push(String::from_utf8(frame.to_vec()).unwrap());
    }
    found
}

fn cursors(subscription: &mut Subscription) -> Vec<u64> {
    let cursor = |frame: String| frame.lines().next()?.strip_prefix("id: mem-")?.parse().ok();
    frames(subscription).into_iter().filter_map(cursor).collect()
}

#[test]
fn a_listener_is_caught_up_from_its_cursor() {
    let hub = Hub::default();
    for n in 0..5 {
        hub.publish("org", "action.created", &n);
    }
    let mut subscription = hub.subscribe("org", Some("mem-3"));
    assert_eq!((subscription.replayed, subscription.replay_error), (2, None));
    assert_eq!(
        frames(&mut subscription),
        ["id: mem-4\nevent: action.created\ndata: 3\n\n", "id: mem-5\nevent: action.created\ndata: 4\n\n"]
    );
    assert_eq!(hub.subscribe("org", None).missed(), Next::Nothing);
    assert_eq!(hub.subscribe("other", Some("mem-0")).missed(), Next::Nothing);
}

#[test]
fn a_cursor_from_before_a_restart_replays_everything() {
    let hub = Hub::default();
    hub.publish("org", "x", &1);
    for id in ["mem-99", "nonsense"] {
        let mut subscription = hub.subscribe("org", Some(id));
        assert_eq!(subscription.replay_error, Some("unknown_cursor"));
        assert_eq!(cursors(&mut subscription), [1]);
    }
}

#[test]
fn replay_and_buffer_are_bounded_and_say_so() {
    let hub = Hub::default();
    for n in 0..1500 {
        hub.publish("org", "x", &n);
    }
    let mut subscription = hub.subscribe("org", Some("mem-1"));
    assert_eq!((subscription.replayed, subscription.replay_error), (200, Some("replay_incomplete")));
    assert_eq!(cursors(&mut subscription)[0], 1301);
}

#[test]
fn large_events_push_out_older_ones() {
    let hub = Hub::default();
    let large = "x".repeat(1024 * 1024);
    for _ in 0..20 {
        hub.publish("org", "x", &large);
    }
    let channel = hub.channel("org");
    assert!(channel.lock().bytes <= BUFFER_BYTES);
    assert_eq!(channel.lock().events.len(), 7);
    hub.publish("org", "x", &"y".repeat(BUFFER_BYTES));
    assert_eq!(channel.lock().events.len(), 1);
    let mut subscription = hub.subscribe("org", Some("mem-15"));
    assert_eq!(subscription.replay_error, Some("replay_incomplete"));
    assert_eq!(cursors(&mut subscription), [21]);
}

#[test]
fn all_listeners_are_given_the_same_bytes() {
    let hub = Hub::default();
    hub.publish("org", "x", &"y".repeat(1000));
    let given: Vec<_> = (0..3).map(|_| hub.subscribe("org", Some("mem-0")).missed()).collect();
    let addresses: Vec<_> = given
        .iter()
        .filter_map(|next| if let Next::Frame(frame) = next { Some(frame.as_ptr()) } else { None })
        .collect();
    assert_eq!(addresses, [addresses[0]; 3]);
}

#[tokio::test]
async fn a_listener_that_falls_behind_the_buffer_is_cut_off() {
    let hub = Hub::default();
    let mut slow = hub.subscribe("org", None);
    let mut missing = hub.subscribe("org", Some("mem-0"));
    for n in 0..=BUFFER {
        hub.publish("org", "x", &n);
    }
    assert_eq!(slow.next().await, None);
    assert_eq!(missing.next().await, None);
}

#[tokio::test]
async fn nothing_falls_between_replay_and_live() {
    // As many as are replayed at most: the subscription may come behind the last of them.
    const EVENTS: u64 = MAX_REPLAY;
    for _ in 0..20 {
        let hub = Arc::new(Hub::default());
        let publisher = {
            let hub = Arc::clone(&hub);
            std::thread::spawn(move || (0..EVENTS).for_each(|n| hub.publish("org", "x", &n)))
        };
        let mut subscription = hub.subscribe("org", Some("mem-0"));
        let mut seen = cursors(&mut subscription);
        for n in seen.len() as u64..EVENTS {
            let frame = String::from_utf8(subscription.next().await.unwrap().to_vec()).unwrap();
            assert!(frame.starts_with(&format!("id: mem-{}\n", n + 1)), "{frame}");
            seen.push(n + 1);
        }
        publisher.join().unwrap();
        assert_eq!(seen, (1..=EVENTS).collect::<Vec<_>>());
    }
}

#[test]
fn an_event_is_kept_only_so_long() {
    let mut buffer = Buffer::default();
    buffer.push("x", "1", 0);
    buffer.push("x", "2", BUFFER_MS);
    assert_eq!(buffer.replay("mem-0"), (0, None));
    buffer.push("x", "3", BUFFER_MS + 1);
    assert_eq!(buffer.replay("mem-0"), (1, Some("replay_incomplete")));
    buffer.forget(3 * BUFFER_MS);
    assert_eq!((buffer.bytes, buffer.events.len(), buffer.forgotten()), (0, 0, 3));
    // The numbers go on, so that no cursor means another event.
    buffer.push("x", "4", 3 * BUFFER_MS);
    assert_eq!(buffer.replay("mem-3"), (3, None));
}
