//! The parts together: who may use which route, and what reaches none.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use lockgate_web::caller::Arrival;
use lockgate_web::surface::{Access, Route, Surface};

use super::dispatcher::{Dispatcher, dispatch};
use super::parts::Parts;
use super::surroundings::Surroundings;
use super::*;

/// Every route that does not ask for the operator token, with what it asks for instead. Routes that
/// only say 405 do not count. A change here is a decision about security.
const OPEN: &str = include_str!("../../testdata/open-routes.txt");

const ARRIVAL: Arrival = Arrival::plain(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1));

/// Everything of a server but its listener and its background, in a folder of its own.
async fn assembled() -> (tempfile::TempDir, Parts, Arc<Dispatcher>) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::defaults();
    config.data_dir = folder.path().to_owned();
    let urls = Urls::for_test();
    let around = Surroundings::prepare(&config, &urls).await.unwrap();
    let parts = Parts::assemble(&config, &around).await.unwrap();
    // Routes about keys wait for the first one.
    parts.keys.tend().await.unwrap();
    parts.feed.refresh(&parts.identities).await.unwrap();
    let dispatcher = parts.dispatcher(&config, &around).unwrap();
    (folder, parts, dispatcher)
}

/// T12, T61, T70: on every surface, and with a correlation id each.
#[tokio::test]
async fn requests_of_doubtful_form_reach_no_surface() {
    let (_folder, parts, dispatcher) = Box::pin(assembled()).await;
    for path in ["/healthz", "/oauth/token", "/operator/v1/roles", "/http/x"] {
        let absolute = format!("http://other.example{path}");
        let cases = [
            ("TRACE", path, "host", "a", 405),
            ("GET", path, "upgrade", "websocket", 405),
            ("GET", path, "host", "a b", 400),
            ("GET", path, "transfer-encoding", "chunked, chunked", 400),
            ("GET", &absolute, "host", "other.example", 400),
        ];
        for (method, target, field, value, expected) in cases {
            let mut request = Request::builder().method(method).uri(target);
            if field != "host" {
                request = request.header("host", "a");
            }
            let request = request.header(field, value);
            let request = request.body(http_body_util::Empty::new()).unwrap();
            let response = dispatch(Arc::clone(&dispatcher), request, ARRIVAL).await;
            let case = format!("{method} {target} {field}: {value}");
            assert_eq!(response.status().as_u16(), expected, "{case}");
            let headers = response.headers();
            assert!(headers.contains_key("x-correlation-id"), "{case}");
            assert_eq!(headers["connection"], "close", "{case}");
        }
    }
    parts.runtime.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn every_route_keeps_its_access_rule() {
    let (_folder, parts, dispatcher) = Box::pin(assembled()).await;
    let ask = async |route: &Route, authorization: Option<&str>| {
        let mut request = Request::builder()
            .method(route.method.clone())
            .uri(route.path);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let request = request
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .unwrap();
        dispatcher
            .api
            .handle(request, ARRIVAL)
            .await
            .status()
            .as_u16()
    };
    let mut open = Vec::new();
    for route in parts.surfaces().flat_map(Surface::routes) {
        let name = format!("{} {}", route.method, route.path);
        match route.access {
            Access::Operator | Access::Account | Access::Broker => {
                for authorization in [None, Some("Bearer wrong"), Some("Basic eDp5")] {
                    let status = ask(route, authorization).await;
                    assert_eq!(status, 401, "{name} with {authorization:?}");
                }
            }
            Access::AccountOrPublic => assert_eq!(ask(route, Some("Bearer wrong")).await, 401),
            Access::ClientAuth => {}
            Access::Public if ask(route, None).await == 405 => continue,
            Access::Public => {}
        }
        if route.access != Access::Operator {
            open.push(format!("{:?} {name}", route.access));
        }
    }
    open.sort();
    for (at, line) in open.iter().enumerate() {
        assert_eq!(OPEN.lines().nth(at), Some(line.as_str()), "line {}", at + 1);
    }
    assert_eq!(OPEN.lines().count(), open.len());
    parts.runtime.stop(Duration::ZERO).await;
}
