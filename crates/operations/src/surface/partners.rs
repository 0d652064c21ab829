//! The partner directory.

use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::partners::EntryKind;
use lockgate_store::partners::parameters::{Parameter, Selection};
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use crate::partners::{Change, Edit, Entry, EntryKey, PartnerError};
use crate::service::Operations;

const ALL: &str = "/operator/v1/partners";
const ONE: &str = "/operator/v1/partners/{pid}";
const PARAMETER: &str = "/operator/v1/partners/{pid}/parameters/{id}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::DELETE, ONE, Access::Operator, delete)
        .route(Method::PUT, PARAMETER, Access::Operator, set)
        .route(
            Method::DELETE,
            PARAMETER,
            Access::Operator,
            delete_parameter,
        )
}

/// Status and code of an error.
pub(super) fn problem(error: &PartnerError) -> (StatusCode, &'static str) {
    match error {
        PartnerError::NoPartner(_) | PartnerError::NoEntry { .. } => {
            (StatusCode::NOT_FOUND, "LG-PARTNER")
        }
        PartnerError::Exists { .. } => (StatusCode::CONFLICT, "LG-PARTNER-EXISTS"),
        PartnerError::Full => (StatusCode::CONFLICT, "LG-PARTNERS-FULL"),
        PartnerError::Unsealable(_) => (StatusCode::INTERNAL_SERVER_ERROR, "LG-SEALED"),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct PartnerView {
    pid: String,
    parameters: Vec<ParameterView>,
    names: Vec<NameView>,
    users: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ParameterView {
    kind: &'static str,
    id: String,
    /// The text, the bytes in Base64, or nothing for a credential.
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    modified_by: String,
    modified_at: String,
}

#[derive(Debug, Serialize)]
struct NameView {
    agency: String,
    scheme: String,
    id: String,
}

impl From<Parameter> for ParameterView {
    fn from(parameter: Parameter) -> Self {
        let about = Some(parameter.about).filter(|about| !about.is_empty());
        let (value, content_type, user) = match parameter.kind {
            EntryKind::Credential => (None, None, about),
            EntryKind::Binary => (Some(STANDARD.encode(&parameter.value)), about, None),
            EntryKind::Text | EntryKind::Name | EntryKind::User => {
                let text = String::from_utf8_lossy(&parameter.value).into_owned();
                (Some(text), None, None)
            }
        };
        Self {
            kind: parameter.kind.as_str(),
            id: parameter.id,
            value,
            content_type,
            user,
            modified_by: parameter.stamp.modified_by,
            modified_at: parameter.stamp.modified_at.to_string(),
        }
    }
}

async fn list(State(operations): State<Operations>) -> Result<axum::Json<Items<Value>>, Problem> {
    let partners = operations.partners().await?;
    let items = partners
        .into_iter()
        .map(|pid| serde_json::json!({"pid": pid}));
    Ok(axum::Json(items.collect()))
}

async fn show(
    State(operations): State<Operations>,
    Path(pid): Path<String>,
) -> Result<axum::Json<PartnerView>, Problem> {
    let mut parameters = Vec::new();
    for kind in [EntryKind::Text, EntryKind::Binary, EntryKind::Credential] {
        let selection = Selection {
            kind,
            pid: Some(&pid),
            values: kind != EntryKind::Credential,
        };
        let found = operations.partner_parameters(&selection).await?;
        parameters.extend(found.into_iter().map(ParameterView::from));
    }
    let names = operations.partner_names().await?;
    let names = names.into_iter().filter(|name| name.pid == pid);
    let names: Vec<_> = names
        .map(|name| NameView {
            agency: name.agency,
            scheme: name.scheme,
            id: name.id,
        })
        .collect();
    let users = operations.partner_users().await?;
    let users = users.into_iter().filter(|user| user.pid == pid);
    let users: Vec<_> = users.map(|user| user.name).collect();
    if parameters.is_empty() && names.is_empty() && users.is_empty() {
        return Err(crate::Error::from(PartnerError::NoPartner(pid)).into());
    }
    Ok(axum::Json(PartnerView {
        pid,
        parameters,
        names,
        users,
    }))
}

async fn set(
    State(operations): State<Operations>,
    caller: Caller,
    Path((pid, id)): Path<(String, String)>,
    Body(request): Body<Value>,
) -> Result<axum::Json<ParameterView>, Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let value = fields.text("value");
    if value.is_none() {
        fields.error("value", "is required");
    }
    fields.finish();
    errors.check().map_err(|errors| Problem::from(&errors))?;
    let entry = Entry::Text {
        pid: pid.clone(),
        id: id.clone(),
        value: value.unwrap_or_default(),
    };
    change(&operations, &caller, Change::Set(entry)).await?;
    let parameter = operations.partner_parameter(EntryKind::Text, &pid, &id);
    Ok(axum::Json(parameter.await?.into()))
}

async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(pid): Path<String>,
) -> Result<StatusCode, Problem> {
    let except = Vec::new();
    change(&operations, &caller, Change::DeletePartner { pid, except }).await
}

async fn delete_parameter(
    State(operations): State<Operations>,
    caller: Caller,
    Path((pid, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let kind = EntryKind::Text;
    let key = EntryKey::Parameter { kind, pid, id };
    change(&operations, &caller, Change::Delete(key)).await
}

async fn change(
    operations: &Operations,
    caller: &Caller,
    change: Change,
) -> Result<StatusCode, Problem> {
    let author = None;
    let edit = Edit { author, change };
    operations.change_partners(&caller.actor(), &[edit]).await?;
    Ok(StatusCode::NO_CONTENT)
}
