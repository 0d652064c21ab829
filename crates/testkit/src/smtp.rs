//! An SMTP sink: takes mail over plain, STARTTLS or TLS connections and keeps it.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::listener::Listener;

mod mime;
mod session;

pub use mime::Part;

/// Mails that are kept; older ones are forgotten.
const MAILS_KEPT: usize = 1_000;

/// How a sink behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Encryption.
    pub security: Security,
    /// Who may send; absent lets everybody send and offers no AUTH.
    pub login: Option<Login>,
    /// AUTH mechanisms offered, as they stand in the EHLO answer.
    pub mechanisms: &'static str,
    /// Largest message in bytes.
    pub message_bytes_max: usize,
    /// A recipient that is refused.
    pub unknown_recipient: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            security: Security::Plain,
            login: None,
            mechanisms: "PLAIN LOGIN",
            message_bytes_max: 32 * 1024 * 1024,
            unknown_recipient: None,
        }
    }
}

/// How connections are encrypted.
#[derive(Clone, Debug)]
pub enum Security {
    /// Not at all.
    Plain,
    /// When the client asks for it.
    StartTls(Arc<ServerConfig>),
    /// From the first byte.
    Tls(Arc<ServerConfig>),
}

/// The one account of a sink.
#[derive(Clone, Debug)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients, those of blind copies included.
    pub to: Vec<String>,
    /// The user who was logged in.
    pub user: Option<String>,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// Header and body as transmitted, with dot-stuffing removed.
    pub raw: Bytes,
}

impl Mail {
    /// A header, unfolded and decoded.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.content().header(name)
    }

    /// The text of the first part that is not a container.
    #[must_use]
    pub fn text(&self) -> String {
        self.leaves().first().map(Part::text).unwrap_or_default()
    }

    /// All parts that are not containers, in order: the text first, then attachments.
    #[must_use]
    pub fn leaves(&self) -> Vec<Part> {
        self.content().leaves()
    }

    fn content(&self) -> Part {
        Part::parse(&self.raw)
    }
}

/// A running sink. Dropping it closes the port.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    mails: Arc<Mailbox>,
}

/// The mails of a sink.
#[derive(Debug, Default)]
struct Mailbox(Mutex<VecDeque<Mail>>);

impl Mailbox {
    fn put(&self, mail: Mail) {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if mails.len() == MAILS_KEPT {
            mails.pop_front();
        }
        mails.push_back(mail);
    }
}

impl Server {
    /// Takes mail on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(options: Options) -> io::Result<Self> {
        let (options, mails) = (Arc::new(options), Arc::<Mailbox>::default());
        let mailbox = Arc::clone(&mails);
        let listener = Listener::start(move |stream| {
            serve(stream, Arc::clone(&options), Arc::clone(&mailbox))
        })
        .await?;
        Ok(Self { listener, mails })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The most recent mails, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        let mails = self.mails.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().cloned().collect()
    }
}

/// A client that breaks off is nothing a sink has to report.
async fn serve(stream: TcpStream, options: Arc<Options>, mails: Arc<Mailbox>) {
    let _ = match &options.security {
        Security::Plain => session::run(stream, &options, &mails, false, true)
            .await
            .map(drop),
        Security::Tls(config) => match TlsAcceptor::from(Arc::clone(config)).accept(stream).await {
            Ok(stream) => session::run(stream, &options, &mails, true, true)
                .await
                .map(drop),
            Err(error) => Err(error),
        },
        Security::StartTls(config) => {
            match session::run(stream, &options, &mails, false, true).await {
                Ok(Some(stream)) => {
                    match TlsAcceptor::from(Arc::clone(config)).accept(stream).await {
                        Ok(stream) => session::run(stream, &options, &mails, true, false)
                            .await
                            .map(drop),
                        Err(error) => Err(error),
                    }
                }
                other => other.map(drop),
            }
        }
    };
}
