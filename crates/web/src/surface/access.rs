//! Who may use a route, and what happens to everybody else.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use lockgate_core::account::AccountKind;
use lockgate_core::audit::Who;

use super::{Denial, Guard, RefusedActor};
use crate::authorization::{basic, bearer};
use crate::caller::{Caller, Principal};
use crate::jwt::{self, AccountToken, TokenRefused};
use crate::problem::Problem;

/// Who may use a route. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// The holder of the operator token, or an account that may do everything.
    Operator,
    /// A person or a tool with an access token of this server: with scope
    /// [`READ_SCOPE`] for GET and HEAD, with [`WRITE_SCOPE`] for the rest. What it may see and do is
    /// for the handler to decide; an administrator counts as one with [`ADMIN_SCOPE`] only.
    Account,
    /// As [`Access::Account`], or nobody in particular when there is no `Authorization` header.
    AccountOrPublic,
    /// A broker account, by Basic.
    Broker,
    /// OAuth clients; the handler authenticates them, because the protocol decides how.
    ClientAuth,
}

/// The scope that lets a token read.
pub const READ_SCOPE: &str = "cloud_controller.read";
/// The scope that lets a token change things.
pub const WRITE_SCOPE: &str = "cloud_controller.write";
/// The scope that lets a token of an administrator do everything.
pub const ADMIN_SCOPE: &str = "cloud_controller.admin";

/// Why the web layer did not let a request through to a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The route needs a credential, and there is none.
    NoCredential(Access),
    /// There is one, but it is not good.
    BadCredential(Access),
    /// The token lacks this scope.
    ScopeMissing(&'static str),
    /// The account may not do everything, as the route needs.
    NotAdmin,
    /// No route has this path.
    UnknownPath,
    /// The path does not offer the method.
    UnknownMethod,
}

/// The access rule of one route.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) guard: Guard,
    pub(super) access: Access,
    pub(super) denial: Denial,
}

/// Lets a request through to its handler when the rule of its route allows it.
pub(super) async fn enforce(
    State(rule): State<Rule>,
    mut caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    match rule.principal(&caller, &request) {
        Ok(principal) => {
            caller.principal = principal;
            let actor = caller.actor();
            request.extensions_mut().insert(caller);
            let mut response = next.run(request).await;
            if response.extensions().get::<RefusedActor>().is_none() {
                let refused = RefusedActor {
                    who: actor.who,
                    reason: "not-allowed",
                };
                response.extensions_mut().insert(refused);
            }
            response
        }
        Err(denied) => {
            let reason = denied.reason();
            let mut response = (rule.denial)(denied);
            let who = Who::Unknown { claimed: None };
            let refused = RefusedActor { who, reason };
            response.extensions_mut().insert(refused);
            response
        }
    }
}

impl Rule {
    /// Who sends the request, if that may use the route.
    fn principal(&self, caller: &Caller, request: &Request) -> Result<Principal, Denied> {
        let headers = request.headers();
        let absent = !headers.contains_key(header::AUTHORIZATION);
        match self.access {
            Access::Public | Access::ClientAuth => Ok(Principal::Anonymous),
            Access::Operator if self.guard.operator.admits(headers) => Ok(Principal::Operator),
            Access::Operator => {
                let token = self.account_token(caller, headers)?;
                match token.is_admin() {
                    true => Ok(Principal::Account(token.account)),
                    false => Err(Denied::NotAdmin),
                }
            }
            Access::AccountOrPublic if absent => Ok(Principal::Anonymous),
            Access::Account | Access::AccountOrPublic => {
                let token = self.account_token(caller, headers)?;
                let reads = matches!(*request.method(), Method::GET | Method::HEAD);
                let scope = if reads { READ_SCOPE } else { WRITE_SCOPE };
                match token.has_scope(scope) {
                    true => Ok(Principal::Account(token.entitled())),
                    false => Err(Denied::ScopeMissing(scope)),
                }
            }
            Access::Broker => self.broker(headers),
        }
    }

    /// The account whose access token the request carries.
    fn account_token(&self, caller: &Caller, headers: &HeaderMap) -> Result<AccountToken, Denied> {
        let mut fields = headers.get_all(header::AUTHORIZATION).iter();
        let (field, None) = (fields.next(), fields.next()) else {
            return Err(Denied::BadCredential(self.access));
        };
        let field = field.ok_or(Denied::NoCredential(self.access))?;
        let token = bearer(field).ok_or(Denied::BadCredential(self.access))?;
        let certificate = caller.certificate.as_ref().map(|shown| shown.thumbprint);
        let now = self.guard.clock.now();
        let verified = jwt::verify_account(token, &self.guard.identities.load(), now, certificate);
        verified.map_err(|refused: TokenRefused| {
            tracing::debug!(%refused, "token refused");
            Denied::BadCredential(self.access)
        })
    }

    fn broker(&self, headers: &HeaderMap) -> Result<Principal, Denied> {
        let mut fields = headers.get_all(header::AUTHORIZATION).iter();
        let (field, None) = (fields.next(), fields.next()) else {
            return Err(Denied::BadCredential(self.access));
        };
        let field = field.ok_or(Denied::NoCredential(self.access))?;
        let (name, secret) = basic(field).ok_or(Denied::BadCredential(self.access))?;
        let identities = self.guard.identities.load();
        let account = identities
            .accounts
            .authenticate(AccountKind::Broker, &name, secret.expose());
        let account = account.ok_or(Denied::BadCredential(self.access))?;
        Ok(Principal::Broker(Arc::clone(account), None))
    }
}

impl Denied {
    /// A short code for the audit log.
    const fn reason(&self) -> &'static str {
        match self {
            Self::NoCredential(_) => "no-credential",
            Self::BadCredential(_) => "bad-credential",
            Self::ScopeMissing(_) => "scope-missing",
            Self::NotAdmin => "not-admin",
            Self::UnknownPath => "unknown-path",
            Self::UnknownMethod => "unknown-method",
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoCredential(Access::Broker) | Denied::BadCredential(Access::Broker) => {
                Self::new(
                    StatusCode::UNAUTHORIZED,
                    "LG-UNAUTHORIZED",
                    "this request needs the name and secret of a broker account",
                )
            }
            Denied::NoCredential(_) | Denied::BadCredential(_) => Self::new(
                StatusCode::UNAUTHORIZED,
                "LG-UNAUTHORIZED",
                "this request needs the operator token, or the token of an administrator",
            )
            .hint("send it as 'Authorization: Bearer <token>'"),
            Denied::ScopeMissing(scope) => Self::new(
                StatusCode::FORBIDDEN,
                "LG-SCOPE",
                format!("the token does not have the scope {scope}"),
            ),
            Denied::NotAdmin => Self::new(
                StatusCode::FORBIDDEN,
                "LG-FORBIDDEN",
                "this request needs an account that is an administrator",
            ),
            Denied::UnknownPath => Self::not_found("this path"),
            Denied::UnknownMethod => Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "LG-METHOD",
                "this path does not offer the method",
            )
            .hint("the header 'Allow' lists the methods it offers"),
        }
    }
}
