//! The token endpoint.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use lockgate_web::caller::Caller;

use super::{OAuthRequest, name_refused};
use crate::error::{json, uncached};
use crate::service::Service;

pub(super) async fn issue(
    State(service): State<Service>,
    caller: Caller,
    request: Request,
) -> Response {
    let request = match OAuthRequest::read(caller, request).await {
        Ok(request) => request,
        Err(error) => return service.refusal(&error),
    };
    match service.grant(&request).await {
        Ok(issued) => uncached(json(&issued).into_response()),
        Err(error) => {
            let reason = error.name(service.config.errors);
            name_refused(service.refusal(&error), request.claimed(), reason)
        }
    }
}
