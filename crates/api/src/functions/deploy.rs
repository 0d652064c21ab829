//! Deploys artifacts as they are saved.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_design::Workspace;
use lockgate_odata::{
    Arguments, Call, Edm, Function, FunctionImport, Parameter, Reply, Result, Returns,
};
use lockgate_operations::Operations;
use lockgate_operations::runtime::Deployment;
use lockgate_store::artifacts::ArtifactKind;

use crate::failure::{of_design, of_operations};
use crate::roles::ARTIFACTS_DEPLOY;

const PARAMETERS: &[Parameter] = &[Parameter::text("Id"), Parameter::text("Version")];

static FLOW: Function = Function::new(
    "DeployIntegrationDesigntimeArtifact",
    PARAMETERS,
    Returns::Value(Edm::String),
);
static SCRIPT_COLLECTION: Function = Function::new(
    "DeployScriptCollectionDesigntimeArtifact",
    PARAMETERS,
    Returns::Value(Edm::String),
);
static MESSAGE_MAPPING: Function = Function::new(
    "DeployMessageMappingDesigntimeArtifact",
    PARAMETERS,
    Returns::Value(Edm::String),
);
static VALUE_MAPPING: Function = Function::new(
    "DeployValueMappingDesigntimeArtifact",
    PARAMETERS,
    Returns::Value(Edm::String),
);

/// `Deploy<kind>DesigntimeArtifact`
#[derive(Debug)]
pub(super) struct Deploy {
    pub(super) kind: ArtifactKind,
    pub(super) workspace: Workspace,
    pub(super) operations: Operations,
}

#[async_trait]
impl FunctionImport for Deploy {
    fn describe(&self) -> &'static Function {
        match self.kind {
            ArtifactKind::Flow => &FLOW,
            ArtifactKind::ScriptCollection => &SCRIPT_COLLECTION,
            ArtifactKind::MessageMapping => &MESSAGE_MAPPING,
            ArtifactKind::ValueMapping => &VALUE_MAPPING,
        }
    }

    fn needs(&self) -> &'static [&'static str] {
        &[ARTIFACTS_DEPLOY]
    }

    /// The bare id of the task, which tools put into a URL as it is.
    async fn call(&self, call: &Call, arguments: &Arguments) -> Result<Reply> {
        let (id, version) = (arguments.required("Id")?, arguments.required("Version")?);
        let deployable = self.workspace.deployable(self.kind, id, version).await;
        let deployable = deployable.map_err(of_design)?;
        let deployment = Deployment {
            kind: self.kind,
            id: deployable.head.id,
            name: deployable.head.name,
            version: deployable.head.version,
            bundle: deployable.bundle,
            parameters: deployable.parameters,
        };
        let deployed = self.operations.deploy_artifact(call.actor(), deployment);
        let task = deployed.await.map_err(of_operations)?;
        Ok(Reply::Text(StatusCode::ACCEPTED, task.to_string()))
    }
}
