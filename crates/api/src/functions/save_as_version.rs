//! Saves artifacts as they are under a version.

use async_trait::async_trait;
use lockgate_design::Workspace;
use lockgate_odata::{
    Arguments, Call, Function, FunctionImport, Parameter, Reply, Result, Returns,
};
use lockgate_store::artifacts::ArtifactKind;

use crate::failure::of_design;
use crate::roles::PACKAGES_EDIT;

const PARAMETERS: &[Parameter] = &[Parameter::text("Id"), Parameter::text("SaveAsVersion")];

static FLOW: Function = Function::new(
    "IntegrationDesigntimeArtifactSaveAsVersion",
    PARAMETERS,
    Returns::Entity("IntegrationDesigntimeArtifacts"),
);
static SCRIPT_COLLECTION: Function = Function::new(
    "ScriptCollectionDesigntimeArtifactSaveAsVersion",
    PARAMETERS,
    Returns::Entity("ScriptCollectionDesigntimeArtifacts"),
);
static MESSAGE_MAPPING: Function = Function::new(
    "MessageMappingDesigntimeArtifactSaveAsVersion",
    PARAMETERS,
    Returns::Entity("MessageMappingDesigntimeArtifacts"),
);
static VALUE_MAPPING: Function = Function::new(
    "ValueMappingDesigntimeArtifactSaveAsVersion",
    PARAMETERS,
    Returns::Entity("ValueMappingDesigntimeArtifacts"),
);

/// `<kind>DesigntimeArtifactSaveAsVersion`
#[derive(Debug)]
pub(super) struct SaveAsVersion {
    pub(super) kind: ArtifactKind,
    pub(super) workspace: Workspace,
}

#[async_trait]
impl FunctionImport for SaveAsVersion {
    fn describe(&self) -> &'static Function {
        match self.kind {
            ArtifactKind::Flow => &FLOW,
            ArtifactKind::ScriptCollection => &SCRIPT_COLLECTION,
            ArtifactKind::MessageMapping => &MESSAGE_MAPPING,
            ArtifactKind::ValueMapping => &VALUE_MAPPING,
        }
    }

    fn needs(&self) -> &'static [&'static str] {
        &[PACKAGES_EDIT]
    }

    /// Although metadata promises an entity, the body is empty, as tools know it.
    async fn call(&self, call: &Call, arguments: &Arguments) -> Result<Reply> {
        let (id, version) = (
            arguments.required("Id")?,
            arguments.required("SaveAsVersion")?,
        );
        let saved = self
            .workspace
            .save_as_version(call.actor(), self.kind, id, version);
        saved.await.map_err(of_design)?;
        Ok(Reply::ok())
    }
}
