//! Deployed flows.

use axum::extract::{Path, Request, State};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use http::{Method, StatusCode};
use lockgate_core::limits;
use lockgate_core::tenant::Tenant;
use lockgate_flow::{Parameter, Severity};
use lockgate_store::flows::Status;
use lockgate_web::body::{self, Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::json::parse_strict;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::flows::{DeployedFlow, Finding};
use crate::runtime::{RuntimeArtifact, RuntimeState, noun};
use crate::service::Operations;

const ALL: &str = "/operator/v1/flows";
const ONE: &str = "/operator/v1/flows/{flow}";
const BUNDLE: &str = "/operator/v1/flows/{flow}/bundle";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, deploy)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PATCH, ONE, Access::Operator, update)
        .route(Method::DELETE, ONE, Access::Operator, undeploy)
        .route(Method::GET, BUNDLE, Access::Operator, bundle)
}

/// A deployment: a bundle in Base64, and its parameters.
const DEPLOYMENT: usize = limits::BUNDLE_UPLOAD / 3 * 4 + limits::API_JSON_BODY;
/// Nesting of a deployment.
const DEPLOYMENT_DEPTH: usize = 8;

/// A diagnostic of a bundle.
#[derive(Debug, Serialize)]
pub(super) struct FindingView {
    flow: Option<String>,
    code: &'static str,
    severity: Severity,
    element: Option<String>,
    position: Option<String>,
    message: String,
    hint: Option<String>,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        let diagnostic = &finding.diagnostic;
        Self {
            flow: finding.flow.clone(),
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity,
            element: diagnostic.element.clone(),
            position: diagnostic.span.as_ref().map(ToString::to_string),
            message: diagnostic.message.clone(),
            hint: diagnostic.hint.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct FlowView {
    id: String,
    name: String,
    version: String,
    log_level: &'static str,
    /// The log level that counts for a time, and until when.
    temporary_log_level: Option<TemporaryView>,
    keep: bool,
    generation: i64,
    deployed_at: String,
    updated_at: String,
    endpoints: Vec<String>,
    workers: Vec<WorkerView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<ParameterView>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<FindingView>,
}

#[derive(Debug, Serialize)]
struct TemporaryView {
    log_level: &'static str,
    until: String,
}

#[derive(Debug, Serialize)]
struct WorkerView {
    worker: String,
    state: &'static str,
    detail: Option<String>,
    at: String,
}

#[derive(Debug, Serialize)]
struct ParameterView {
    name: String,
    value: Option<String>,
    default: Option<String>,
    configured: bool,
    required: bool,
    description: String,
}

impl FlowView {
    fn new(tenant: &Tenant, flow: DeployedFlow) -> Self {
        let head = flow.head;
        let temporary = head.temporary.map(|temporary| TemporaryView {
            log_level: temporary.level.as_str(),
            until: temporary.until.to_string(),
        });
        Self {
            id: head.id,
            name: head.name,
            version: head.version,
            log_level: head.log_level.as_str(),
            temporary_log_level: temporary,
            keep: head.keep,
            generation: head.generation,
            deployed_at: head.deployed_at.to_string(),
            updated_at: head.updated_at.to_string(),
            endpoints: flow.endpoints.iter().map(|e| e.url(tenant)).collect(),
            workers: flow.workers.into_iter().map(WorkerView::from).collect(),
            parameters: None,
            diagnostics: Vec::new(),
        }
    }
}

impl From<Status> for WorkerView {
    fn from(status: Status) -> Self {
        Self {
            worker: status.worker,
            state: status.state.as_str(),
            detail: status.detail,
            at: status.at.to_string(),
        }
    }
}

impl From<Parameter> for ParameterView {
    fn from(parameter: Parameter) -> Self {
        Self {
            value: parameter.value().map(str::to_owned),
            name: parameter.name,
            default: parameter.default,
            configured: parameter.configured.is_some(),
            required: parameter.required,
            description: parameter.description,
        }
    }
}

/// What a deployment answers.
#[derive(Debug, Serialize)]
pub(super) struct DeploymentView {
    items: Vec<FlowView>,
    shared: Vec<SharedView>,
    diagnostics: Vec<FindingView>,
}

/// An artifact that flows share.
#[derive(Debug, Serialize)]
struct SharedView {
    id: String,
    kind: &'static str,
    name: String,
    version: String,
    state: &'static str,
}

impl From<RuntimeArtifact> for SharedView {
    fn from(artifact: RuntimeArtifact) -> Self {
        Self {
            kind: noun(artifact.kind),
            state: match artifact.state {
                RuntimeState::Starting => "STARTING",
                RuntimeState::Started => "STARTED",
                RuntimeState::Error => "ERROR",
            },
            id: artifact.id,
            name: artifact.name,
            version: artifact.version,
        }
    }
}

pub(super) async fn list(
    State(operations): State<Operations>,
) -> Result<axum::Json<Items<FlowView>>, Problem> {
    let flows = operations.flows().await?;
    let tenant = &operations.tenant;
    let views = flows.into_iter().map(|flow| FlowView::new(tenant, flow));
    Ok(axum::Json(views.collect()))
}

pub(super) async fn deploy(
    State(operations): State<Operations>,
    caller: Caller,
    request: Request,
) -> Result<axum::Json<DeploymentView>, Problem> {
    let body = body::read(request.into_body(), DEPLOYMENT).await?;
    let request = parse_strict(&body, DEPLOYMENT_DEPTH).map_err(|error| {
        let message = format!("the request body is not the JSON expected here: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "LG-BODY-JSON", message)
    })?;
    drop(body);
    let outcome = operations.deploy(&caller.actor(), request).await?;
    let tenant = &operations.tenant;
    let items = outcome.flows.into_iter();
    let items = items.map(|flow| FlowView::new(tenant, flow));
    Ok(axum::Json(DeploymentView {
        items: items.collect(),
        shared: outcome.shared.into_iter().map(SharedView::from).collect(),
        diagnostics: outcome.findings.iter().map(FindingView::from).collect(),
    }))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(flow): Path<String>,
) -> Result<axum::Json<FlowView>, Problem> {
    let (flow, parameters) = operations.flow(&flow).await?;
    Ok(axum::Json(FlowView {
        parameters: Some(parameters.into_iter().map(ParameterView::from).collect()),
        ..FlowView::new(&operations.tenant, flow)
    }))
}

pub(super) async fn update(
    State(operations): State<Operations>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<FlowView>, Problem> {
    let findings = operations
        .update_flow(&caller.actor(), &id, request)
        .await?
        .findings;
    let axum::Json(view) = show(State(operations), Path(id)).await?;
    Ok(axum::Json(FlowView {
        diagnostics: findings.iter().map(FindingView::from).collect(),
        ..view
    }))
}

pub(super) async fn undeploy(
    State(operations): State<Operations>,
    caller: Caller,
    Path(flow): Path<String>,
) -> Result<StatusCode, Problem> {
    let undeployed = operations.undeploy_artifact(&caller.actor(), &flow).await;
    undeployed.map_err(|error| match error {
        Error::NoRuntimeArtifact(id) => Error::NoFlow(id),
        error => error,
    })?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn bundle(
    State(operations): State<Operations>,
    Path(flow): Path<String>,
) -> Result<([(HeaderName, &'static str); 2], Vec<u8>), Problem> {
    let zip = operations.bundle(&flow).await?;
    let headers = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"bundle.zip\""),
    ];
    Ok((headers, zip))
}
