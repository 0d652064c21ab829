//! The fixed order in which a call is decided, one function a stage.
//!
//! 1 form → 2 path → 3 credential → 4 identity, 5 or 401 → 6 address → 7 access → 8 method and size
//! → 9 CSRF. Before stage 6 nothing depends on which flows exist, so callers without credentials
//! cannot find out; the holder of a certificate that leads to no client finds out no more than which
//! addresses accept listed certificates. Nothing here waits, and nothing asks the database.

use std::sync::Arc;

use http::Method;
use http::request::Parts;
use lockgate_core::clock::Timestamp;
use lockgate_core::random::SharedRandom;
use lockgate_core::refusal::Reason;
use lockgate_engine::access::{self, Access, Denied, Grant, Identity, Permit, Principal};
use lockgate_engine::endpoints::{Endpoint, Endpoints};
use lockgate_web::caller::Arrival;
use lockgate_web::form;
use lockgate_web::identity::Identities;

use crate::credential;
use crate::csrf::{Csrf, Issued, Verdict};
use crate::headers::check_connection;
use crate::identity::{Authenticator, Caller, Claim, Renewal};
use crate::path::FlowPath;
use crate::refusal::{METHODS, Refusal};

/// What is decided on, beside the state of the server.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) head: &'a Parts,
    /// The least that the body has, as announced.
    pub(crate) body_bytes: u64,
    /// From where it came, and with which certificate.
    pub(crate) arrival: &'a Arrival,
    pub(crate) now: Timestamp,
}

/// A call that was let in.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) may: May,
    /// What has to be noted before.
    pub(crate) renewal: Option<Renewal>,
}

/// What a call may do.
#[derive(Debug)]
pub(crate) enum May {
    /// Run a flow.
    Run {
        permit: Permit,
        path: FlowPath,
        /// Where in the address the part matched by `*` begins.
        rest_at: usize,
    },
    /// Take a CSRF token; the flow does not run.
    Take(Issued),
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
        let claim = Claim {
            presented,
            arrival: call.arrival,
            now: call.now,
        };
        let caller = self.authenticator.authenticate(&claim, identities)?;
        let admitted = self.admit_caller(call, path, &caller, endpoints);
        admitted.map_err(|refusal| match &caller.proof {
            Some(proof) => refusal.of_client(&proof.client.id).by_key(proof.key),
            None => refusal,
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
        let found = found.ok_or_else(|| at_unknown_address(caller))?;
        let (endpoint, rest_at) = (found.endpoint, found.rest_at);
        let permit = authorize(endpoint, caller);
        let may = permit.and_then(|permit| {
            check_method(&call.head.method)?;
            check_size(call.body_bytes, endpoint.max_body)?;
            match self.check_csrf(call, endpoint, caller)? {
                Some(issued) => Ok(May::Take(issued)),
                None => Ok(May::Run {
                    permit,
                    path,
                    rest_at,
                }),
            }
        });
        // Where certificates are listed, no key was asked about.
        let renewal = match endpoint.access {
            Access::Role(_) => caller.renewal.clone(),
            Access::Certificates(_) => None,
        };
        may.map(|may| Admitted { may, renewal })
            .map_err(|refusal| refusal.at_flow(&endpoint.flow_id))
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
        let (headers, principal) = (&call.head.headers, &*caller.csrf_principal());
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

/// Whoever is no client is not told whether there is an address.
fn at_unknown_address(caller: &Caller) -> Refusal {
    match &caller.identity {
        Identity::Known { .. } => Refusal::new(Reason::UnknownAddress),
        Identity::Holder { because, .. } => Refusal::new(*because).detail(&caller.detail),
    }
}

fn authorize(endpoint: &Arc<Endpoint>, caller: &Caller) -> Result<Permit, Refusal> {
    access::authorize(endpoint, &caller.identity).map_err(|denied| {
        let refusal = Refusal::new(denied.reason());
        let refusal = match &denied {
            Denied::NoClient(_) => refusal.detail(&caller.detail),
            other => refusal.detail(other),
        };
        match has_token(&caller.identity) {
            true => refusal.lacking_scope(denied.role()),
            false => refusal,
        }
    })
}

/// Whether scopes of a token decided about roles.
fn has_token(identity: &Identity) -> bool {
    let Identity::Known { principal, .. } = identity else {
        return false;
    };
    match principal {
        Principal::Client { grant, .. } => matches!(grant, Grant::Only(_)),
        Principal::Person { .. } => true,
    }
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
