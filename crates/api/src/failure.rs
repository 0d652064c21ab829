//! Errors of the services as errors of the protocol.

use http::StatusCode;
use lockgate_odata::Error;
use lockgate_operations::Error as OperationsError;

/// An error of `operations` as clients know it.
pub(crate) fn of_operations(error: OperationsError) -> Error {
    match error {
        OperationsError::Fields(_)
        | OperationsError::Bundle(_)
        | OperationsError::NotInPackage { .. } => Error::bad_request(error.to_string()),
        OperationsError::AddressTaken { .. }
        | OperationsError::MessageRuns(_)
        | OperationsError::NotKept(_)
        | OperationsError::TooLargeToKeep { .. } => Error::conflict(error.to_string()),
        OperationsError::NoFlow(_)
        | OperationsError::NoCredential(_)
        | OperationsError::NoVariable(_)
        | OperationsError::NoNumberRange(_)
        | OperationsError::NoMessage(_)
        | OperationsError::NoPayload(_)
        | OperationsError::NoRefusal(_) => Error::not_found(),
        OperationsError::Store(store) if store.retryable() => Error::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The database is busy or not there; try again.",
        ),
        OperationsError::Store(store) => Error::failed(&store),
    }
}
