//! Hands a mail to an SMTP server.

use std::fmt;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lockgate_engine::error::StepError;
use lockgate_engine::material::UserCredential;

use super::connection::{Connection, Unopened};
use super::{FAILED, LOGIN_FAILED};
use crate::mock::{Mail, Mocked};
use crate::net::Network;

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all.
    Plain,
    /// By STARTTLS, if the server offers it.
    StartTlsIfOffered,
    /// By STARTTLS, or nothing is sent.
    StartTls,
    /// From the first byte.
    Tls,
}

/// Where mails go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

impl Server {
    /// Reads `host` or `host:port`.
    pub(super) fn parse(text: &str, security: Security) -> Result<Self, StepError> {
        let default = match security {
            Security::Plain => 25,
            Security::StartTlsIfOffered | Security::StartTls => 587,
            Security::Tls => 465,
        };
        let (host, port) = match text.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()),
            _ => (text, Some(default)),
        };
        match port {
            Some(port) if !host.is_empty() && !host.contains(char::is_whitespace) => Ok(Self {
                host: host.to_owned(),
                port,
                security,
            }),
            _ => Err(StepError::of_class(
                FAILED,
                format!(
                    "Setting \"server\" must be the mail server's host or host:port, not {text:?}."
                ),
            )),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Sends a mail. `timeout` bounds each stage: connecting, logging on, handing over.
pub(super) async fn send(
    network: &Network,
    server: &Server,
    login: Option<&UserCredential>,
    mail: &Message,
    timeout: Duration,
) -> Result<(), StepError> {
    let stage = Stage { server, timeout };
    if let Some(mocked) = network.mocks() {
        let delivered = deliver(mocked, server, login, mail, timeout);
        return stage.run("connect to", async { delivered }).await;
    }
    let connect = connect(network, server);
    let mut connection = stage.run("connect to", connect).await?;
    if let Some(user) = login {
        let credentials = Credentials::new(user.user.clone(), user.password.expose().clone());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let login = async { Ok(connection.auth(&mechanisms, &credentials).await?) };
        let logged_on = stage.run("log on to", login).await;
        logged_on.map_err(|error| StepError {
            class: LOGIN_FAILED,
            ..error
        })?;
    }
    let content = mail.formatted();
    let hand_over = async { Ok(connection.send(mail.envelope(), &content).await?) };
    stage.run("send to", hand_over).await?;
    // The mail is delivered; how the server says goodbye changes nothing.
    let _ = tokio::time::timeout(timeout, connection.quit()).await;
    Ok(())
}

/// Hands a mail to the mocks.
fn deliver(
    mocked: &Mocked,
    server: &Server,
    login: Option<&UserCredential>,
    mail: &Message,
    timeout: Duration,
) -> Result<(), Trouble> {
    let envelope = mail.envelope();
    let target = server.to_string();
    let mail = Mail {
        server: target.clone(),
        user: login.map(|login| login.user.clone()),
        from: envelope.from().map(ToString::to_string).unwrap_or_default(),
        to: envelope.to().iter().map(ToString::to_string).collect(),
        content: mail.formatted(),
    };
    let delivered = mocked.mocks.deliver(&mocked.channel, mail);
    delivered.map_err(|no| Trouble::Unopened(no.at(target, timeout).into()))
}

async fn connect(network: &Network, server: &Server) -> Result<AsyncSmtpConnection, Trouble> {
    let hello = ClientId::default();
    let stream = Connection::open(network, server, &hello).await?;
    Ok(AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?)
}

/// What can go wrong in a stage.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Unopened(#[from] Unopened),
    #[error(transparent)]
    Smtp(#[from] SmtpError),
}

/// Runs the stages of a delivery and names them in errors.
struct Stage<'a> {
    server: &'a Server,
    timeout: Duration,
}

impl Stage<'_> {
    async fn run<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, StepError> {
        let reason = match tokio::time::timeout(self.timeout, work).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(trouble)) => trouble.to_string(),
            Err(_) => format!("no answer within {} ms", self.timeout.as_millis()),
        };
        let server = self.server;
        let message = format!("The mail was not sent: could not {what} {server}: {reason}");
        Err(StepError::of_class(FAILED, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_have_the_port_of_their_encryption() {
        let cases = [
            ("mail.x.org", Security::Plain, "mail.x.org:25"),
            ("mail.x.org", Security::StartTls, "mail.x.org:587"),
            ("mail.x.org", Security::StartTlsIfOffered, "mail.x.org:587"),
            ("mail.x.org", Security::Tls, "mail.x.org:465"),
            ("mail.x.org:2525", Security::Tls, "mail.x.org:2525"),
            ("[::1]:2525", Security::Plain, "[::1]:2525"),
            ("[::1]", Security::Plain, "[::1]:25"),
        ];
        for (text, security, expected) in cases {
            let server = Server::parse(text, security).unwrap();
            assert_eq!(server.to_string(), expected);
        }
        for text in ["", ":25", "host:port", "host:99999", "a b"] {
            assert!(Server::parse(text, Security::Plain).is_err(), "{text:?}");
        }
    }
}
