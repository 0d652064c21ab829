//! The catalogue over a real store, through its routes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod instances;
mod keys;
mod offerings;
mod roles;
mod server;

#[tokio::test]
async fn every_route_needs_the_operator_token() {
    server::Server::start().await.assert_guarded().await;
}
