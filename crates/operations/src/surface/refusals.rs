//! Refused calls, with what their sender is not told.

use axum::extract::{Path, Query, State};
use http::Method;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::refusal::Reason;
use lockgate_store::refusals::Refusal;
use lockgate_web::body::Items;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;

use crate::service::Operations;
use crate::surface::query::{self, Pairs};

const ALL: &str = "/operator/v1/refusals";
const ONE: &str = "/operator/v1/refusals/{correlation}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::GET, ONE, Access::Operator, show)
}

#[derive(Debug, Serialize)]
pub(super) struct RefusalView {
    correlation_id: String,
    at: String,
    source: String,
    method: String,
    path: String,
    status: u16,
    reason: String,
    explanation: &'static str,
    advice: &'static str,
    detail: String,
    client_id: Option<String>,
    key: Option<String>,
    thumbprint: Option<String>,
    flow: Option<String>,
}

impl From<Refusal> for RefusalView {
    fn from(refusal: Refusal) -> Self {
        let reason = Reason::from_code(&refusal.reason);
        Self {
            correlation_id: refusal.id.to_string(),
            at: refusal.at.to_string(),
            source: refusal.source,
            method: refusal.method,
            path: refusal.path,
            status: refusal.status,
            explanation: reason.map_or(
                "The call was refused for a reason that this version of the server does not know.",
                Reason::explanation,
            ),
            advice: reason.map_or(
                "Ask a server of the version that refused the call.",
                Reason::advice,
            ),
            reason: refusal.reason,
            detail: refusal.detail,
            client_id: refusal.client_id,
            key: refusal.key_id.map(|key| key.to_string()),
            thumbprint: refusal.thumbprint.map(|thumbprint| thumbprint.to_string()),
            flow: refusal.flow,
        }
    }
}

pub(super) async fn list(
    State(operations): State<Operations>,
    Query(pairs): Query<Pairs>,
) -> Result<axum::Json<Items<RefusalView>>, Problem> {
    let limit = limit(pairs).map_err(|errors| Problem::from(&errors))?;
    let refusals = operations.refusals(limit).await?;
    Ok(axum::Json(
        refusals.into_iter().map(RefusalView::from).collect(),
    ))
}

fn limit(pairs: Pairs) -> Result<u32, FieldErrors> {
    let mut errors = FieldErrors::default();
    let object = query::object(pairs, &mut errors);
    let mut fields = Fields::of("", object, &mut errors);
    let limit = query::limit(&mut fields);
    fields.finish();
    errors.check()?;
    Ok(limit)
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path(correlation): Path<String>,
) -> Result<axum::Json<RefusalView>, Problem> {
    Ok(axum::Json(operations.refusal(&correlation).await?.into()))
}
