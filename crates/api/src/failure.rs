//! Errors of the services as errors of the protocol.

use http::StatusCode;
use lockgate_design::Error as DesignError;
use lockgate_odata::Error;
use lockgate_operations::Error as OperationsError;
use lockgate_operations::partners::PartnerError;
use lockgate_store::Error as StoreError;
use lockgate_store::artifacts::ArtifactKind;

/// An error of `operations` as clients know it.
pub(crate) fn of_operations(error: OperationsError) -> Error {
    match error {
        OperationsError::Fields(_)
        | OperationsError::Unusable(_)
        | OperationsError::EntryTaken(_)
        | OperationsError::Bundle(_)
        | OperationsError::NotInPackage { .. } => Error::bad_request(error.to_string()),
        OperationsError::AddressTaken { .. }
        | OperationsError::CredentialTaken(_)
        | OperationsError::PolicyTaken(_)
        | OperationsError::TooMany { .. }
        | OperationsError::MessageRuns(_)
        | OperationsError::NotKept(_)
        | OperationsError::TooLargeToKeep { .. } => Error::conflict(error.to_string()),
        OperationsError::NoFlow(_)
        | OperationsError::NoRuntimeArtifact(_)
        | OperationsError::NoTask(_)
        | OperationsError::NoCredential(_)
        | OperationsError::NoEntry(_)
        | OperationsError::NoPolicy(_)
        | OperationsError::NoReference(_)
        | OperationsError::NoVariable(_)
        | OperationsError::NoDataStore(_)
        | OperationsError::NoDataStoreEntry(_)
        | OperationsError::NoNumberRange(_)
        | OperationsError::NoMessage(_)
        | OperationsError::NoPayload(_)
        | OperationsError::NoRefusal(_) => Error::not_found(),
        OperationsError::SealedEntry(_) => Error::internal(error.to_string()),
        OperationsError::Partner(error) => of_partners(&error),
        OperationsError::Store(store) => of_store(&store),
    }
}

/// An error of `design` as clients know it; some compare statuses exactly.
pub(crate) fn of_design(error: DesignError) -> Error {
    let message = error.to_string();
    match error {
        DesignError::Invalid(_)
        | DesignError::Archive(_)
        | DesignError::ReadOnly(_)
        | DesignError::NoChoice
        | DesignError::TooMany(..) => Error::bad_request(message),
        DesignError::SymbolicName(ArtifactKind::MessageMapping) => Error::internal(message),
        DesignError::SymbolicName(_) => Error::bad_request(message),
        DesignError::NotFound | DesignError::NoParameter(_) | DesignError::NoSchema(..) => {
            Error::new(StatusCode::NOT_FOUND, message)
        }
        DesignError::PackageExists | DesignError::Exists(_) => Error::conflict(message),
        DesignError::ArtifactExists { .. }
        | DesignError::IdChange
        | DesignError::Drafts(_)
        | DesignError::Packing(_) => Error::internal(message),
        DesignError::Contended => Error::new(StatusCode::SERVICE_UNAVAILABLE, message),
        DesignError::Store(store) => of_store(&store),
    }
}

/// An error of the partner directory. The original answers duplicates with 500; clients know 409.
fn of_partners(error: &PartnerError) -> Error {
    match error {
        PartnerError::NoPartner(_) | PartnerError::NoEntry { .. } => Error::not_found(),
        PartnerError::Exists { .. } | PartnerError::Full => Error::conflict(error.to_string()),
        PartnerError::Unsealable(_) => Error::internal(error.to_string()),
    }
}

fn of_store(store: &StoreError) -> Error {
    match store.retryable() {
        true => Error::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The database is busy or not there; try again.",
        ),
        false => Error::failed(store),
    }
}
