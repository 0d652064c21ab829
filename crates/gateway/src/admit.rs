//! The fixed order in which a call is decided, one function a stage.
//!
//! 1 form → 2 path → 3 credential → 4 identity, 5 or 401 → 6 address → 7 access → 8 method and size
//! → 9 CSRF. Before stage 6 nothing depends on which flows exist, so callers without credentials
//! cannot find out. Nothing here waits, and nothing asks the database.

use std::net::IpAddr;
use std::sync::Arc;

use http::Method;
use http::request::Parts;
use lockgate_core::clock::Timestamp;
use lockgate_core::random::SharedRandom;
use lockgate_core::refusal::Reason;
use lockgate_engine::access::{self, Grant, Permit};
use lockgate_engine::endpoints::{Endpoint, Endpoints};
use lockgate_web::form;
use lockgate_web::identity::Identities;

use crate::credential;
use crate::csrf::{Csrf, Issued, Verdict};
use crate::headers::check_connection;
use crate::identity::{Authenticator, Caller};
use crate::path::FlowPath;
use crate::refusal::{METHODS, Refusal};

/// What is decided on, beside the state of the server.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) head: &'a Parts,
    /// The least that the body has, as announced.
    pub(crate) body_bytes: u64,
    /// The TCP peer.
    pub(crate) source: IpAddr,
    pub(crate) now: Timestamp,
}

/// What a call may do.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// Run a flow.
    Flow {
        permit: Permit,
        path: FlowPath,
        /// Where in the address the part matched by `*` begins.
        rest_at: usize,
    },
    /// Take a CSRF token; the flow does not run.
    Token(Issued),
}

/// Decides calls.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) authenticator: Authenticator,
    pub(crate) csrf: Csrf,
    pub(crate) random: SharedRandom,
}

impl Gate {
    /// Takes a call through every stage.
    pub(crate) fn admit(
        &self,
        call: &Call<'_>,
        identities: &Identities,
        endpoints: &Endpoints,
    ) -> Result<Admitted, Refusal> {
        form::check(call.head)?;
        check_connection(&call.head.headers)?;
        let path = FlowPath::parse(call.head.uri.path())?;
        let presented = credential::read(&call.head.headers)?;
        let caller =
            self.authenticator
                .authenticate(&presented, identities, call.source, call.now)?;
        self.admit_caller(call, path, &caller, endpoints)
            .map_err(|refusal| {
                refusal
                    .of_client(&caller.identity.client.id)
                    .by_key(caller.key)
            })
    }

    /// The stages after the caller is known.
    fn admit_caller(
        &self,
        call: &Call<'_>,
        path: FlowPath,
        caller: &Caller,
        endpoints: &Endpoints,
    ) -> Result<Admitted, Refusal> {
        let found = path.address().and_then(|address| endpoints.find(address));
        let found = found.ok_or(Reason::UnknownAddress)?;
        let (endpoint, rest_at) = (found.endpoint, found.rest_at);
        let permit = authorize(endpoint, caller);
        let admitted = permit.and_then(|permit| {
            check_method(&call.head.method)?;
            check_size(call.body_bytes, endpoint.max_body)?;
            match self.check_csrf(call, endpoint, caller)? {
                Some(issued) => Ok(Admitted::Token(issued)),
                None => Ok(Admitted::Flow {
                    permit,
                    path,
                    rest_at,
                }),
            }
        });
        admitted.map_err(|refusal| refusal.at_flow(&endpoint.flow_id))
    }

    /// A token, when the call asks for one.
    fn check_csrf(
        &self,
        call: &Call<'_>,
        endpoint: &Endpoint,
        caller: &Caller,
    ) -> Result<Option<Issued>, Refusal> {
        if !endpoint.csrf_protected {
            return Ok(None);
        }
        let (headers, principal) = (&call.head.headers, &caller.identity.client.id);
        match self
            .csrf
            .judge(&call.head.method, headers, principal, call.now)
        {
            Verdict::Pass => Ok(None),
            Verdict::Fetch => Ok(Some(self.csrf.issue(
                headers,
                principal,
                call.now,
                &*self.random,
            ))),
            Verdict::Refuse(reason) => Err(Refusal::new(reason)),
        }
    }
}

fn authorize(endpoint: &Arc<Endpoint>, caller: &Caller) -> Result<Permit, Refusal> {
    access::authorize(endpoint, &caller.identity).map_err(|denied| {
        let refusal = Refusal::new(denied.reason()).detail(&denied);
        match caller.identity.grant {
            Grant::Only(_) => refusal.lacking_scope(denied.role()),
            Grant::Everything => refusal,
        }
    })
}

fn check_method(method: &Method) -> Result<(), Refusal> {
    match METHODS.split(", ").any(|known| known == method.as_str()) {
        true => Ok(()),
        false => Err(Refusal::new(Reason::MethodNotAllowed)),
    }
}

fn check_size(announced: u64, max: usize) -> Result<(), Refusal> {
    match usize::try_from(announced) {
        Ok(size) if size <= max => Ok(()),
        _ => Err(Refusal::new(Reason::BodyTooLarge)
            .detail(format!("at least {announced} bytes, {max} are allowed"))),
    }
}
