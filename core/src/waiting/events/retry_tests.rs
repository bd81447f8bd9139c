use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::Instant;

use super::*;
use crate::client::transport::{Body, Transport, TransportError};

/// Each connection brings one event and ends; the first asks to wait for so long.
#[derive(Debug)]
struct Short {
    retry: &'static str,
    opened: std::sync::Mutex<Vec<Instant>>,
}

impl Transport for Short {
    fn send(
        &self,
        _: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        let mut opened = self.opened.lock().unwrap();
        opened.push(Instant::now());
        let retry = if opened.len() == 1 { self.retry } else { "" };
        let text = format!("{retry}id: {0}\nevent: x\ndata: {0}\n\n", opened.len());
        let body = stream::iter([Ok(Bytes::from(text))]).boxed();
        let response = http::Response::builder().header("content-type", "text/event-stream").body(body);
        async { Ok(response.unwrap()) }.boxed()
    }
}

/// How long it took until each connection after the first.
async fn pauses(retry: &'static str, last_event_id: Option<String>) -> Vec<Duration> {
    let short = Arc::new(Short { retry, opened: std::sync::Mutex::default() });
    let builder = DashClaw::builder().base_url("http://127.0.0.1:1").api_key("key").agent_id("a");
    let client = builder.transport(short.clone()).build().unwrap();
    let mut events = client.events(EventOptions { last_event_id, ..EventOptions::default() });
    for _ in 0..3 {
        events.next().await.unwrap().unwrap();
    }
    let opened = short.opened.lock().unwrap();
    opened.windows(2).map(|two| two[1] - two[0]).take(2).collect()
}

#[tokio::test(start_paused = true)]
async fn a_server_says_when_to_come_back_and_need_say_it_once() {
    let seconds = |numbers: [u64; 2]| numbers.map(Duration::from_secs).to_vec();
    for shared in [true, false] {
        let last_event_id = (!shared).then(|| "0".to_owned());
        let pauses = async |retry| pauses(retry, last_event_id.clone()).await;
        assert_eq!(pauses("retry: 5000\n").await, seconds([5, 5]), "{shared}");
        // Nobody is sent away for ever.
        assert_eq!(pauses("retry: 18446744073709551615\n").await, seconds([60, 60]), "{shared}");
        let own = pauses("").await;
        assert!(own[0] < Duration::from_secs(5), "{own:?}");
        assert_eq!(pauses("retry: 99999999999999999999999999\n").await, own, "{shared}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_more_fail_the_longer_it_takes_whatever_the_server_asked_for() {
    let took = async |failures, asked| {
        let begun = Instant::now();
        pause(failures, asked).await;
        begun.elapsed()
    };
    assert!(took(5, Some(Duration::from_millis(10))).await >= took(5, None).await);
    assert!(took(5, None).await > took(0, None).await);
    assert_eq!(took(5, Some(Duration::from_secs(50))).await, Duration::from_secs(50));
}
