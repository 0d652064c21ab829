//! The catalogue over a real store, through its routes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod authorities;
mod certificates;
mod client_x509;
mod external;
mod faces;
mod instances;
mod keys;
mod offerings;
mod outside;
mod roles;
mod server;
mod spaces;

#[tokio::test]
async fn every_route_needs_the_operator_token() {
    server::Server::start().await.assert_guarded().await;
}
