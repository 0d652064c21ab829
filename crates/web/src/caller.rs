//! Who sends a request, as far as the web layer knows.

use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use http::request::Parts;
use lockgate_core::ids::CorrelationId;

use crate::problem::Problem;

/// How a request reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The TCP peer. Forwarding headers are never consulted.
    pub peer: SocketAddr,
}

/// What a route's access rule established before its handler ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Nobody in particular: the route is public, or its handler authenticates a client itself.
    Anonymous,
    /// The holder of the operator token.
    Operator,
}

/// The sender of a request; every handler can take it as a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the access rule established.
    pub principal: Principal,
    /// The address it came from, for throttling and logs.
    pub source: IpAddr,
    /// Names this request in answers and logs.
    pub correlation: CorrelationId,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or_else(|| Problem::internal("the request did not come through a surface router"))
    }
}
