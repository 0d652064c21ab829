//! Artifacts that somebody makes without bringing an archive.

use lockgate_flow::Bundle;
use lockgate_store::artifacts::ArtifactKind;

use crate::error::{Error, Result};

/// A flow that takes a message and ends: the smallest model that can be built.
const MODEL: &str = include_str!("skeleton/flow.iflw");
const PARAMETERS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><parameters/>";
const VALUES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><vm version=\"2.0\"/>";

/// An artifact without content, in version 1.0.0.
pub(crate) fn bundle(kind: ArtifactKind, id: &str, name: &str) -> Result<Bundle> {
    let (bundle_type, members): (&str, Vec<(String, &str)>) = match kind {
        ArtifactKind::Flow => {
            let resources = "src/main/resources";
            let model = format!("{resources}/scenarioflows/integrationflow/{id}.iflw");
            let files = vec![
                (model, MODEL),
                (format!("{resources}/parameters.prop"), ""),
                (format!("{resources}/parameters.propdef"), PARAMETERS),
            ];
            ("IntegrationFlow", files)
        }
        ArtifactKind::ScriptCollection => ("ScriptCollection", Vec::new()),
        ArtifactKind::MessageMapping => ("MessageMapping", Vec::new()),
        ArtifactKind::ValueMapping => {
            let file = (lockgate_flow::values::FILE.to_owned(), VALUES);
            ("ValueMapping", vec![file])
        }
    };
    let manifest = format!(
        "Manifest-Version: 1.0\r\nBundle-ManifestVersion: 2\r\n\
        Bundle-SymbolicName: {id}; singleton:=true\r\nBundle-Version: 1.0.0\r\n\
        SAP-BundleType: {bundle_type}\r\nSAP-NodeType: IFLMAP\r\nSAP-RuntimeProfile: iflmap\r\n\r\n"
    );
    let members = members
        .into_iter()
        .map(|(path, content)| (path, content.into()));
    let manifest = ("META-INF/MANIFEST.MF".to_owned(), manifest.into_bytes());
    let bundle = Bundle::from_files(members.chain([manifest]));
    let bundle = bundle.map_err(Error::Archive)?;
    // Folds what is too long for a line.
    Ok(bundle.with_id(id).with_name(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_empty_flow_can_be_built_whatever_its_name() {
        let long = "x".repeat(200);
        for (id, name) in [("Empty", "Empty"), (&long, "<Ä & ö>")] {
            let flow = bundle(ArtifactKind::Flow, id, name).unwrap();
            let reading = lockgate_flow::read(&flow, &BTreeMap::new());
            let plan = reading
                .plan
                .unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
            assert_eq!((plan.id.as_str(), plan.name.as_str()), (id, name));
            assert_eq!(plan.version, "1.0.0");
        }
    }
}
