use tokio::time::{advance, timeout};

use super::*;

const HEAD: Duration = Duration::from_secs(20);
const IDLE: Duration = Duration::from_secs(120);
const LIMITS: Limits = Limits { connections: 1, head: HEAD, idle: IDLE, write: IDLE };

/// Whether the line is overdue before so much time has passed.
async fn is_overdue_within(line: &Line, time: Duration) -> bool {
    timeout(time, line.overdue(LIMITS)).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_take_longer_than_a_pause() {
    let line = Arc::new(Line::new());
    let busy = Line::begin(&line, Version::HTTP_11);
    assert!(!is_overdue_within(&line, 100 * IDLE).await);
    drop(busy);
    // The pause begins with the end of the answer.
    assert!(!is_overdue_within(&line, IDLE / 2).await);
    assert!(is_overdue_within(&line, IDLE).await);
}

#[tokio::test(start_paused = true)]
async fn it_rests_only_when_all_its_answers_have_ended() {
    let line = Arc::new(Line::new());
    let (first, second) = (Line::begin(&line, Version::HTTP_2), Line::begin(&line, Version::HTTP_2));
    drop(first);
    assert!(line.at_rest().is_none() && !is_overdue_within(&line, 100 * IDLE).await);
    drop(second);
    assert!(line.at_rest().is_some() && is_overdue_within(&line, 2 * IDLE).await);
}

#[tokio::test(start_paused = true)]
async fn bytes_on_a_shared_connection_begin_no_head() {
    for (version, cut) in [(Version::HTTP_11, true), (Version::HTTP_2, false)] {
        let line = Arc::new(Line::new());
        drop(Line::begin(&line, version));
        advance(HEAD).await;
        line.heard();
        assert_eq!(is_overdue_within(&line, 2 * HEAD).await, cut, "{version:?}");
        assert!(is_overdue_within(&line, IDLE).await, "{version:?}");
    }
}
