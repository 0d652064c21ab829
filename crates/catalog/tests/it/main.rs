//! The catalogue over a real store, through its routes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod instances;
mod keys;
mod offerings;
mod roles;
mod server;

#[tokio::test]
async fn every_route_needs_the_operator_token() {
    let statuses = server::Server::start().await.anonymous().await;
    assert!(!statuses.is_empty());
    for (route, status) in statuses {
        assert_eq!(status, 401, "{route}");
    }
}
