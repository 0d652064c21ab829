//! An HTTP client that sends exactly what it is told to.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Longer than anything here takes; a test that waits this long fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A response as it came over the wire.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    /// All values of the header called `name`.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let matching = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        matching.map(|(_, value)| value.as_str()).collect()
    }

    /// The names of headers that begin with `start`.
    pub(crate) fn names(&self, start: &str) -> Vec<&str> {
        let names = self.headers.iter().map(|(name, _)| name.as_str());
        names.filter(|name| name.starts_with(start)).collect()
    }

    /// The value of the header called `name`.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }
}

impl Response {
    /// All that the caller is told, but for the time and the correlation id.
    pub(crate) fn told(&self) -> (u16, Vec<String>, String) {
        let id = self.header("x-correlation-id").unwrap();
        let lines = self.headers.iter().filter(|(name, _)| name != "date");
        let lines = lines.map(|(name, value)| format!("{name}: {value}").replace(id, "ID"));
        (self.status, lines.collect(), self.body.replace(id, "ID"))
    }
}

/// A connection that can carry several requests.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Whether the answer to the last request has no body.
    head_only: bool,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::open_from(Ipv4Addr::LOCALHOST, address).await
    }

    /// Connects from an address of the loopback network.
    pub(crate) async fn open_from(source: Ipv4Addr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((source, 0).into()).unwrap();
        Self {
            stream: socket.connect(address).await.unwrap(),
            received: Vec::new(),
            head_only: false,
        }
    }

    /// The address that the server sees.
    pub(crate) fn local_address(&self) -> SocketAddr {
        self.stream.local_addr().unwrap()
    }

    /// Sends bytes. The server may have answered and closed already.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.head_only = bytes.as_ref().starts_with(b"HEAD ");
        let _ = timeout(PATIENCE, self.stream.write_all(bytes.as_ref()))
            .await
            .unwrap();
    }

    /// The next response, or `None` when the server closed without one.
    pub(crate) async fn receive(&mut self) -> Option<Response> {
        let head = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break self.received.drain(..end + 4).collect::<Vec<_>>();
            }
            if self.read().await == 0 {
                return None;
            }
        };
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut response = Response {
            status,
            headers,
            body: String::new(),
        };
        let length = response
            .header("content-length")
            .map_or(0, |text| text.parse().unwrap());
        if status != 100 && !self.head_only {
            while self.received.len() < length && self.read().await > 0 {}
            let length = length.min(self.received.len());
            response.body = String::from_utf8(self.received.drain(..length).collect()).unwrap();
        }
        Some(response)
    }

    /// Whether the server has closed the connection, with nothing more to read.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.received.is_empty() && self.read().await == 0
    }

    async fn read(&mut self) -> usize {
        let mut buffer = vec![0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut buffer))
            .await
            .unwrap();
        let count = read.unwrap_or(0);
        self.received.extend_from_slice(&buffer[..count]);
        count
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Sends one request made of a request line, header lines and a body; `Host` and
/// `Content-Length` are added.
pub(crate) async fn call(
    address: SocketAddr,
    line: &str,
    headers: &[String],
    body: &str,
) -> Response {
    let mut connection = Connection::open(address).await;
    connection.send(request(line, headers, body)).await;
    connection.receive().await.unwrap()
}

/// The bytes of a request as [`call`] sends them.
pub(crate) fn request(line: &str, headers: &[String], body: &str) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = match body.len() {
        0 => String::new(),
        length => format!("Content-Length: {length}\r\n"),
    };
    format!("{line} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}")
}
