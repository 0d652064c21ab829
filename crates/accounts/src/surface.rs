//! The operator API of accounts: requests and views under `/operator/v1`.

mod accounts;
mod memberships;
mod organizations;
mod spaces;

use http::StatusCode;
use lockgate_web::problem::Problem;
use lockgate_web::surface::Surface;

use crate::error::Error;
use crate::service::AccountService;

/// The routes for accounts, organizations, spaces and roles.
#[must_use]
pub fn surface(service: AccountService) -> Surface {
    let surface = Surface::builder("accounts", service);
    let surface = accounts::routes(surface);
    let surface = organizations::routes(surface);
    let surface = spaces::routes(surface);
    let surface = memberships::routes(surface);
    surface.build()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = match &error {
            Error::Fields(errors) => return Self::from(errors),
            Error::Store(store) if store.retryable() => return Self::unavailable(error),
            Error::Store(_) => return Self::internal(error),
            Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, "LG-UNAVAILABLE"),
            Error::NoAccount(_) => (StatusCode::NOT_FOUND, "LG-ACCOUNT"),
            Error::NoOrganization(_) => (StatusCode::NOT_FOUND, "LG-ORGANIZATION"),
            Error::NoSpace(_) => (StatusCode::NOT_FOUND, "LG-SPACE"),
            Error::NoMembership(_) => (StatusCode::NOT_FOUND, "LG-MEMBERSHIP"),
            Error::AccountTaken(_) => (StatusCode::CONFLICT, "LG-ACCOUNT-NAME"),
            Error::OrganizationTaken(_) => (StatusCode::CONFLICT, "LG-ORGANIZATION-NAME"),
            Error::SpaceTaken(_) => (StatusCode::CONFLICT, "LG-SPACE-NAME"),
            Error::RoleHeld { .. } => (StatusCode::CONFLICT, "LG-MEMBERSHIP-HELD"),
            Error::NotInOrganization { .. } => (StatusCode::CONFLICT, "LG-MEMBERSHIP-FIRST"),
            Error::StillInSpaces { .. } => (StatusCode::CONFLICT, "LG-MEMBERSHIP-LAST"),
            Error::WrongKind { .. } => (StatusCode::CONFLICT, "LG-ACCOUNT-KIND"),
            Error::LastAdmin(_) => (StatusCode::CONFLICT, "LG-ACCOUNT-ADMIN"),
            Error::BrokerUsed(_) => (StatusCode::CONFLICT, "LG-ACCOUNT-USED"),
            Error::Fixed { .. } => (StatusCode::CONFLICT, "LG-FIXED"),
            Error::HasSpaces { .. } => (StatusCode::CONFLICT, "LG-ORGANIZATION-USED"),
            Error::HasInstances(_) => (StatusCode::CONFLICT, "LG-SPACE-USED"),
            Error::TooMany { .. } => (StatusCode::CONFLICT, "LG-LIMIT"),
        };
        let problem = Self::new(status, code, error.to_string());
        match hint(&error) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

fn hint(error: &Error) -> Option<&'static str> {
    match error {
        Error::Busy => Some("try again in a moment"),
        Error::NotInOrganization { .. } => Some("give the role organization_user first"),
        Error::StillInSpaces { .. } => Some("take the roles in its spaces first"),
        Error::LastAdmin(_) => Some("make somebody else an administrator first"),
        Error::BrokerUsed(_) | Error::HasInstances(_) => Some("delete its instances first"),
        Error::HasSpaces { .. } => Some("delete its spaces first"),
        _ => None,
    }
}
