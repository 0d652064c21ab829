//! Operations over a real store, through their routes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod bundles;
mod credentials;
mod data_stores;
mod flows;
mod keystore;
mod message_log;
mod messages;
mod partners;
mod refusals;
mod server;
mod variables;

#[tokio::test]
async fn every_route_needs_the_operator_token() {
    server::Server::start().await.assert_guarded().await;
}
