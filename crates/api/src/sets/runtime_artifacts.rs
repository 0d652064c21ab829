//! What is deployed, and why it does not run.

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Key, List, Media, Navigation, Operation, Property, Query, Reply,
    Result, Row,
};
use lockgate_operations::Operations;
use lockgate_operations::runtime::{Failure, RuntimeArtifact, RuntimeState};
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::flows::Status;
use serde_json::json;

use crate::failure::of_operations;
use crate::roles::{ARTIFACTS_DEPLOY, MONITORING_DEPLOY, MONITORING_READ};

static ENTITY: EntityType = EntityType::new(
    "IntegrationRuntimeArtifact",
    &[
        Property::text("Id").key(),
        Property::text("Version"),
        Property::text("Name"),
        Property::text("Type"),
        Property::text("DeployedBy"),
        Property::time("DeployedOn").iso(),
        Property::text("Status"),
    ],
)
.navigations(&[Navigation::one(
    "ErrorInformation",
    "RuntimeArtifactErrorInformations",
)])
.media();

static ERROR: EntityType = EntityType::new(
    "RuntimeArtifactErrorInformation",
    &[Property::text("Id").key()],
)
.media();

/// `IntegrationRuntimeArtifacts`
#[derive(Debug)]
pub(super) struct RuntimeArtifacts(pub(super) Operations);

#[async_trait]
impl EntitySet for RuntimeArtifacts {
    fn name(&self) -> &'static str {
        "IntegrationRuntimeArtifacts"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[MONITORING_READ],
            false => &[ARTIFACTS_DEPLOY, MONITORING_DEPLOY],
        }
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let all = self.0.runtime_artifacts().await.map_err(of_operations)?;
        Ok(List::All(all.into_iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let artifact = self.0.runtime_artifact(key.text("Id")).await;
        Ok(Some(row(artifact.map_err(of_operations)?)))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let undeployed = self.0.undeploy_artifact(call.actor(), key.text("Id"));
        undeployed.await.map_err(of_operations)?;
        Ok(Reply::accepted())
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let id = key.text("Id");
        let zip = self.0.runtime_archive(id).await.map_err(of_operations)?;
        let name = format!("{id}.zip");
        Ok(Some(Media::new(zip, "application/zip").file(name)))
    }
}

/// `RuntimeArtifactErrorInformations`
#[derive(Debug)]
pub(super) struct Errors(pub(super) Operations);

#[async_trait]
impl EntitySet for Errors {
    fn name(&self) -> &'static str {
        "RuntimeArtifactErrorInformations"
    }

    fn entity(&self) -> &'static EntityType {
        &ERROR
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let id = artifact(call, key);
        let failure = self.0.failure(id).await.map_err(of_operations)?;
        Ok(failure.map(|_| Row::new().with("Id", id)))
    }

    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        let id = artifact(call, key);
        let artifact = self.0.runtime_artifact(id).await.map_err(of_operations)?;
        let failure = self.0.failure(id).await.map_err(of_operations)?;
        let text = failure.map(|failure| match failure {
            Failure::Build(reasons) => build_error(&artifact.name, &reasons),
            Failure::Start(statuses) => start_error(&statuses),
        });
        Ok(text.map(|text| Media::new(text, "application/json")))
    }
}

/// The deployed artifact that an error is about.
fn artifact<'a>(call: &'a Call, key: &'a Key) -> &'a str {
    match call.parent() {
        Some(parent) if key.is_empty() => parent.key.text("Id"),
        _ => key.text("Id"),
    }
}

/// What tools print about an artifact that cannot be built: `parameter[0]`.
fn build_error(name: &str, reasons: &[String]) -> String {
    let text = format!(
        "The artifact could not be built for deployment.\n\
        Generation and build failed for {name} as validation of resource is failed\n{}",
        reasons.join("\n")
    );
    error("GenerationFailed", &text)
}

/// What tools print about an artifact that workers cannot run.
fn start_error(statuses: &[Status]) -> String {
    let cause = |status: &Status| {
        let detail = status.detail.as_deref().unwrap_or("No reason is known.");
        let detail = format!("Worker {}: {detail}", status.worker);
        json!({"message": "CAUSE", "parameters": [detail]})
    };
    let causes: Vec<_> = statuses.iter().map(cause).collect();
    let parameters: Vec<_> = causes.iter().map(|cause| &cause["parameters"][0]).collect();
    let exception = json!({
        "message": "EXCEPTION",
        "childMessageInstances": causes,
        "parameters": parameters,
    });
    error("InstanceError", &exception.to_string())
}

fn error(id: &str, parameter: &str) -> String {
    let error = json!({
        "message": {
            "subsystemName": "CONTENT",
            // Spelled like this by the original, and read like this by tools.
            "subsytemPartName": "CONTENT_DEPLOY",
            "messageId": id,
            "messageText": "",
        },
        "parameter": [parameter],
    });
    error.to_string()
}

/// The type of a deployed artifact, as tools know it.
fn type_name(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Flow => "INTEGRATION_FLOW",
        ArtifactKind::ScriptCollection => "SCRIPT_COLLECTION",
        ArtifactKind::MessageMapping => "MESSAGE_MAPPING",
        ArtifactKind::ValueMapping => "VALUE_MAPPING",
    }
}

fn row(artifact: RuntimeArtifact) -> Row {
    let status = match artifact.state {
        RuntimeState::Starting => "STARTING",
        RuntimeState::Started => "STARTED",
        RuntimeState::Error => "ERROR",
    };
    Row::new()
        .with("Id", artifact.id)
        .with("Version", artifact.version)
        .with("Name", artifact.name)
        .with("Type", type_name(artifact.kind))
        .with("DeployedBy", artifact.deployed_by)
        .with("DeployedOn", artifact.deployed_at)
        .with("Status", status)
}
