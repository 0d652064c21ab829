//! Mail receiver over SMTP.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::{Call, Receiver};

use crate::client::Client;
use crate::settings::{Bounds, Dynamic, Settings};

mod compose;
mod connection;
mod transmit;

use compose::Letter;
use transmit::{Security, Server};

/// The class of failures to send.
const FAILED: &str = "javax.mail.MessagingException";
/// The class of failures to log on.
const LOGIN_FAILED: &str = "javax.mail.AuthenticationFailedException";
/// Milliseconds.
const TIMEOUT: Bounds = Bounds {
    min: 1,
    max: 24 * 60 * 60 * 1_000,
    default: 30_000,
};

/// Prepares mail receivers.
pub(crate) fn prepare(client: Arc<Client>, settings: &mut Settings<'_>) -> Arc<dyn Receiver> {
    if !matches!(settings.text("encrypt.type"), "" | "none") {
        settings.unsupported("encrypt.type", "signing or encrypting mail");
    }
    Arc::new(MailReceiver {
        client,
        server: settings.dynamic("server"),
        security: read_security(settings),
        login: read_login(settings),
        timeout: settings.dynamic("timeout"),
        letter: Letter::read(settings),
    })
}

#[derive(Debug)]
struct MailReceiver {
    client: Arc<Client>,
    server: Dynamic,
    security: Security,
    /// Name of the credential to log on with.
    login: Option<Dynamic>,
    timeout: Dynamic,
    letter: Letter,
}

fn read_security(settings: &mut Settings<'_>) -> Security {
    const KEY: &str = "ssl";
    match settings.text(KEY).to_ascii_lowercase().as_str() {
        "" | "off" => Security::Plain,
        "starttls_optional" => Security::StartTlsIfOffered,
        "starttls_mandatory" => Security::StartTls,
        "smtps" => Security::Tls,
        other => {
            let message =
                format!("{other:?} is none of off, starttls_optional, starttls_mandatory, smtps");
            settings.refuse(KEY, message);
            Security::Tls
        }
    }
}

fn read_login(settings: &mut Settings<'_>) -> Option<Dynamic> {
    const KEY: &str = "auth";
    let method = settings.text(KEY);
    match method.to_ascii_lowercase().as_str() {
        "" | "none" => None,
        "loginplain" => Some(settings.dynamic("user")),
        _ => {
            let message = format!(
                "authentication {method:?} is not supported yet; use loginPlain over smtps or starttls_mandatory"
            );
            settings.refuse(KEY, message);
            None
        }
    }
}

#[async_trait]
impl Receiver for MailReceiver {
    /// Sends a mail. The message stays as it is.
    async fn call(&self, exchange: &mut Exchange, call: &Call<'_>) -> Result<(), StepError> {
        let server = Server::parse(&self.server.word(exchange, call)?, self.security)?;
        let timeout = self.timeout.number(exchange, call, TIMEOUT)?;
        let login = match &self.login {
            Some(name) => Some(call.materials.user(&name.word(exchange, call)?)?),
            None => None,
        };
        let mail = self.letter.compose(exchange, call)?;
        let timeout = Duration::from_millis(timeout);
        transmit::send(&self.client.network, &server, login, &mail, timeout).await
    }
}
