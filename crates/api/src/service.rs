//! What the sets serve from.

use lockgate_design::Workspace;
use lockgate_odata::Service;
use lockgate_operations::Operations;

use crate::{functions, sets};

/// What the sets serve from.
#[derive(Clone, Debug)]
pub struct Resources {
    /// Run time: flows, message log, credentials, number ranges, variables.
    pub operations: Operations,
    /// Design time: packages and artifacts.
    pub workspace: Workspace,
}

/// The OData service over `resources`.
#[must_use]
pub fn service(resources: &Resources) -> Service {
    Service::new(sets::all(resources), functions::all(resources))
        .with_changesets(sets::changesets(resources))
}
