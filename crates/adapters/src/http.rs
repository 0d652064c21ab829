//! HTTP receiver.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::{Call, Receiver};

use crate::authentication::Authentication;
use crate::client::{self, Client};
use crate::cookies::Cookies;
use crate::headers::{self, HeaderList};
use crate::net::Outgoing;
use crate::settings::{Bounds, Dynamic, Settings};

mod retry;
mod target;

use retry::Retries;
use target::Target;

/// The class flows test for after a failed call.
const FAILED: &str = "org.apache.camel.component.ahc.AhcOperationFailedException";
/// Milliseconds.
const TIMEOUT: Bounds = Bounds {
    min: 1,
    max: 24 * 60 * 60 * 1_000,
    default: 60_000,
};

/// Prepares HTTP receivers.
pub(crate) fn prepare(client: Arc<Client>, settings: &mut Settings<'_>) -> Arc<dyn Receiver> {
    Arc::new(HttpReceiver {
        client,
        target: Target::read(settings),
        method: read_method(settings),
        always_send_body: settings.flag("httpShouldSendBody", false),
        authentication: Authentication::read(settings, "authenticationMethod", "credentialName"),
        timeout: settings.dynamic("httpRequestTimeout"),
        request_headers: settings.dynamic_if_present("allowedRequestHeaders"),
        response_headers: settings.dynamic_if_present("allowedResponseHeaders"),
        throw_on_failure: settings.flag("throwExceptionOnFailure", true),
        retries: Retries::read(settings),
    })
}

#[derive(Debug)]
struct HttpReceiver {
    client: Arc<Client>,
    target: Target,
    method: HttpMethod,
    always_send_body: bool,
    authentication: Authentication,
    timeout: Dynamic,
    /// Absent, as in old versions of the adapter: all headers.
    request_headers: Option<Dynamic>,
    response_headers: Option<Dynamic>,
    throw_on_failure: bool,
    retries: Option<Retries>,
}

#[derive(Debug)]
enum HttpMethod {
    Fixed(Method),
    Evaluated(Dynamic),
}

fn read_method(settings: &mut Settings<'_>) -> HttpMethod {
    const KEY: &str = "httpMethod";
    let fixed = match settings.text(KEY).to_ascii_uppercase().as_str() {
        "DYNAMIC" => return HttpMethod::Evaluated(settings.dynamic("methodSourceExpression")),
        "" | "POST" => Method::POST,
        "GET" => Method::GET,
        "PUT" => Method::PUT,
        "HEAD" => Method::HEAD,
        "DELETE" => Method::DELETE,
        "PATCH" => Method::PATCH,
        other => {
            settings.refuse(
                KEY,
                format!("{other:?} is none of GET, POST, PUT, PATCH, DELETE, HEAD, DYNAMIC"),
            );
            Method::POST
        }
    };
    HttpMethod::Fixed(fixed)
}

#[async_trait]
impl Receiver for HttpReceiver {
    async fn call(&self, exchange: &mut Exchange, call: &Call<'_>) -> Result<(), StepError> {
        let request = self.request(exchange, call)?;
        let cookies = call.session.get::<Cookies>();
        let message = (&*exchange, call);
        let attempt = || {
            self.client
                .send(&request, &self.authentication, message, &cookies)
        };
        let answer = match &self.retries {
            Some(retries) => {
                let policy = retries.policy(&request.method, exchange, call)?;
                let policy = match self.client.network.mocks() {
                    Some(_) => policy.hurried(),
                    None => policy,
                };
                retry::run(&policy, call.clock, attempt).await
            }
            None => attempt().await,
        }?;
        client::tell(exchange, "HTTP", &request, &answer);
        if !answer.status.is_success() && self.throw_on_failure {
            client::set_status(exchange, &answer);
            let message = format!(
                "HTTP operation failed invoking {} with statusCode: {}",
                request.url,
                answer.status.as_u16()
            );
            let failed = client::failed(&request, &answer);
            return Err(StepError::of_class(FAILED, message).with_response(failed));
        }
        let list = list(self.response_headers.as_ref(), exchange, call)?;
        client::take_answer(exchange, &answer, &list, answer.body.clone());
        Ok(())
    }
}

impl HttpReceiver {
    fn request(&self, exchange: &Exchange, call: &Call<'_>) -> Result<Outgoing, StepError> {
        let method = self.method(exchange, call)?;
        let sends_body =
            self.always_send_body || matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let allowed = list(self.request_headers.as_ref(), exchange, call)?;
        let mut headers = headers::outgoing(exchange, &allowed)?;
        let mut body = None;
        if sends_body {
            body = Some(exchange.body_bytes()?);
            if let Some(content_type) = headers::content_type(exchange)? {
                headers.insert(http::header::CONTENT_TYPE, content_type);
            }
        }
        let timeout = self.timeout.number(exchange, call, TIMEOUT)?;
        Ok(Outgoing {
            method,
            url: self.target.url(exchange, call)?,
            headers,
            body,
            timeout: Duration::from_millis(timeout),
        })
    }

    fn method(&self, exchange: &Exchange, call: &Call<'_>) -> Result<Method, StepError> {
        let expression = match &self.method {
            HttpMethod::Fixed(method) => return Ok(method.clone()),
            HttpMethod::Evaluated(expression) => expression,
        };
        let name = expression.word(exchange, call)?.to_ascii_uppercase();
        if name.is_empty() {
            return Ok(Method::POST);
        }
        let method = Method::from_bytes(name.as_bytes()).ok();
        // These two open a tunnel or ask the peer to repeat what it was sent, credentials included.
        let method = method.filter(|method| !matches!(*method, Method::CONNECT | Method::TRACE));
        method.ok_or_else(|| {
            StepError::new(format!(
                "Setting \"methodSourceExpression\" gives {name:?}, which is not an HTTP method to call with."
            ))
        })
    }
}

fn list(
    setting: Option<&Dynamic>,
    exchange: &Exchange,
    call: &Call<'_>,
) -> Result<HeaderList, StepError> {
    match setting {
        None => Ok(HeaderList::All),
        Some(names) => Ok(HeaderList::parse(&names.text(exchange, call)?)),
    }
}
