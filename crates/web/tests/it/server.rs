//! Limits of connections.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use lockgate_core::limits;
use lockgate_web::body::{self, BodyError};
use lockgate_web::caller::Arrival;
use lockgate_web::server::Patience;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use crate::support::{TestServer, read_to_end, status};

/// Answers with the length of the body it read, at most 1000 bytes.
async fn measure(request: Request<Incoming>, _: Arrival) -> Response<Full<Bytes>> {
    let (status, text) = match body::read(request.into_body(), 1000).await {
        Ok(body) => (StatusCode::OK, body.len().to_string()),
        Err(BodyError::TooLarge { .. }) => (StatusCode::PAYLOAD_TOO_LARGE, String::new()),
        Err(_) => (StatusCode::BAD_REQUEST, String::new()),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}

fn get(extra: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{extra}\r\n")
}

#[tokio::test]
async fn header_blocks_are_bounded_and_other_protocols_not_spoken() {
    let server = TestServer::start(measure, Patience::default()).await;
    let many: String = (0..=limits::HEADER_FIELDS)
        .map(|n| format!("x{n}: 1\r\n"))
        .collect();
    let cases = [
        (get(""), "200"),
        (get(&many), "431"),
        (
            get(&format!("x: {}\r\n", "y".repeat(limits::HEADER_BLOCK))),
            "431",
        ),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "closed"),
    ];
    for (request, expected) in cases {
        let answer = server.exchange(&request).await;
        assert_eq!(status(&answer), expected, "{:.60}", request);
    }
}

/// T61: framing that two parsers could read differently.
#[tokio::test]
async fn ambiguous_framing_is_refused() {
    let server = TestServer::start(measure, Patience::default()).await;
    let post = |headers: &str| {
        format!("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n0\r\n\r\n")
    };
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X-Folded: a\r\n b\r\n",
    ] {
        let answer = server.exchange(post(headers)).await;
        assert_eq!(status(&answer), "400", "{headers:?}: {answer}");
    }
}

/// T61: with both framings chunks decide and the connection ends, so what an intermediary may have
/// taken for a second request is never answered.
#[tokio::test]
async fn length_and_chunks_together_end_the_connection() {
    let server = TestServer::start(measure, Patience::default()).await;
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ] {
        let hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\n{framing}\r\n0\r\n\r\n{hidden}");
        let answer = server.exchange(request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn bodies_are_bounded_with_and_without_a_length() {
    let server = TestServer::start(measure, Patience::default()).await;
    let sized = |n: usize| {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        format!("{head}Content-Length: {n}\r\n\r\n{}", "x".repeat(n))
    };
    let chunked = |n: usize| {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500));
        format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
            chunk.repeat(n)
        )
    };
    for (request, expected) in [
        (sized(1000), "200"),
        (sized(1001), "413"),
        (chunked(2), "200"),
        (chunked(3), "413"),
    ] {
        assert_eq!(status(&server.exchange(request).await), expected);
    }
    assert!(server.exchange(chunked(2)).await.ends_with("1000"));
    let broken = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    assert_eq!(status(&server.exchange(broken).await), "400");
}

/// T64: the time for a header block is bounded however slowly it trickles.
#[tokio::test]
async fn a_trickling_header_block_ends_the_connection() {
    let patience = Patience {
        header: Duration::from_millis(200),
        ..Patience::default()
    };
    let server = TestServer::start(measure, patience).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost").await.unwrap();
    assert_eq!(read_to_end(&mut stream).await, "");
}

/// A body that is asked for by `100 Continue` takes its own time, not that of a header block.
#[tokio::test]
async fn a_body_after_100_continue_outlives_the_patience_for_headers() {
    let patience = Patience {
        header: Duration::from_millis(50),
        ..Patience::default()
    };
    let server = TestServer::start(measure, patience).await;
    let mut stream = server.connect().await;
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n";
    let head = format!("{head}Content-Length: 3\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut pause = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..3 {
        pause.tick().await;
        stream.write_all(b"x").await.unwrap();
    }
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 100 Continue"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n3"), "{answer}");
}

/// T64: a client that does not take its answer cannot hold the server up.
#[tokio::test]
async fn an_answer_nobody_reads_ends_the_connection() {
    let (started, patience) = (
        Arc::new(Notify::new()),
        Patience {
            write: Duration::from_millis(100),
            ..Patience::default()
        },
    );
    let handler = {
        let started = Arc::clone(&started);
        move |_: Request<Incoming>, _: Arrival| {
            started.notify_one();
            async { Response::new(Full::from(vec![0; 64 * 1024 * 1024])) }
        }
    };
    let server = TestServer::start(handler, patience).await;
    let mut deaf = server.connect().await;
    deaf.write_all(get("").as_bytes()).await.unwrap();
    started.notified().await;
    server.stop.cancel();
    let stopped = tokio::time::timeout(patience.grace / 2, server.task).await;
    stopped.expect("well before the grace period ends").unwrap();
}

#[tokio::test]
async fn an_idle_connection_outlives_the_patience_for_headers() {
    let patience = Patience {
        header: Duration::from_millis(50),
        idle: Duration::from_secs(2),
        ..Patience::default()
    };
    let server = TestServer::start(measure, patience).await;
    let mut stream = server.connect().await;
    let mut idle = tokio::time::interval(Duration::from_millis(150));
    idle.tick().await;
    for _ in 0..2 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        idle.tick().await;
    }
    stream.write_all(get("").as_bytes()).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert_eq!(answer.matches("200 OK").count(), 3, "{answer}");
}

#[tokio::test]
async fn stopping_lets_running_requests_finish() {
    let (started, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (started, release) = (Arc::clone(&started), Arc::clone(&release));
        move |_: Request<Incoming>, _: Arrival| {
            let (started, release) = (Arc::clone(&started), Arc::clone(&release));
            async move {
                started.notify_one();
                release.notified().await;
                Response::new(Full::<Bytes>::from("done"))
            }
        }
    };
    let server = TestServer::start(handler, Patience::default()).await;
    let mut running = server.connect().await;
    running
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    started.notified().await;
    server.stop.cancel();
    release.notify_one();
    assert!(read_to_end(&mut running).await.ends_with("done"));
    server.task.await.unwrap();
    assert!(
        tokio::net::TcpStream::connect(server.address)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_grace_period_ends() {
    let started = Arc::new(Notify::new());
    let handler = {
        let started = Arc::clone(&started);
        move |_: Request<Incoming>, _: Arrival| {
            let started = Arc::clone(&started);
            async move {
                started.notify_one();
                std::future::pending::<Response<http_body_util::Empty<Bytes>>>().await
            }
        }
    };
    let patience = Patience {
        grace: Duration::from_millis(50),
        ..Patience::default()
    };
    let server = TestServer::start(handler, patience).await;
    let mut stuck = server.connect().await;
    stuck
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    started.notified().await;
    server.stop.cancel();
    server.task.await.unwrap();
    assert_eq!(read_to_end(&mut stuck).await, "");
}
