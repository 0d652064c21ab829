//! Deployed flows: deploy, configure, look at, undeploy.

mod deploy;
mod endpoints;
mod logging;
mod parameters;

use std::collections::BTreeMap;

use lockgate_core::audit::{Action, Actor, Target};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_flow::{Bundle, Diagnostic, Parameter, Reading};
use lockgate_store::changes::{self, Topic};
use lockgate_store::flows::{self, Flow, FlowHead, NewFlow, Status};
use lockgate_store::{audit, deployed_artifacts};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::runtime::RuntimeArtifact;
use crate::service::Operations;

pub use endpoints::Endpoint;
pub(crate) use endpoints::FindingsCache;
use endpoints::Wanted;
use logging::Logging;

/// Something found in an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The flow it is about; absent when the upload as a whole is meant.
    pub flow: Option<String>,
    /// What was found.
    pub diagnostic: Diagnostic,
}

/// A deployed flow as operators see it.
#[derive(Clone, Debug)]
pub struct DeployedFlow {
    /// What is stored about it.
    pub head: FlowHead,
    /// Where it can be called.
    pub endpoints: Vec<Endpoint>,
    /// What each worker that lives says about this generation.
    pub workers: Vec<Status>,
}

/// What a deployment or a change led to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The flows that were deployed or changed.
    pub flows: Vec<DeployedFlow>,
    /// Script collections and value mappings that were deployed.
    pub shared: Vec<RuntimeArtifact>,
    /// What deserves attention although it worked.
    pub findings: Vec<Finding>,
}

impl Operations {
    /// All deployed flows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn flows(&self) -> Result<Vec<DeployedFlow>> {
        let heads = flows::list(&mut self.store.read().await?).await?;
        self.described(heads).await
    }

    /// A deployed flow and its parameters.
    ///
    /// # Errors
    /// When no flow of this id is deployed.
    pub async fn flow(&self, id: &str) -> Result<(DeployedFlow, Vec<Parameter>)> {
        let flow = self.stored(id).await?;
        let head = head_of(&flow);
        let reading = read(flow.bundle, flow.parameters).await;
        let parameters = reading
            .map(|reading| reading.parameters)
            .unwrap_or_default();
        let mut described = self.described(vec![head]).await?;
        Ok((described.remove(0), parameters))
    }

    /// The bundle of a deployed flow, a zip file.
    ///
    /// # Errors
    /// When no flow of this id is deployed.
    pub async fn bundle(&self, id: &str) -> Result<Vec<u8>> {
        Ok(self.stored(id).await?.bundle)
    }

    /// Changes a deployed flow by `{"parameters"?,"log_level"?,"log_level_seconds"?,"keep"?}`. New
    /// parameters restart it, the rest does not. A log level with a number of seconds counts that
    /// long, and then the former one again; `keep` is whether messages are kept to be sent again.
    ///
    /// # Errors
    /// When no flow of this id is deployed, fields are wrong, or the flow cannot run with these
    /// parameters.
    pub async fn update_flow(&self, actor: &Actor, id: &str, request: Value) -> Result<Outcome> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let logging = Logging::read(&mut fields);
        let changes = parameters::changes(&mut fields);
        fields.finish();
        errors.check()?;
        let Some(changes) = changes else {
            return self.relog(actor, id, logging).await;
        };
        let outcome = self.reconfigure(actor, id, changes).await?;
        if logging.is_empty() {
            return Ok(outcome);
        }
        let flows = self.relog(actor, id, logging).await?.flows;
        Ok(Outcome { flows, ..outcome })
    }

    async fn reconfigure(
        &self,
        actor: &Actor,
        id: &str,
        changes: parameters::Changes,
    ) -> Result<Outcome> {
        let mut flow = self.stored(id).await?;
        let note = described(&changes);
        parameters::apply(changes, &mut flow.parameters)?;
        let reading = read(flow.bundle.clone(), flow.parameters.clone()).await;
        let (plan, found) = match reading {
            Ok(reading) => (reading.plan, reading.diagnostics),
            Err(found) => (None, found),
        };
        let findings = findings(Some(&flow.id), found);
        let Some(plan) = plan else {
            return Err(Error::Bundle(findings));
        };
        let wanted = Wanted {
            flow: &flow.id,
            endpoints: &Endpoint::of(&plan),
        };
        self.check_addresses(&[wanted]).await?;
        let deployed = NewFlow {
            log_level: flow.log_level,
            id: flow.id,
            name: flow.name,
            version: flow.version,
            bundle: flow.bundle,
            parameters: flow.parameters,
            deployed_by: actor.who.name().to_owned(),
        };
        let new = vec![deployed];
        let flows = self.publish(actor, "flow.update", new, &note).await?;
        Ok(Outcome {
            flows,
            findings,
            ..Outcome::default()
        })
    }

    /// Undeploys a flow. Messages under way are finished, new calls are refused.
    ///
    /// # Errors
    /// When no flow of this id is deployed.
    pub async fn undeploy(&self, actor: &Actor, id: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let heads = flows::list(&mut tx).await?;
        let head = heads.into_iter().find(|head| head.id == id);
        let head = head.ok_or_else(|| Error::NoFlow(id.to_owned()))?;
        flows::delete(&mut tx, id).await?;
        let note = format!("version {}", head.version);
        let target = target(id, &head.name);
        audit::record(&mut tx, actor, "flow.undeploy", &target, &note).await?;
        changes::bump(&mut tx, Topic::Flows).await?;
        tx.commit().await?;
        tracing::info!(flow = id, "flow undeployed");
        Ok(())
    }

    /// Stores flows, lets the workers take them over, and tells what became of them.
    async fn publish(
        &self,
        actor: &Actor,
        action: Action,
        new: Vec<NewFlow>,
        note: &str,
    ) -> Result<Vec<DeployedFlow>> {
        let mut tx = self.store.begin().await?;
        for flow in &new {
            deployed_artifacts::delete(&mut tx, &flow.id).await?;
            flows::upsert(&mut tx, flow).await?;
            let detail = format!("version {}{note}", flow.version);
            audit::record(
                &mut tx,
                actor,
                action,
                &target(&flow.id, &flow.name),
                &detail,
            )
            .await?;
        }
        changes::bump(&mut tx, Topic::Flows).await?;
        tx.commit().await?;
        let ids: Vec<&str> = new.iter().map(|flow| flow.id.as_str()).collect();
        tracing::info!(flows = ids.join(","), "flows deployed");
        let mut heads = flows::list(&mut self.store.read().await?).await?;
        heads.retain(|head| ids.contains(&head.id.as_str()));
        self.described(heads).await
    }

    async fn stored(&self, id: &str) -> Result<Flow> {
        let found = flows::find(&mut self.store.read().await?, id).await?;
        found.ok_or_else(|| Error::NoFlow(id.to_owned()))
    }

    /// Adds endpoints and what the workers say.
    async fn described(&self, heads: Vec<FlowHead>) -> Result<Vec<DeployedFlow>> {
        let mut described = Vec::with_capacity(heads.len());
        let reports = self.reports().await?;
        for head in heads {
            let endpoints = self.findings(&head).await?.endpoints.clone();
            let workers = reports.about(&head).cloned().collect();
            described.push(DeployedFlow {
                head,
                endpoints,
                workers,
            });
        }
        Ok(described)
    }
}

/// The flow in the audit log.
fn target(id: &str, name: &str) -> Target {
    Target::new("flow", id, name)
}

/// What an update changes, for the audit log. Values of parameters may be secret, so there are only
/// their names.
fn described(changes: &parameters::Changes) -> String {
    let names: Vec<_> = changes.keys().map(String::as_str).collect();
    format!("; parameters {}", names.join(", "))
}

/// Reads a stored bundle beside the tasks that answer requests, because it is work.
async fn read(
    zip: Vec<u8>,
    parameters: BTreeMap<String, String>,
) -> Result<Reading, Vec<Diagnostic>> {
    let reading = tokio::task::spawn_blocking(move || {
        let bundle = Bundle::from_zip(&zip)?;
        Ok(lockgate_flow::read(&bundle, &parameters))
    });
    reading
        .await
        .expect("invariant: reading a bundle does not panic")
}

fn findings(flow: Option<&str>, diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    let finding = |diagnostic| Finding {
        flow: flow.map(str::to_owned),
        diagnostic,
    };
    diagnostics.into_iter().map(finding).collect()
}

fn head_of(flow: &Flow) -> FlowHead {
    FlowHead {
        id: flow.id.clone(),
        name: flow.name.clone(),
        version: flow.version.clone(),
        parameters: flow.parameters.clone(),
        log_level: flow.log_level,
        temporary: flow.temporary,
        keep: flow.keep,
        generation: flow.generation,
        deployed_by: flow.deployed_by.clone(),
        deployed_at: flow.deployed_at,
        updated_at: flow.updated_at,
    }
}
