//! The operator API of the catalogue: requests and views under `/operator/v1`.

mod instances;
mod keys;
mod offerings;
mod roles;

use http::{Method, StatusCode};
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, Surface};
use serde::Serialize;

use crate::error::Error;
use crate::service::Catalog;

/// The routes of the catalogue.
#[must_use]
pub fn surface(catalog: Catalog) -> Surface {
    const OPERATOR: Access = Access::Operator;
    let (get, post) = (Method::GET, Method::POST);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    Surface::builder("catalog", catalog)
        .route(
            get.clone(),
            "/operator/v1/offerings",
            OPERATOR,
            offerings::list,
        )
        .route(
            get.clone(),
            "/operator/v1/instances",
            OPERATOR,
            instances::list,
        )
        .route(
            post.clone(),
            "/operator/v1/instances",
            OPERATOR,
            instances::create,
        )
        .route(
            get.clone(),
            "/operator/v1/instances/{instance}",
            OPERATOR,
            instances::show,
        )
        .route(
            patch.clone(),
            "/operator/v1/instances/{instance}",
            OPERATOR,
            instances::update,
        )
        .route(
            delete.clone(),
            "/operator/v1/instances/{instance}",
            OPERATOR,
            instances::delete,
        )
        .route(
            get.clone(),
            "/operator/v1/instances/{instance}/keys",
            OPERATOR,
            keys::list,
        )
        .route(
            post.clone(),
            "/operator/v1/instances/{instance}/keys",
            OPERATOR,
            keys::create,
        )
        .route(
            get.clone(),
            "/operator/v1/instances/{instance}/keys/{key}",
            OPERATOR,
            keys::show,
        )
        .route(
            delete.clone(),
            "/operator/v1/instances/{instance}/keys/{key}",
            OPERATOR,
            keys::delete,
        )
        .route(get.clone(), "/operator/v1/roles", OPERATOR, roles::list)
        .route(post, "/operator/v1/roles", OPERATOR, roles::create)
        .route(get, "/operator/v1/roles/{role}", OPERATOR, roles::show)
        .route(patch, "/operator/v1/roles/{role}", OPERATOR, roles::update)
        .route(delete, "/operator/v1/roles/{role}", OPERATOR, roles::delete)
        .build()
}

/// A list in an answer.
#[derive(Debug, Serialize)]
struct Items<T> {
    items: Vec<T>,
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self {
            items: items.into_iter().collect(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = match &error {
            Error::Fields(errors) => return Self::from(errors),
            Error::Store(store) if store.retryable() => return Self::unavailable(error),
            Error::Store(_) => return Self::internal(error),
            Error::Unreadable { source, .. } => {
                let cause = format!("{error}: {source}");
                return Self::internal(cause);
            }
            Error::NoInstance(_) => (StatusCode::NOT_FOUND, "LG-INSTANCE"),
            Error::NoKey { .. } => (StatusCode::NOT_FOUND, "LG-KEY"),
            Error::NoRole(_) => (StatusCode::NOT_FOUND, "LG-ROLE"),
            Error::InstanceNameTaken(_) => (StatusCode::CONFLICT, "LG-INSTANCE-NAME"),
            Error::KeyNameTaken(_) => (StatusCode::CONFLICT, "LG-KEY-NAME"),
            Error::RoleTaken(_) => (StatusCode::CONFLICT, "LG-ROLE-NAME"),
            Error::HasKeys { .. } => (StatusCode::CONFLICT, "LG-INSTANCE-KEYS"),
            Error::RoleUsed { .. } => (StatusCode::CONFLICT, "LG-ROLE-USED"),
            Error::RoleFixed(_) => (StatusCode::CONFLICT, "LG-ROLE-FIXED"),
            Error::TooManyInstances => (StatusCode::CONFLICT, "LG-INSTANCE-LIMIT"),
            Error::TooManyKeys => (StatusCode::CONFLICT, "LG-KEY-LIMIT"),
            Error::TooManyRoles => (StatusCode::CONFLICT, "LG-ROLE-LIMIT"),
            Error::CertificateKey => (StatusCode::UNPROCESSABLE_ENTITY, "LG-KEY-TYPE"),
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
        Error::RoleUsed { .. } => {
            Some("take it from these instances and undeploy or change these flows first")
        }
        Error::CertificateKey => Some("leave out parameters.key-type to get client id and secret"),
        _ => None,
    }
}
