//! What runs, seen from the tools that deployed it: artifacts of every kind, how they are, and what
//! became of deployments.

mod reports;

use std::collections::BTreeMap;

use lockgate_core::audit::{Actor, Target};
use lockgate_core::clock::Timestamp;
use lockgate_core::input::FieldErrors;
use lockgate_flow::{Bundle, Diagnostic, scripts};
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::changes::{self, Topic};
use lockgate_store::deployed_artifacts::{self, DeployedArtifact};
use lockgate_store::flows::{self, FlowHead, LogLevel, NewFlow, Status};
use lockgate_store::tasks::{self, Task};
use lockgate_store::{Tx, audit};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::flows::Endpoint;
use crate::service::Operations;

pub(crate) use reports::Reports;

/// An artifact to be deployed as it is saved.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// What it is.
    pub kind: ArtifactKind,
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Version.
    pub version: String,
    /// Its files.
    pub bundle: Bundle,
    /// Configured values of externalised parameters.
    pub parameters: BTreeMap<String, String>,
}

/// How a deployed artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeState {
    /// Not every worker has it yet.
    Starting,
    /// It runs on every worker, or can be used by flows there.
    Started,
    /// It cannot be built, or some worker cannot run it.
    Error,
}

/// A deployed artifact of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeArtifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Version.
    pub version: String,
    /// Who deployed it.
    pub deployed_by: String,
    /// When it was deployed.
    pub deployed_at: Timestamp,
    /// How it is.
    pub state: RuntimeState,
}

/// Why an artifact does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It cannot be built; a line for each reason.
    Build(Vec<String>),
    /// Workers cannot run it.
    Start(Vec<Status>),
}

/// What became of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// It is under way.
    Deploying,
    /// The artifact runs.
    Success,
    /// The artifact does not run.
    Fail,
}

/// A flow that can be called.
#[derive(Clone, Debug)]
pub struct ServiceEndpoint {
    /// The flow.
    pub flow: FlowHead,
    /// Where it can be called.
    pub endpoint: Endpoint,
    /// The URL to call it at.
    pub url: String,
}

impl Operations {
    /// Deploys an artifact as it is, also one that cannot run: its state tells. When this returns, the
    /// artifact is there in its new version. Gives what to ask for with [`Operations::task`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn deploy_artifact(&self, actor: &Actor, deployment: Deployment) -> Result<Uuid> {
        let prepared = tokio::task::spawn_blocking(move || {
            let mut bundle = deployment.bundle.clone();
            if bundle.manifest.name != deployment.name {
                bundle = bundle.with_name(&deployment.name);
            }
            let zip = bundle.to_zip();
            zip.map(|zip| (problem(deployment.kind, &bundle), zip, deployment))
        });
        let prepared = prepared
            .await
            .expect("invariant: packing a bundle does not panic");
        let (problem, zip, deployment) = prepared.map_err(|error| {
            let message = format!("the artifact cannot be packed: {error}");
            Error::from(FieldErrors::one("bundle", message))
        })?;
        let by = actor.who.name();
        let mut tx = self.store.begin().await?;
        let generation = match deployment.kind {
            ArtifactKind::Flow => Some(publish_flow(&mut tx, &deployment, zip, by).await?),
            kind => {
                flows::delete(&mut tx, &deployment.id).await?;
                let artifact = DeployedArtifact {
                    kind,
                    id: deployment.id.clone(),
                    name: deployment.name.clone(),
                    version: deployment.version.clone(),
                    deployed_by: by.to_owned(),
                    deployed_at: self.clock.now(),
                    problem,
                };
                deployed_artifacts::upsert(&mut tx, &artifact, &zip).await?;
                None
            }
        };
        let task = Task {
            id: self.random.uuid(),
            artifact: deployment.id.clone(),
            generation,
            created_at: self.clock.now(),
        };
        tasks::insert(&mut tx, &task).await?;
        let target = Target::new(noun(deployment.kind), &deployment.id, &deployment.name);
        let detail = format!("version {}", deployment.version);
        audit::record(&mut tx, actor, "flow.deploy", &target, &detail).await?;
        changes::bump(&mut tx, Topic::Flows).await?;
        tx.commit().await?;
        tracing::info!(artifact = deployment.id, "artifact deployed");
        Ok(task.id)
    }

    /// What became of a deployment. One that was overtaken by another of the same artifact is judged
    /// by that one.
    ///
    /// # Errors
    /// When there is no such deployment, or it is forgotten.
    pub async fn task(&self, id: Uuid) -> Result<TaskState> {
        let task = tasks::find(&mut self.store.read().await?, id).await?;
        let task = task.ok_or(Error::NoTask(id))?;
        let artifact = match self.runtime_artifact(&task.artifact).await {
            Err(Error::NoRuntimeArtifact(_)) => return Ok(TaskState::Success),
            artifact => artifact?,
        };
        Ok(match artifact.state {
            RuntimeState::Starting => TaskState::Deploying,
            RuntimeState::Started => TaskState::Success,
            RuntimeState::Error => TaskState::Fail,
        })
    }

    /// Everything that is deployed, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn runtime_artifacts(&self) -> Result<Vec<RuntimeArtifact>> {
        let mut tx = self.store.read().await?;
        let heads = flows::list(&mut tx).await?;
        let others = deployed_artifacts::list(&mut tx).await?;
        drop(tx);
        let reports = self.reports().await?;
        let mut artifacts: Vec<_> = others.into_iter().map(of_artifact).collect();
        for head in heads {
            artifacts.push(self.of_flow(head, &reports).await?);
        }
        artifacts.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(artifacts)
    }

    /// The deployed artifact with this id.
    ///
    /// # Errors
    /// When nothing of this id is deployed.
    pub async fn runtime_artifact(&self, id: &str) -> Result<RuntimeArtifact> {
        let mut tx = self.store.read().await?;
        if let Some(head) = flows::find_head(&mut tx, id).await? {
            drop(tx);
            let reports = self.reports_about(id).await?;
            return self.of_flow(head, &reports).await;
        }
        let artifact = deployed_artifacts::find(&mut tx, id).await?;
        let artifact = artifact.map(of_artifact);
        artifact.ok_or_else(|| Error::NoRuntimeArtifact(id.to_owned()))
    }

    /// Why a deployed artifact does not run; `None` when it does, or nothing is known yet.
    ///
    /// # Errors
    /// When nothing of this id is deployed.
    pub async fn failure(&self, id: &str) -> Result<Option<Failure>> {
        let mut tx = self.store.read().await?;
        let Some(head) = flows::find_head(&mut tx, id).await? else {
            let artifact = deployed_artifacts::find(&mut tx, id).await?;
            let artifact = artifact.ok_or_else(|| Error::NoRuntimeArtifact(id.to_owned()))?;
            return Ok(artifact
                .problem
                .map(|problem| Failure::Build(vec![problem])));
        };
        drop(tx);
        let findings = self.findings(&head).await?;
        if !findings.errors.is_empty() {
            let lines = findings.errors.iter().map(Diagnostic::to_string);
            return Ok(Some(Failure::Build(lines.collect())));
        }
        let reports = self.reports_about(id).await?;
        let failed: Vec<Status> = reports.failures(&head).cloned().collect();
        Ok((!failed.is_empty()).then_some(Failure::Start(failed)))
    }

    /// The archive of a deployed artifact.
    ///
    /// # Errors
    /// When nothing of this id is deployed.
    pub async fn runtime_archive(&self, id: &str) -> Result<Vec<u8>> {
        let mut tx = self.store.read().await?;
        if let Some(flow) = flows::find(&mut tx, id).await? {
            return Ok(flow.bundle);
        }
        let archive = deployed_artifacts::archive(&mut tx, id).await?;
        archive.ok_or_else(|| Error::NoRuntimeArtifact(id.to_owned()))
    }

    /// Undeploys an artifact of any kind.
    ///
    /// # Errors
    /// When nothing of this id is deployed.
    pub async fn undeploy_artifact(&self, actor: &Actor, id: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let Some(artifact) = deployed_artifacts::find(&mut tx, id).await? else {
            drop(tx);
            let undeployed = self.undeploy(actor, id).await;
            return undeployed.map_err(|error| match error {
                Error::NoFlow(id) => Error::NoRuntimeArtifact(id),
                error => error,
            });
        };
        deployed_artifacts::delete(&mut tx, id).await?;
        let target = Target::new(noun(artifact.kind), id, artifact.name);
        let detail = format!("version {}", artifact.version);
        audit::record(&mut tx, actor, "flow.undeploy", &target, &detail).await?;
        changes::bump(&mut tx, Topic::Flows).await?;
        tx.commit().await?;
        tracing::info!(artifact = id, "artifact undeployed");
        Ok(())
    }

    /// Where flows can be called, of all those that can be built.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn service_endpoints(&self) -> Result<Vec<ServiceEndpoint>> {
        let heads = flows::list(&mut self.store.read().await?).await?;
        let mut endpoints = Vec::new();
        for head in heads {
            let findings = self.findings(&head).await?;
            let of_flow = findings.endpoints.iter().map(|endpoint| ServiceEndpoint {
                flow: head.clone(),
                endpoint: endpoint.clone(),
                url: format!("{}/http{}", self.tenant.runtime_base, endpoint.path),
            });
            endpoints.extend(of_flow);
        }
        Ok(endpoints)
    }

    async fn of_flow(&self, head: FlowHead, reports: &Reports) -> Result<RuntimeArtifact> {
        let state = match self.findings(&head).await?.errors.is_empty() {
            true => reports.state(&head),
            false => RuntimeState::Error,
        };
        Ok(RuntimeArtifact {
            kind: ArtifactKind::Flow,
            id: head.id,
            name: head.name,
            version: head.version,
            deployed_by: head.deployed_by,
            deployed_at: head.deployed_at,
            state,
        })
    }
}

/// Publishes a flow under the log level that it had, and gives its generation.
async fn publish_flow(
    tx: &mut Tx,
    deployment: &Deployment,
    bundle: Vec<u8>,
    by: &str,
) -> Result<i64> {
    deployed_artifacts::delete(tx, &deployment.id).await?;
    let before = flows::find_head(tx, &deployment.id).await?;
    let flow = NewFlow {
        id: deployment.id.clone(),
        name: deployment.name.clone(),
        version: deployment.version.clone(),
        bundle,
        parameters: deployment.parameters.clone(),
        log_level: before.map_or(LogLevel::Info, |before| before.log_level),
        deployed_by: by.to_owned(),
    };
    Ok(flows::upsert(tx, &flow).await?)
}

fn of_artifact(artifact: DeployedArtifact) -> RuntimeArtifact {
    RuntimeArtifact {
        kind: artifact.kind,
        id: artifact.id,
        name: artifact.name,
        version: artifact.version,
        deployed_by: artifact.deployed_by,
        deployed_at: artifact.deployed_at,
        state: match artifact.problem {
            None => RuntimeState::Started,
            Some(_) => RuntimeState::Error,
        },
    }
}

/// What the audit log calls an artifact of this kind.
pub(crate) fn noun(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Flow => "flow",
        ArtifactKind::ScriptCollection => "script-collection",
        ArtifactKind::MessageMapping => "message-mapping",
        ArtifactKind::ValueMapping => "value-mapping",
    }
}

/// Why flows could not use an artifact. Flows themselves are judged when they are read.
fn problem(kind: ArtifactKind, bundle: &Bundle) -> Option<String> {
    let mut paths = bundle.paths();
    let missing = match kind {
        ArtifactKind::Flow => return None,
        ArtifactKind::ScriptCollection => return scripts_problem(bundle),
        ArtifactKind::MessageMapping => "mapping (.mmap)",
        ArtifactKind::ValueMapping => "value_mapping.xml",
    };
    let found = match kind {
        ArtifactKind::ValueMapping => bundle.file("value_mapping.xml").is_some(),
        _ => paths.any(|path| path.ends_with(".mmap")),
    };
    (!found).then(|| format!("The archive has no {missing}."))
}

/// Why no script of a collection can be used. As long as one can, steps that call others fail by
/// themselves, and deploying has told of them.
fn scripts_problem(bundle: &Bundle) -> Option<String> {
    let judged = scripts::judge_all(bundle);
    if judged.is_empty() || judged.iter().any(|one| one.script.compiles) {
        return None;
    }
    let findings = judged.iter().flat_map(|one| &one.findings);
    let lines: Vec<String> = findings.map(ToString::to_string).collect();
    Some(format!("No script is Groovy: {}", lines.join("; ")))
}
