//! Every function import.

use std::sync::Arc;

use lockgate_odata::FunctionImport;

use crate::service::Resources;

/// Every function import over `resources`.
pub(crate) fn all(_: &Resources) -> Vec<Arc<dyn FunctionImport>> {
    Vec::new()
}
