//! Deploying an upload: a bundle, or a package export with several flows.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_core::audit::Actor;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_flow::manifest::BundleKind;
use lockgate_flow::package::{self, Archive, Artifact};
use lockgate_flow::{Bundle, Diagnostic, Severity, scripts};
use lockgate_store::artifacts::ArtifactKind;
use lockgate_store::flows::{self, FlowHead, LogLevel, NewFlow};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::flows::endpoints::Wanted;
use crate::flows::{Endpoint, Finding, Outcome, findings, parameters};
use crate::runtime::Deployment;
use crate::service::Operations;

/// What a request asks to deploy.
struct Request {
    zip: Vec<u8>,
    parameters: Option<parameters::Changes>,
    flow: Option<String>,
}

/// A flow of the upload.
struct Candidate {
    id: String,
    /// As uploaded; absent for a flow of a package, whose bundle is packed again.
    zip: Option<Vec<u8>>,
    bundle: Result<Bundle, Vec<Diagnostic>>,
}

/// A flow that was read.
struct Read {
    flow: NewFlow,
    endpoints: Vec<Endpoint>,
}

/// What an upload brings.
struct Upload {
    flows: Vec<Read>,
    /// Script collections and value mappings.
    shared: Vec<Deployment>,
    findings: Vec<Finding>,
}

impl Operations {
    /// Deploys what `{"bundle","parameters"?,"flow"?}` brings: flows all or none, before them the
    /// script collections and value mappings that they share. Parameters that were configured before
    /// stay unless they are given; so does the log level.
    ///
    /// # Errors
    /// When fields are wrong, a flow cannot be run, or another flow has one of its addresses.
    pub async fn deploy(&self, actor: &Actor, request: Value) -> Result<Outcome> {
        let request = Request::read(request)?;
        let heads = flows::list(&mut self.store.read().await?).await?;
        let before = heads
            .into_iter()
            .map(|head| (head.id.clone(), head))
            .collect();
        let by = actor.who.name().to_owned();
        let reading = tokio::task::spawn_blocking(move || read_upload(request, before, by));
        let upload = reading
            .await
            .expect("invariant: reading an upload does not panic")?;
        let wanted = upload.flows.iter().map(|read| Wanted {
            flow: &read.flow.id,
            endpoints: &read.endpoints,
        });
        self.check_addresses(&wanted.collect::<Vec<_>>()).await?;
        let mut shared = Vec::with_capacity(upload.shared.len());
        for artifact in upload.shared {
            let id = artifact.id.clone();
            self.deploy_artifact(actor, artifact).await?;
            shared.push(self.runtime_artifact(&id).await?);
        }
        let new: Vec<_> = upload.flows.into_iter().map(|read| read.flow).collect();
        let flows = match new.is_empty() {
            true => Vec::new(),
            false => self.publish(actor, "flow.deploy", new, "").await?,
        };
        Ok(Outcome {
            flows,
            shared,
            findings: upload.findings,
        })
    }
}

impl Request {
    fn read(request: Value) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut fields = Fields::of("", request, &mut errors);
        let zip = fields
            .required_text("bundle")
            .and_then(|text| match STANDARD.decode(text) {
                Ok(zip) if zip.len() <= limits::BUNDLE_UPLOAD => Some(zip),
                Ok(_) => {
                    let message = format!("is larger than {} bytes", limits::BUNDLE_UPLOAD);
                    fields.error("bundle", message);
                    None
                }
                Err(_) => {
                    fields.error("bundle", "must be a zip file in Base64");
                    None
                }
            });
        let parameters = parameters::changes(&mut fields);
        let flow = fields.text("flow");
        fields.finish();
        errors.check()?;
        Ok(Self {
            zip: zip.expect("invariant: what is missing is an error"),
            parameters,
            flow,
        })
    }
}

/// Reads every flow of the upload; one that cannot run fails the whole.
fn read_upload(
    mut request: Request,
    before: HashMap<String, FlowHead>,
    by: String,
) -> Result<Upload> {
    let candidates = candidates(&mut request)?;
    let (shared, candidates) = split(candidates);
    if candidates.len() != 1 && request.parameters.is_some() {
        let message = "apply to a single flow; choose it by the field 'flow'";
        return Err(FieldErrors::one("parameters", message).into());
    }
    let mut all_findings: Vec<_> = shared.iter().flat_map(shared_findings).collect();
    let mut all_read = Vec::new();
    for candidate in candidates {
        let changes = request.parameters.take().unwrap_or_default();
        let (read, found) = read_candidate(candidate, changes, &before, &by)?;
        all_findings.extend(found);
        all_read.extend(read);
    }
    if all_findings
        .iter()
        .any(|finding| finding.diagnostic.is_error())
    {
        return Err(Error::Bundle(all_findings));
    }
    Ok(Upload {
        flows: all_read,
        shared,
        findings: all_findings,
    })
}

/// Takes out what flows share.
fn split(candidates: Vec<Candidate>) -> (Vec<Deployment>, Vec<Candidate>) {
    let mut shared = Vec::new();
    let mut flows = Vec::new();
    for candidate in candidates {
        match candidate.bundle {
            Ok(bundle) if let Some(kind) = shared_kind(&bundle) => shared.push(Deployment {
                kind,
                id: bundle.manifest.symbolic_name.clone(),
                name: bundle.manifest.name.clone(),
                version: bundle.manifest.version.clone(),
                bundle,
                parameters: BTreeMap::new(),
            }),
            bundle => flows.push(Candidate {
                bundle,
                ..candidate
            }),
        }
    }
    (shared, flows)
}

/// What is to be said about scripts that flows share. One that is not Groovy does not keep the others
/// from being of use.
fn shared_findings(artifact: &Deployment) -> Vec<Finding> {
    if artifact.kind != ArtifactKind::ScriptCollection {
        return Vec::new();
    }
    let judged = scripts::judge_all(&artifact.bundle);
    let usable = judged.iter().any(|one| one.script.compiles);
    let found = judged.into_iter().flat_map(|one| one.findings);
    let found = found.map(|found| match usable {
        true => Diagnostic {
            severity: Severity::Warning,
            ..found
        },
        false => found,
    });
    findings(Some(&artifact.id), found.collect())
}

fn shared_kind(bundle: &Bundle) -> Option<ArtifactKind> {
    match bundle.manifest.kind {
        BundleKind::ScriptCollection => Some(ArtifactKind::ScriptCollection),
        BundleKind::ValueMapping => Some(ArtifactKind::ValueMapping),
        _ => None,
    }
}

fn candidates(request: &mut Request) -> Result<Vec<Candidate>> {
    let archive = package::open(&request.zip);
    let candidates = match archive.map_err(|found| Error::Bundle(findings(None, found)))? {
        Archive::Bundle(bundle) => vec![Candidate {
            id: bundle.manifest.symbolic_name.clone(),
            zip: Some(std::mem::take(&mut request.zip)),
            bundle: Ok(bundle),
        }],
        Archive::Package(package) => {
            let flows = package.artifacts.into_iter().filter(is_deployed);
            let candidate = |artifact: Artifact| Candidate {
                id: artifact.id,
                zip: None,
                bundle: artifact.bundle,
            };
            flows.map(candidate).collect()
        }
    };
    select(candidates, request.flow.as_deref())
}

fn is_deployed(artifact: &Artifact) -> bool {
    match &artifact.bundle {
        Ok(bundle) => {
            bundle.manifest.kind == BundleKind::IntegrationFlow || shared_kind(bundle).is_some()
        }
        // Kept, so that it is reported.
        Err(_) => true,
    }
}

fn select(mut candidates: Vec<Candidate>, flow: Option<&str>) -> Result<Vec<Candidate>> {
    if let Some(flow) = flow {
        let has = candidates
            .iter()
            .map(|candidate| candidate.id.clone())
            .collect();
        candidates.retain(|candidate| candidate.id == flow);
        if candidates.is_empty() {
            let flow = flow.to_owned();
            return Err(Error::NotInPackage { flow, has });
        }
    }
    if candidates.is_empty() {
        let message = "the package has no integration flow, script collection or value mapping";
        return Err(FieldErrors::one("bundle", message).into());
    }
    Ok(candidates)
}

fn read_candidate(
    candidate: Candidate,
    changes: parameters::Changes,
    before: &HashMap<String, FlowHead>,
    by: &str,
) -> Result<(Option<Read>, Vec<Finding>)> {
    let bundle = match candidate.bundle {
        Ok(bundle) => bundle,
        Err(found) => return Ok((None, findings(Some(&candidate.id), found))),
    };
    let id = &bundle.manifest.symbolic_name;
    let before = before.get(id);
    let mut configured: BTreeMap<_, _> = before.map(|b| b.parameters.clone()).unwrap_or_default();
    parameters::apply(changes, &mut configured)?;
    let reading = lockgate_flow::read(&bundle, &configured);
    let findings = findings(Some(id), reading.diagnostics);
    let Some(plan) = reading.plan else {
        return Ok((None, findings));
    };
    let zip = match candidate.zip {
        Some(zip) => zip,
        None => bundle.to_zip().map_err(|error| {
            let message = format!("the flow {id} cannot be packed: {error}");
            Error::from(FieldErrors::one("bundle", message))
        })?,
    };
    let flow = NewFlow {
        id: plan.id.clone(),
        name: plan.name.clone(),
        version: plan.version.clone(),
        bundle: zip,
        parameters: configured,
        log_level: before.map_or(LogLevel::Info, |before| before.log_level),
        deployed_by: by.to_owned(),
    };
    let endpoints = Endpoint::of(&plan);
    Ok((Some(Read { flow, endpoints }), findings))
}
