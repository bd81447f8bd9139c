//! What a call that was given up leaves behind: nothing that a later one hears or waits for.

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::tls_server::{acceptor, client, guard, serve, serve_by, text};
use crate::{CallOptions, DashClaw, ErrorKind, Response, Result};

const BODY: &str = r#"{"action":{"action_id":"act_1","n":"right"}}"#;
/// An answer that no call may ever get: it belongs to one that was given up.
const STRAY: &str = r#"{"action":{"action_id":"act_1","n":"stray"}}"#;

async fn get(client: &DashClaw, cancel: &CancellationToken) -> Result<Response> {
    let options = CallOptions { cancel: Some(cancel.clone()), ..CallOptions::default() };
    client.call("get_action", br#"{"action_id":"act_1"}"#, &options).await
}

async fn request(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    true
}

fn whole(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn no_call_hears_what_one_that_was_given_up_was_answered() {
    // How much of its answer is there when the call is given up: nothing, half the head, the head, half the body.
    let answer = whole(BODY);
    for cut in [0, 12, answer.len() - BODY.len(), answer.len() - 9] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client =
            DashClaw::builder().base_url(url).api_key("key").agent_id("a").max_retries(0).build().unwrap();
        let (cancel, gone) = (CancellationToken::new(), CancellationToken::new());
        let (answer, nobody) = (answer.clone(), gone.clone());
        let (asked, came) = tokio::sync::oneshot::channel();
        let server = async move {
            let (mut first, _) = listener.accept().await.unwrap();
            request(&mut first).await;
            first.write_all(&answer.as_bytes()[..cut]).await.unwrap();
            asked.send(()).unwrap();
            nobody.cancelled().await;
            // The rest of it, and more than that, comes when nobody wants it any more.
            let _ = first.write_all(&answer.as_bytes()[cut..]).await;
            let _ = first.write_all(whole(STRAY).as_bytes()).await;
            let serve = |mut stream: TcpStream| async move {
                while request(&mut stream).await {
                    if stream.write_all(whole(BODY).as_bytes()).await.is_err() {
                        return;
                    }
                }
            };
            let others = async {
                loop {
                    tokio::spawn(serve(listener.accept().await.unwrap().0));
                }
            };
            tokio::join!(serve(first), others)
        };
        let calls = async {
            let give_up = async {
                came.await.unwrap();
                // What has come so far is read first.
                tokio::task::yield_now().await;
                cancel.cancel();
            };
            let (first, ()) = tokio::join!(get(&client, &cancel), give_up);
            assert_eq!(first.unwrap_err().kind(), ErrorKind::Cancelled, "{cut}");
            gone.cancel();
            for _ in 0..20 {
                let later = get(&client, &CancellationToken::new()).await.unwrap();
                assert_eq!(later.body, BODY, "{cut}");
            }
        };
        tokio::select! {
            () = calls => {}
            ((), ()) = server => unreachable!("it serves for ever"),
        }
    }
}

#[tokio::test]
async fn calls_that_were_given_up_leave_their_http2_connection_to_the_others() {
    let (address, authority) = serve(&[b"h2"]).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    let first = guard(&client).await.unwrap();
    // Ten times the streams that a connection has at a time, given up at every moment.
    for patience in 0..1000 {
        let mut call = Box::pin(guard(&client));
        for _ in 0..patience % 10 {
            if futures_util::poll!(&mut call).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    for decision in join_all((0..20).map(|_| guard(&client))).await {
        assert_eq!(decision.unwrap().warnings, first.warnings, "another connection");
    }
}

#[tokio::test]
async fn what_was_not_read_of_an_answer_takes_no_room_from_the_next() {
    const HUGE: usize = 1 << 20;
    let (acceptor, authority) = acceptor(&[b"h2"]);
    let address = serve_by(acceptor, |request, _| {
        let huge = request.uri().path() == "/api/health";
        std::future::ready(text(if huge { "x".repeat(HUGE) } else { BODY.to_owned() }))
    })
    .await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    for _ in 0..64 {
        let request = client.bare_request("/api/health").unwrap();
        let Ok(answer) = client.transport().unwrap().send(request).await else { panic!("no answer") };
        drop(answer);
    }
    get(&client, &CancellationToken::new()).await.unwrap();
}

#[tokio::test]
async fn one_that_is_given_up_while_it_connects_holds_up_no_other() {
    let (acceptor, authority) = acceptor(&[b"h2", b"http/1.1"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap()).ca_bundle_pem(authority).build().unwrap();
    let cancel = CancellationToken::new();
    let server = async {
        let (silent, _) = listener.accept().await.unwrap();
        cancel.cancel();
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        let mut preface = [0; 24];
        stream.read_exact(&mut preface).await.unwrap();
        drop(silent);
    };
    let calls = async {
        assert_eq!(get(&client, &cancel).await.unwrap_err().kind(), ErrorKind::Cancelled);
        get(&client, &CancellationToken::new()).await
    };
    tokio::select! {
        () = server => {}
        answer = calls => panic!("no answer is given: {answer:?}"),
    }
}
