//! Where a request goes.

use std::sync::Arc;

use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Either};
use hyper::body::Body;
use lockgate_gateway::Gateway;
use lockgate_gateway::path::is_flow_path;
use lockgate_odata::Front;
use lockgate_web::caller::{Arrival, Entrance};
use lockgate_web::form;
use lockgate_web::forwarded::Proxies;
use lockgate_web::surface::Api;

/// Flow calls go straight to the gateway, everything else to the routes.
pub(super) struct Dispatcher {
    pub(super) gateway: Gateway,
    /// Every route.
    pub(super) api: Api,
    /// The routes of the listener for client certificates.
    pub(super) by_certificate: Api,
    /// Answers who asks for a CSRF token at the root of the host, as some OData clients do.
    pub(super) odata: Front,
    /// Who may say which certificate a sender presented.
    pub(super) proxies: Proxies,
}

/// Answers one request.
pub(super) async fn dispatch<B>(
    to: Arc<Dispatcher>,
    mut request: Request<B>,
    mut arrival: Arrival,
) -> Response<Either<http_body_util::Full<bytes::Bytes>, axum::body::Body>>
where
    B: Body<Data = bytes::Bytes> + Send + Sync + Unpin + 'static,
    B::Error: Into<axum::BoxError>,
{
    let received = to.proxies.receive(request.headers_mut(), &mut arrival);
    if is_flow_path(request.uri().path()) {
        let response = match received {
            Ok(()) => to.gateway.handle(request, arrival).await,
            Err(reason) => {
                let (head, _) = request.into_parts();
                to.gateway.refuse(&head, reason, &arrival)
            }
        };
        response.map(Either::Left)
    } else {
        let (head, body) = request.into_parts();
        let api = match arrival.entrance {
            Entrance::Plain | Entrance::Tls => &to.api,
            Entrance::Certificate => &to.by_certificate,
        };
        let response = match received.and_then(|()| form::check(&head)) {
            Ok(()) => {
                let token = match head.uri.path() {
                    "/" => to.odata.csrf_headers(&head, &arrival).await,
                    _ => HeaderMap::new(),
                };
                let request = Request::from_parts(head, body.boxed());
                let mut response = api.handle(request, arrival).await;
                response.headers_mut().extend(token);
                response
            }
            Err(reason) => api.refuse(&head, reason, arrival),
        };
        response.map(Either::Right)
    }
}
