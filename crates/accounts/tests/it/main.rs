//! Accounts over a real store, through the service and through its routes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod login;
mod memberships;
mod places;
mod server;

#[tokio::test]
async fn every_route_needs_the_operator_token() {
    server::Server::start().await.assert_guarded().await;
}
