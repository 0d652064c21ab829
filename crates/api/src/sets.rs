//! Every entity set, one file each.

mod number_ranges;
mod variables;

use std::sync::Arc;

use lockgate_odata::EntitySet;

use crate::service::Resources;

/// Every entity set over `resources`.
pub(crate) fn all(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let operations = &resources.operations;
    vec![
        Arc::new(number_ranges::NumberRanges(operations.clone())),
        Arc::new(variables::Variables(operations.clone())),
    ]
}
