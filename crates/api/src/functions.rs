//! Every function import.

mod copy_package;
mod deploy;
mod save_as_version;
mod value_maps;

use std::sync::Arc;

use lockgate_odata::FunctionImport;
use lockgate_store::artifacts::ArtifactKind;

use crate::service::Resources;
use value_maps::{Action, ChangeValues};

/// Every function import over `resources`.
pub(crate) fn all(resources: &Resources) -> Vec<Arc<dyn FunctionImport>> {
    design(resources)
}

/// Those that change, copy or deploy artifacts.
fn design(resources: &Resources) -> Vec<Arc<dyn FunctionImport>> {
    let workspace = &resources.workspace;
    let mut all: Vec<Arc<dyn FunctionImport>> =
        vec![Arc::new(copy_package::CopyPackage(workspace.clone()))];
    for kind in ArtifactKind::ALL.iter().copied() {
        all.push(Arc::new(deploy::Deploy {
            kind,
            workspace: workspace.clone(),
            operations: resources.operations.clone(),
        }));
        all.push(Arc::new(save_as_version::SaveAsVersion {
            kind,
            workspace: workspace.clone(),
        }));
    }
    for action in [Action::Upsert, Action::SetDefault, Action::Delete] {
        let workspace = workspace.clone();
        all.push(Arc::new(ChangeValues { action, workspace }));
    }
    all
}
