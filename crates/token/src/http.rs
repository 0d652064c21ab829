//! The HTTP surface of the token server.

mod inspect;
mod operator;
mod published;
mod revoke;
mod token;

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Method, header};
use lockgate_core::limits;
use lockgate_web::body;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, Surface, SurfaceBuilder};

use crate::error::OAuthError;
use crate::parameters::Parameters;
use crate::service::Service;

/// Every route of the token server.
#[must_use]
pub fn surface(service: Service) -> Surface {
    use Access::{ClientAuth, Operator, Public};
    let get_post = "GET, POST";
    Surface::builder("token", service)
        .route(Method::POST, "/oauth/token", ClientAuth, token::issue)
        .route(Method::GET, "/oauth/token", ClientAuth, token::issue)
        .refuse_others("/oauth/token", get_post)
        .route(Method::POST, "/oauth/token/", ClientAuth, token::issue)
        .route(Method::GET, "/oauth/token/", ClientAuth, token::issue)
        .refuse_others("/oauth/token/", get_post)
        .route(Method::POST, "/introspect", ClientAuth, inspect::introspect)
        .refuse_others("/introspect", "POST")
        .route(Method::POST, "/check_token", ClientAuth, inspect::check)
        .refuse_others("/check_token", "POST")
        .route(Method::POST, "/oauth/revoke", ClientAuth, revoke::by_token)
        .refuse_others("/oauth/revoke", "POST")
        .route(Method::DELETE, revoke::PATH, ClientAuth, revoke::by_id)
        .refuse_others(revoke::PATH, "DELETE")
        .route(Method::GET, "/token_keys", Public, published::keys)
        .route(Method::GET, "/token_key", Public, published::active_key)
        .route(Method::GET, published::OPENID, Public, published::discovery)
        .route(
            Method::GET,
            published::OPENID_BELOW_ISSUER,
            Public,
            published::discovery,
        )
        .route(
            Method::GET,
            published::RFC_8414,
            Public,
            published::discovery,
        )
        .route(Method::GET, operator::KEYS, Operator, operator::list)
        .route(Method::POST, operator::ROTATE, Operator, operator::rotate)
        .build()
}

/// Answers the methods a path does not offer in the OAuth error format.
trait RefuseOthers {
    /// Every method that `allow` does not list.
    fn refuse_others(self, path: &'static str, allow: &'static str) -> Self;
}

impl RefuseOthers for SurfaceBuilder<Service> {
    fn refuse_others(self, path: &'static str, allow: &'static str) -> Self {
        let methods = [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ];
        let others = methods
            .into_iter()
            .filter(|method| !allow.split(", ").any(|allowed| allowed == method.as_str()));
        others.fold(self, |surface, method| {
            let refuse = move |State(service): State<Service>| async move {
                service.refusal(&OAuthError::Method { allow })
            };
            surface.route(method, path, Access::Public, refuse)
        })
    }
}

impl Service {
    /// The answer to a refused request.
    fn refusal(&self, error: &OAuthError) -> Response {
        error.respond(self.config.errors)
    }
}

/// A request with its parameters read.
pub(crate) struct OAuthRequest {
    pub(crate) headers: HeaderMap,
    pub(crate) parameters: Parameters,
    pub(crate) caller: Caller,
}

impl OAuthRequest {
    /// Reads query and form. Bodies of other media types are not looked at.
    async fn read(caller: Caller, request: Request) -> Result<Self, OAuthError> {
        let (head, body) = request.into_parts();
        let form = match head.method == Method::POST && is_form(&head.headers)? {
            true => Some(body::read(body, limits::TOKEN_REQUEST_BODY).await?),
            false => None,
        };
        Ok(Self {
            parameters: Parameters::read(head.uri.query(), form.as_deref())?,
            headers: head.headers,
            caller,
        })
    }
}

/// Whether the body is a form in UTF-8. Compressed bodies and other encodings are refused: nothing
/// is decompressed or converted here.
fn is_form(headers: &HeaderMap) -> Result<bool, OAuthError> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(OAuthError::MediaType);
    }
    let mut fields = headers.get_all(header::CONTENT_TYPE).iter();
    let (field, None) = (fields.next(), fields.next()) else {
        return Err(OAuthError::MediaType);
    };
    let Some(field) = field else { return Ok(false) };
    let text = field.to_str().map_err(|_| OAuthError::MediaType)?;
    let mut parts = text.split(';').map(str::trim);
    let form = "application/x-www-form-urlencoded";
    if !parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case(form))
    {
        return Ok(false);
    }
    let foreign = parts.any(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => false,
    });
    if foreign {
        return Err(OAuthError::MediaType);
    }
    Ok(true)
}
