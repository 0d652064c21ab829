//! Starts flows that only other flows call: a flow that hands an HTTP call on by ProcessDirect.

use std::collections::BTreeMap;

use lockgate_core::role::{MESSAGING_SEND, RoleName};
use lockgate_flow::Bundle;
use lockgate_store::flows::{LogLevel, NewFlow};

/// Its id.
pub(crate) const ID: &str = "lockgate.direct";
/// Where it listens.
const PATH: &str = "/lockgate/direct";

const MANIFEST: &str = include_str!("../../../../testdata/flows/relay/META-INF/MANIFEST.MF");
const MODEL: &str = include_str!(
    "../../../../testdata/flows/relay/src/main/resources/scenarioflows/integrationflow/Relay.iflw"
);
/// The address in the model.
const MODEL_PATH: &str = "/relay/*";

/// Where a call to a ProcessDirect address goes, below `/http`.
pub(crate) fn path(address: &str) -> String {
    format!("{PATH}/{address}")
}

/// The role that it asks for.
pub(crate) fn role() -> RoleName {
    MESSAGING_SEND.parse().expect("invariant: it is a role")
}

/// The flow.
pub(crate) fn flow() -> NewFlow {
    let model = MODEL.replace(MODEL_PATH, &format!("{PATH}/*"));
    let files = [
        ("META-INF/MANIFEST.MF", MANIFEST.to_owned()),
        (
            "src/main/resources/scenarioflows/integrationflow/direct.iflw",
            model,
        ),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.into_bytes()));
    let bundle = Bundle::from_files(files).expect("invariant: the flow is a bundle");
    let bundle = bundle.with_id(ID);
    NewFlow {
        id: ID.to_owned(),
        name: ID.to_owned(),
        version: bundle.manifest.version.clone(),
        bundle: bundle.to_zip().expect("invariant: the flow is small"),
        parameters: BTreeMap::new(),
        log_level: LogLevel::Info,
        deployed_by: String::new(),
    }
}
