//! The operator API of operations: requests and views under `/operator/v1`.

mod audit;
mod credentials;
mod data_stores;
mod flows;
mod keystore;
mod messages;
mod number_ranges;
mod partners;
mod query;
mod refusals;
mod variables;

use http::StatusCode;
use lockgate_store::Error as StoreError;
use lockgate_web::problem::Problem;
use lockgate_web::surface::Surface;

use crate::error::Error;
use crate::service::Operations;

/// The routes of operations.
#[must_use]
pub fn surface(operations: Operations) -> Surface {
    let surface = Surface::builder("operations", operations);
    let surface = flows::routes(surface);
    let surface = credentials::routes(surface);
    let surface = keystore::routes(surface);
    let surface = variables::routes(surface);
    let surface = data_stores::routes(surface);
    let surface = number_ranges::routes(surface);
    let surface = partners::routes(surface);
    let surface = messages::routes(surface);
    let surface = refusals::routes(surface);
    let surface = audit::routes(surface);
    surface.build()
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
            Error::NoRuntimeArtifact(_) => (StatusCode::NOT_FOUND, "LG-ARTIFACT"),
            Error::NoTask(_) => (StatusCode::NOT_FOUND, "LG-TASK"),
            Error::NoCredential(_) => (StatusCode::NOT_FOUND, "LG-CREDENTIAL"),
            Error::CredentialTaken(_) => (StatusCode::CONFLICT, "LG-CREDENTIAL-TAKEN"),
            Error::NoEntry(_) => (StatusCode::NOT_FOUND, "LG-KEYSTORE-ENTRY"),
            Error::EntryTaken(_) => (StatusCode::CONFLICT, "LG-KEYSTORE-TAKEN"),
            Error::Unusable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "LG-KEYSTORE-UNUSABLE"),
            Error::NoPolicy(_) => (StatusCode::NOT_FOUND, "LG-ACCESS-POLICY"),
            Error::PolicyTaken(_) => (StatusCode::CONFLICT, "LG-ACCESS-POLICY-TAKEN"),
            Error::NoReference(_) => (StatusCode::NOT_FOUND, "LG-ARTIFACT-REFERENCE"),
            Error::TooMany { .. } => (StatusCode::CONFLICT, "LG-TOO-MANY"),
            Error::NoVariable(_) => (StatusCode::NOT_FOUND, "LG-VARIABLE"),
            Error::NoDataStore(_) => (StatusCode::NOT_FOUND, "LG-DATA-STORE"),
            Error::NoDataStoreEntry(_) => (StatusCode::NOT_FOUND, "LG-DATA-STORE-ENTRY"),
            Error::SealedEntry(_) => (StatusCode::INTERNAL_SERVER_ERROR, "LG-DATA-STORE-SEALED"),
            Error::NoNumberRange(_) => (StatusCode::NOT_FOUND, "LG-NUMBER-RANGE"),
            Error::NoMessage(_) => (StatusCode::NOT_FOUND, "LG-MESSAGE"),
            Error::MessageRuns(_) => (StatusCode::CONFLICT, "LG-MESSAGE-RUNS"),
            Error::NotKept(_) | Error::TooLargeToKeep { .. } => {
                (StatusCode::CONFLICT, "LG-MESSAGE-NOT-KEPT")
            }
            Error::NoPayload(_) => (StatusCode::NOT_FOUND, "LG-PAYLOAD"),
            Error::NoRefusal(_) => (StatusCode::NOT_FOUND, "LG-REFUSAL"),
            Error::Partner(error) => partners::problem(error),
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
            Error::EntryTaken(_) => problem.hint("set update to replace it"),
            Error::NotKept(_) => problem
                .hint("messages are kept at log level TRACE, and of flows for which 'keep' is set"),
            Error::TooLargeToKeep { .. } => problem.hint("raise messages.kept_bytes"),
            Error::NoPayload(_) => problem.hint("contents are deleted before their messages"),
            Error::NoMessage(_) | Error::NoRefusal(_) => problem
                .hint("records appear up to 200 ms after the answer, and old ones are deleted"),
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
