//! The token endpoint.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use lockgate_web::caller::Caller;

use super::OAuthRequest;
use crate::error::{OAuthError, json, uncached};
use crate::issue::Issued;
use crate::service::Service;

pub(super) async fn issue(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    match answer(&service, caller, request).await {
        Ok(issued) => uncached(json(&issued).into_response()),
        Err(error) => service.refusal(&error),
    }
}

async fn answer(service: &Service, caller: Caller, request: Request) -> Result<Issued, OAuthError> {
    let request = OAuthRequest::read(caller, request).await?;
    let proven = service.authenticate(&request).await?;
    service.issue(&proven, &request.parameters).await
}
