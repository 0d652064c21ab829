//! Operations over a real store, through their routes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod bundles;
mod credentials;
mod flows;
mod messages;
mod refusals;
mod server;
mod variables;

#[tokio::test]
async fn every_route_needs_the_operator_token() {
    let statuses = server::Server::start().await.anonymous().await;
    assert!(!statuses.is_empty());
    for (route, status) in statuses {
        assert_eq!(status, 401, "{route}");
    }
}
