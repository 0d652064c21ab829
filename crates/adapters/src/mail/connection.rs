//! Opens connections to SMTP servers: plain, TLS from the first byte, or TLS by STARTTLS.
//!
//! STARTTLS is done here rather than by the SMTP client, because of what must hold at that moment:
//! nothing that arrived in clear text may be believed afterwards, or somebody on the line could
//! answer in the server's name.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    ReadBuf,
};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::transmit::{Security, Server};
use crate::net::{Failure, Network};

/// Bytes of a server's reply before encryption.
const REPLY_BYTES_MAX: u64 = 16 * 1024;
/// Shown to the SMTP client, which expects a greeting, when the server's has been read already.
const GREETING: &[u8] = b"220 \r\n";

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unopened {
    #[error(transparent)]
    Network(#[from] Failure),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the server answered {0:?}")]
    Refused(String),
    #[error("the server does not offer STARTTLS, which the channel demands")]
    NotOffered,
    #[error("the server sent data ahead of encryption, which an intruder may have written")]
    Injected,
}

/// A connection on which the SMTP client can begin.
#[derive(Debug)]
pub(super) struct Connection {
    /// What is still to be read before the stream itself.
    pending: &'static [u8],
    stream: Stream,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    /// Connects to `server` with the encryption it is to have.
    pub(super) async fn open(
        network: &Network,
        server: &Server,
        hello: &ClientId,
    ) -> Result<Self, Unopened> {
        let tcp = network.connect(&server.host, server.port).await?;
        let (stream, pending): (_, &[u8]) = match server.security {
            Security::Plain => (Stream::Plain(tcp), b""),
            Security::Tls => (encrypted(network, server, tcp).await?, b""),
            Security::StartTls | Security::StartTlsIfOffered => {
                (start_tls(network, server, tcp, hello).await?, GREETING)
            }
        };
        Ok(Self { pending, stream })
    }
}

async fn encrypted(network: &Network, server: &Server, tcp: TcpStream) -> Result<Stream, Failure> {
    let tls = network.encrypt(&server.host, tcp).await?;
    Ok(Stream::Tls(Box::new(tls)))
}

async fn start_tls(
    network: &Network,
    server: &Server,
    tcp: TcpStream,
    hello: &ClientId,
) -> Result<Stream, Unopened> {
    let mut line = BufReader::new(tcp);
    expect(&mut line, "220").await?;
    line.write_all(format!("EHLO {hello}\r\n").as_bytes())
        .await?;
    let offers = expect(&mut line, "250").await?;
    let offered = offers.lines().any(|offer| {
        offer
            .get(4..)
            .is_some_and(|o| o.trim().eq_ignore_ascii_case("STARTTLS"))
    });
    if !offered {
        return match server.security {
            Security::StartTls => Err(Unopened::NotOffered),
            _ => Ok(Stream::Plain(line.into_inner())),
        };
    }
    line.write_all(b"STARTTLS\r\n").await?;
    expect(&mut line, "220").await?;
    if !line.buffer().is_empty() {
        return Err(Unopened::Injected);
    }
    Ok(encrypted(network, server, line.into_inner()).await?)
}

/// Reads a reply and checks its code.
async fn expect(stream: &mut BufReader<TcpStream>, code: &str) -> Result<String, Unopened> {
    let mut reply = String::new();
    let mut limited = stream.take(REPLY_BYTES_MAX);
    loop {
        let start = reply.len();
        limited.read_line(&mut reply).await?;
        let line = &reply[start..];
        if !line.ends_with('\n') {
            let cut = io::Error::new(io::ErrorKind::UnexpectedEof, "the reply was cut off");
            return Err(cut.into());
        }
        // A line with a dash behind the code is followed by another.
        if line.as_bytes().get(3) != Some(&b'-') {
            return match line.starts_with(code) {
                true => Ok(reply),
                false => Err(Unopened::Refused(reply.trim_end().to_owned())),
            };
        }
    }
}

impl AsyncTokioStream for Connection {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.stream {
            Stream::Plain(stream) => stream.peer_addr(),
            Stream::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.pending.is_empty() {
            let (now, later) = self
                .pending
                .split_at(self.pending.len().min(buffer.remaining()));
            buffer.put_slice(now);
            self.pending = later;
            return Poll::Ready(Ok(()));
        }
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
