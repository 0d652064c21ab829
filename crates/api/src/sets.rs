//! Every entity set, one file each.

mod access_policies;
mod archive;
mod artifacts;
mod configurations;
mod credentials;
mod custom_tags;
mod data_stores;
mod keystore;
mod locks;
mod messages;
mod number_ranges;
mod packages;
mod partners;
mod resources;
mod runtime_artifacts;
mod service_endpoints;
mod tasks;
mod unavailable;
mod value_maps;
mod variables;

use std::sync::Arc;

use lockgate_odata::{Changeset, EntitySet};
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::partners::EntryKind;

use crate::service::Resources;

pub(crate) use packages::row as package_row;

/// Every entity set over `resources`.
pub(crate) fn all(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let operations = &resources.operations;
    let mut all = design(resources);
    all.extend(deployed(resources));
    all.extend(message_log(resources));
    all.extend(partners(resources));
    all.extend(security(resources));
    let others: Vec<Arc<dyn EntitySet>> = vec![
        Arc::new(number_ranges::NumberRanges(operations.clone())),
        Arc::new(variables::Variables(operations.clone())),
        Arc::new(data_stores::DataStores(operations.clone())),
        Arc::new(data_stores::entries::Entries(operations.clone())),
    ];
    all.extend(others);
    for one in unavailable::all() {
        all.push(Arc::new(one));
    }
    all
}

/// Packages and artifacts.
fn design(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let workspace = &resources.workspace;
    let mut all: Vec<Arc<dyn EntitySet>> = vec![
        Arc::new(packages::Packages(workspace.clone())),
        Arc::new(configurations::Configurations(workspace.clone())),
        Arc::new(resources::Resources(workspace.clone())),
        Arc::new(value_maps::Schemas(workspace.clone())),
        Arc::new(custom_tags::Tags(workspace.clone())),
        Arc::new(custom_tags::Configurations(workspace.clone())),
        Arc::new(locks::Locks),
    ];
    for defaults in [false, true] {
        let workspace = workspace.clone();
        all.push(Arc::new(value_maps::ValueMaps {
            defaults,
            workspace,
        }));
    }
    for kind in ArtifactKind::ALL.iter().copied() {
        let workspace = workspace.clone();
        all.push(Arc::new(artifacts::Artifacts { kind, workspace }));
    }
    all
}

/// What is deployed.
fn deployed(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let operations = &resources.operations;
    vec![
        Arc::new(tasks::Tasks(operations.clone())),
        Arc::new(runtime_artifacts::RuntimeArtifacts(operations.clone())),
        Arc::new(runtime_artifacts::Errors(operations.clone())),
        Arc::new(service_endpoints::ServiceEndpoints(operations.clone())),
        Arc::new(service_endpoints::EntryPoints(operations.clone())),
        Arc::new(service_endpoints::Definitions),
    ]
}

/// The message log.
fn message_log(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let operations = &resources.operations;
    let mut all: Vec<Arc<dyn EntitySet>> = vec![
        Arc::new(messages::Messages {
            operations: operations.clone(),
            workspace: resources.workspace.clone(),
        }),
        Arc::new(messages::details::ErrorInformations(operations.clone())),
        Arc::new(messages::attached::CustomHeaders(operations.clone())),
        Arc::new(messages::attached::AdapterAttributes(operations.clone())),
        Arc::new(messages::runs::Runs(operations.clone())),
        Arc::new(messages::runs::RunSteps(operations.clone())),
        Arc::new(messages::runs::StepProperties(operations.clone())),
    ];
    for kept in messages::contents::Kept::ALL {
        let operations = operations.clone();
        all.push(Arc::new(messages::contents::Contents { kept, operations }));
    }
    for pairs in messages::contents::Pairs::all(operations) {
        all.push(Arc::new(pairs));
    }
    all
}

/// The partner directory.
fn partners(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let operations = &resources.operations;
    let mut all: Vec<Arc<dyn EntitySet>> = vec![Arc::new(partners::Partners(operations.clone()))];
    for kind in EntryKind::ALL.iter().copied() {
        let operations = operations.clone();
        all.push(Arc::new(partners::Entries { kind, operations }));
    }
    all
}

/// Credentials, the keystore and access policies.
fn security(resources: &Resources) -> Vec<Arc<dyn EntitySet>> {
    let operations = &resources.operations;
    vec![
        Arc::new(credentials::user::UserCredentials(operations.clone())),
        Arc::new(credentials::secure::SecureParameters(operations.clone())),
        Arc::new(credentials::oauth2::OAuth2ClientCredentials(
            operations.clone(),
        )),
        Arc::new(credentials::oauth2::CustomParameters(operations.clone())),
        Arc::new(keystore::entries::KeystoreEntries(operations.clone())),
        Arc::new(keystore::certificates::CertificateResources(
            operations.clone(),
        )),
        Arc::new(keystore::certificates::SigningRequests(operations.clone())),
        Arc::new(keystore::chains::ChainResources(operations.clone())),
        Arc::new(keystore::chains::ChainCertificates(operations.clone())),
        Arc::new(keystore::generation::GenerationRequests(operations.clone())),
        Arc::new(keystore::whole::KeystoreResources(operations.clone())),
        Arc::new(access_policies::AccessPolicies(operations.clone())),
        Arc::new(access_policies::ArtifactReferences(operations.clone())),
    ]
}

/// Sets whose changes are made together.
pub(crate) fn changesets(resources: &Resources) -> Vec<Arc<dyn Changeset>> {
    vec![Arc::new(partners::Together(resources.operations.clone()))]
}
