//! The operator API of operations: requests and views under `/operator/v1`.

mod credentials;
mod flows;
mod messages;
mod number_ranges;
mod query;
mod refusals;
mod variables;

use axum::handler::Handler;
use http::{Method, StatusCode};
use lockgate_store::Error as StoreError;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, Surface, SurfaceBuilder};
use serde::Serialize;

use crate::error::Error;
use crate::service::Operations;

/// The routes of operations.
#[must_use]
pub fn surface(operations: Operations) -> Surface {
    let (get, put) = (|| Method::GET, || Method::PUT);
    let delete = || Method::DELETE;
    let surface = Routes(Surface::builder("operations", operations));
    surface
        .add(get(), "/operator/v1/flows", flows::list)
        .add(Method::POST, "/operator/v1/flows", flows::deploy)
        .add(get(), "/operator/v1/flows/{flow}", flows::show)
        .add(Method::PATCH, "/operator/v1/flows/{flow}", flows::update)
        .add(delete(), "/operator/v1/flows/{flow}", flows::undeploy)
        .add(get(), "/operator/v1/flows/{flow}/bundle", flows::bundle)
        .add(get(), "/operator/v1/credentials", credentials::list)
        .add(get(), "/operator/v1/credentials/{name}", credentials::show)
        .add(put(), "/operator/v1/credentials/{name}", credentials::set)
        .add(
            delete(),
            "/operator/v1/credentials/{name}",
            credentials::delete,
        )
        .add(get(), "/operator/v1/variables", variables::list)
        .add(get(), "/operator/v1/variables/{name}", variables::show)
        .add(put(), "/operator/v1/variables/{name}", variables::set)
        .add(delete(), "/operator/v1/variables/{name}", variables::delete)
        .add(get(), "/operator/v1/number-ranges", number_ranges::list)
        .add(
            get(),
            "/operator/v1/number-ranges/{name}",
            number_ranges::show,
        )
        .add(
            put(),
            "/operator/v1/number-ranges/{name}",
            number_ranges::define,
        )
        .add(
            delete(),
            "/operator/v1/number-ranges/{name}",
            number_ranges::delete,
        )
        .add(get(), "/operator/v1/messages", messages::list)
        .add(get(), "/operator/v1/messages/{message}", messages::show)
        .add(get(), "/operator/v1/refusals", refusals::list)
        .add(get(), "/operator/v1/refusals/{correlation}", refusals::show)
        .0
        .build()
}

/// Routes that all need the operator token.
struct Routes(SurfaceBuilder<Operations>);

impl Routes {
    fn add<H, T>(self, method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Operations>,
        T: 'static,
    {
        Self(self.0.route(method, path, Access::Operator, handler))
    }
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
            Error::Store(store) => return unavailable(store),
            Error::Bundle(_) | Error::NotInPackage { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "LG-BUNDLE")
            }
            Error::AddressTaken { .. } => (StatusCode::CONFLICT, "LG-FLOW-ADDRESS"),
            Error::NoFlow(_) => (StatusCode::NOT_FOUND, "LG-FLOW"),
            Error::NoCredential(_) => (StatusCode::NOT_FOUND, "LG-CREDENTIAL"),
            Error::NoVariable(_) => (StatusCode::NOT_FOUND, "LG-VARIABLE"),
            Error::NoNumberRange(_) => (StatusCode::NOT_FOUND, "LG-NUMBER-RANGE"),
            Error::NoMessage(_) => (StatusCode::NOT_FOUND, "LG-MESSAGE"),
            Error::NoRefusal(_) => (StatusCode::NOT_FOUND, "LG-REFUSAL"),
        };
        let problem = Self::new(status, code, error.to_string());
        match error {
            Error::Bundle(findings) => {
                let views = findings.iter().map(flows::FindingView::from);
                problem.detail("diagnostics", views.collect::<Vec<_>>())
            }
            Error::AddressTaken { .. } => {
                problem.hint("undeploy that flow, or give one of them another address")
            }
            Error::NotInPackage { .. } => problem.field("flow"),
            _ => problem,
        }
    }
}

fn unavailable(error: &StoreError) -> Problem {
    if error.retryable() {
        Problem::unavailable(error)
    } else {
        Problem::internal(error)
    }
}
