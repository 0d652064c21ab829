//! The HTTP surface of the token server.

mod about;
mod authorize;
mod directory;
mod inspect;
mod operator;
mod page;
mod published;
mod revoke;
mod sessions;
mod token;

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Method, header};
use lockgate_core::audit::Who;
use lockgate_core::limits;
use lockgate_web::body;
use lockgate_web::caller::Caller;
use lockgate_web::request_log::printable;
use lockgate_web::surface::{Access, RefusedActor, Surface, SurfaceBuilder};

use crate::credentials::Credentials;
use crate::error::OAuthError;
use crate::parameters::Parameters;
use crate::service::Service;

/// A claimed name in the audit log is cut after this many characters.
const CLAIMED_CHARS: usize = 200;

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
        .route(Method::GET, authorize::PATH, Public, authorize::ask)
        .route(Method::POST, authorize::PATH, Public, authorize::answer)
        .refuse_others(authorize::PATH, get_post)
        .route(Method::GET, about::LOGIN, Public, about::login)
        .refuse_others(about::LOGIN, "GET, HEAD")
        .route(Method::GET, about::INFO, Public, about::info)
        .refuse_others(about::INFO, "GET, HEAD")
        .route(Method::GET, about::PASSCODE, Public, about::passcode)
        .route(Method::GET, about::LOGOUT, ClientAuth, about::logout)
        .route(Method::POST, about::LOGOUT, ClientAuth, about::logout)
        .refuse_others(about::LOGOUT, get_post)
        .route(
            Method::GET,
            directory::USERINFO,
            ClientAuth,
            directory::userinfo,
        )
        .route(
            Method::POST,
            directory::USERINFO,
            ClientAuth,
            directory::userinfo,
        )
        .refuse_others(directory::USERINFO, get_post)
        .route(
            Method::GET,
            directory::CLIENT,
            ClientAuth,
            directory::client,
        )
        .refuse_others(directory::CLIENT, "GET, HEAD")
        .route(Method::GET, directory::USERS, ClientAuth, directory::users)
        .refuse_others(directory::USERS, "GET, HEAD")
        .route(Method::GET, operator::KEYS, Operator, operator::list)
        .route(Method::POST, operator::ROTATE, Operator, operator::rotate)
        .route(Method::GET, sessions::SESSIONS, Operator, sessions::list)
        .route(Method::DELETE, sessions::SESSION, Operator, sessions::end)
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

/// Says in the audit log who was refused, as far as the request claims, and why.
fn name_refused(mut response: Response, claimed: Option<String>, reason: &'static str) -> Response {
    let who = Who::Unknown { claimed };
    response
        .extensions_mut()
        .insert(RefusedActor { who, reason });
    response
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

    /// Who sends the request, as it says: a person's name or a client id, one bounded line.
    fn claimed(&self) -> Option<String> {
        let client = || {
            let field = self.headers.get(header::AUTHORIZATION)?;
            Some(Credentials::from_basic(field)?.id)
        };
        let named = |name: &str| self.parameters.get(name).map(str::to_owned);
        let claimed = named("username")
            .or_else(client)
            .or_else(|| named("client_id"));
        claimed.map(|name| printable(&name, CLAIMED_CHARS))
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
