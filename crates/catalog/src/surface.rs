//! The operator API of the catalogue: requests and views under `/operator/v1`.

mod authorities;
mod instances;
mod keys;
mod offerings;
mod query;
mod roles;

use http::StatusCode;
use lockgate_web::problem::Problem;
use lockgate_web::surface::Surface;

use crate::error::Error;
use crate::service::Catalog;

/// The routes of the catalogue.
#[must_use]
pub fn surface(catalog: Catalog) -> Surface {
    let surface = Surface::builder("catalog", catalog);
    let surface = offerings::routes(surface);
    let surface = instances::routes(surface);
    let surface = keys::routes(surface);
    let surface = roles::routes(surface);
    let surface = authorities::routes(surface);
    surface.build()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = match &error {
            Error::Fields(errors) => return Self::from(errors),
            Error::Store(store) if store.retryable() => return Self::unavailable(error),
            Error::Store(_) => return Self::internal(error),
            Error::Issue(_) => return Self::internal(error),
            Error::Unreadable { source, .. } | Error::UnreadableAuthority { source, .. } => {
                let cause = format!("{error}: {source}");
                return Self::internal(cause);
            }
            Error::NoInstance(_) => (StatusCode::NOT_FOUND, "LG-INSTANCE"),
            Error::NoSpace(_) => (StatusCode::NOT_FOUND, "LG-SPACE"),
            Error::NoKey(_) => (StatusCode::NOT_FOUND, "LG-KEY"),
            Error::NoRole(_) => (StatusCode::NOT_FOUND, "LG-ROLE"),
            Error::CredentialsHidden(_) => (StatusCode::NOT_FOUND, "LG-KEY-HIDDEN"),
            Error::AmbiguousInstance { .. } => (StatusCode::CONFLICT, "LG-INSTANCE-AMBIGUOUS"),
            Error::InstanceNameTaken(_) => (StatusCode::CONFLICT, "LG-INSTANCE-NAME"),
            Error::KeyNameTaken(_) => (StatusCode::CONFLICT, "LG-KEY-NAME"),
            Error::RoleTaken(_) => (StatusCode::CONFLICT, "LG-ROLE-NAME"),
            Error::HasKeys { .. } => (StatusCode::CONFLICT, "LG-INSTANCE-KEYS"),
            Error::RoleUsed { .. } => (StatusCode::CONFLICT, "LG-ROLE-USED"),
            Error::RoleFixed(_) => (StatusCode::CONFLICT, "LG-ROLE-FIXED"),
            Error::TooManyInstances => (StatusCode::CONFLICT, "LG-INSTANCE-LIMIT"),
            Error::TooManyKeys => (StatusCode::CONFLICT, "LG-KEY-LIMIT"),
            Error::TooManyRoles => (StatusCode::CONFLICT, "LG-ROLE-LIMIT"),
            Error::ClientX509(_) => (StatusCode::UNPROCESSABLE_ENTITY, "LG-CLIENT-X509"),
            Error::CertificateGrant(_) => (StatusCode::UNPROCESSABLE_ENTITY, "LG-KEY-GRANT"),
            Error::CertificateInUse => (StatusCode::CONFLICT, "LG-CERTIFICATE-USED"),
            Error::IssuerRemoved => (StatusCode::CONFLICT, "LG-AUTHORITY-REMOVED"),
            Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, "LG-BUSY"),
            Error::NoAuthority(_) => (StatusCode::NOT_FOUND, "LG-AUTHORITY"),
            Error::AuthorityNameTaken(_) => (StatusCode::CONFLICT, "LG-AUTHORITY-NAME"),
            Error::AuthorityKnown(_) => (StatusCode::CONFLICT, "LG-AUTHORITY-KNOWN"),
            Error::AuthorityIssues(_) => (StatusCode::CONFLICT, "LG-AUTHORITY-ISSUES"),
            Error::TooManyAuthorities => (StatusCode::CONFLICT, "LG-AUTHORITY-LIMIT"),
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
        Error::HasKeys { .. } => {
            Some("delete its keys first, or repeat the request with ?purge=true")
        }
        Error::AmbiguousInstance { .. } => {
            Some("give a guid, or the space: --space ORG/SPACE, ?space=ORG/SPACE")
        }
        Error::NoSpace(_) => Some("write it as ORG/SPACE, or give its guid"),
        Error::RoleUsed { .. } => {
            Some("take it from these instances and undeploy or change these flows first")
        }
        Error::ClientX509(_) => Some(
            "replace it first: lockgate instance update NAME -c '{\"grant-types\":[\"client_credentials\"]}'",
        ),
        Error::CertificateGrant(_) => {
            Some("add client_credentials to the grant-types of the instance")
        }
        Error::IssuerRemoved | Error::Busy => Some("try again"),
        Error::AuthorityIssues(_) => Some("make another one first: lockgate authority rotate"),
        _ => None,
    }
}
