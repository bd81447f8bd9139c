use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;
use crate::{CallOptions, Response};

const PATIENCE: Duration = Duration::from_secs(10);
const ANSWER: &str = r#"{"success":true,"action":{"action_id":"act_1","status":"running"}}"#;

/// A client of a listener.
fn client(listener: &TcpListener) -> DashClaw {
    let url = format!("http://{}", listener.local_addr().unwrap());
    DashClaw::builder().base_url(url).api_key("key").agent_id("agent-1").max_retries(0).build().unwrap()
}

fn lane(client: &DashClaw) -> Option<Lane> {
    match client.carrier("approve_action").unwrap() {
        Carrier::Lane(lane) => Some(lane),
        _ => None,
    }
}

/// A write that is never repeated: were it sent over a dead connection, its outcome would be unknown.
fn begin(lane: &Lane) -> Carried<Response> {
    let client = lane.client().clone();
    let call = async move {
        let arguments = br#"{"action_id":"act_1","decision":"allow"}"#;
        client.call("approve_action", arguments, &CallOptions::default()).await
    };
    lane.begin(call).unwrap()
}

fn write(client: &DashClaw) -> Result<Response> {
    let lane = lane(client).expect("a lane is free");
    lane.drive(pin!(begin(&lane)), PATIENCE).expect("the call hangs")
}

/// Answers one request; not at the end of the connection.
fn answer(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !request.ends_with(b"}") {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return false,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", ANSWER.len());
    stream.write_all((head + ANSWER).as_bytes()).is_ok()
}

/// Answers every request, and tells of each connection when it ends how many it had.
fn serve(listener: TcpListener) -> Receiver<usize> {
    let (tell, ended) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, tell) = (stream.unwrap(), tell.clone());
            thread::spawn(move || {
                let mut answered = 0;
                while answer(&mut stream) {
                    answered += 1;
                }
                let _ = tell.send(answered);
            });
        }
    });
    ended
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

#[test]
fn calls_of_one_thread_after_the_other_take_one_connection_which_ends_with_the_client() {
    let listener = listener();
    let client = client(&listener);
    let ended = serve(listener);
    for _ in 0..50 {
        write(&client).unwrap();
    }
    client.close();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(50));
    assert!(lane(&client).is_none(), "a closed client opens none");
    assert!(ended.recv_timeout(Duration::from_millis(100)).is_err(), "there was another connection");
}

#[test]
fn what_the_server_closed_meanwhile_is_not_written_to() {
    let listener = listener();
    let client = client(&listener);
    let (returned, returns) = channel();
    let (closed, closings) = channel();
    let serve = thread::spawn(move || {
        for stream in listener.incoming().take(20) {
            let mut stream = stream.unwrap();
            assert!(answer(&mut stream));
            // Nobody drives the connection any more when it ends.
            returns.recv_timeout(PATIENCE).unwrap();
            drop(stream);
            closed.send(()).unwrap();
        }
    });
    for _ in 0..20 {
        write(&client).unwrap();
        returned.send(()).unwrap();
        closings.recv_timeout(PATIENCE).unwrap();
    }
    serve.join().unwrap();
}

#[test]
fn a_few_calls_go_over_lanes_and_many_over_the_runtime() {
    let listener = listener();
    let client = client(&listener);
    let ended = serve(listener);
    for _ in 0..3 {
        let carriers: Vec<_> = (0..FEW + 4).map(|_| client.carrier("approve_action").unwrap()).collect();
        let (few, many) = carriers.split_at(FEW);
        assert!(few.iter().all(|carrier| matches!(carrier, Carrier::Lane(_))), "{carriers:?}");
        assert!(many.iter().all(|carrier| matches!(carrier, Carrier::Runtime(_))), "{carriers:?}");
    }
    write(&client).unwrap();
    client.close();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(1));
}

#[test]
fn what_goes_on_without_its_caller_takes_no_lane() {
    let listener = listener();
    let client = client(&listener);
    assert!(matches!(client.carrier("create_action"), Ok(Carrier::Lane(_))));
    assert!(client.carrier("no such operation").is_err());
    let waits = DashClaw::builder()
        .base_url(format!("http://{}", listener.local_addr().unwrap()))
        .api_key("key")
        .agent_id("agent-1")
        .hitl_mode(crate::client::options::HitlMode::Wait)
        .build()
        .unwrap();
    assert!(matches!(waits.carrier("create_action"), Ok(Carrier::Both)));
    assert!(matches!(waits.carrier("guard"), Ok(Carrier::Lane(_))));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { assert!(lane(&client).is_none(), "this thread is asynchronous") });
}

#[test]
fn a_call_that_is_given_up_leaves_its_lane_fit_for_use() {
    let listener = listener();
    let client = client(&listener);
    let lane = lane(&client).unwrap();
    assert!(lane.drive(pin!(begin(&lane)), Duration::from_millis(50)).is_none(), "nobody answers");
    drop(lane);
    let (mut unanswered, _) = listener.accept().unwrap();
    let ended = serve(listener);
    write(&client).unwrap();
    unanswered.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut rest = Vec::new();
    unanswered.read_to_end(&mut rest).expect("the connection of the call stays open");
    client.close();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(1));
}
