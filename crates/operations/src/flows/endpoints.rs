//! Where flows can be called.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lockgate_core::tenant::Tenant;
use lockgate_flow::Diagnostic;
use lockgate_flow::plan::{Plan, Trigger};
use lockgate_store::flows::{self, FlowHead};

use crate::error::{Error, Result};
use crate::flows::read;
use crate::service::Operations;

/// An HTTPS endpoint of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Path below `/http`, starting with `/`.
    pub path: String,
    /// Whether longer paths are served too.
    pub prefix: bool,
}

impl Endpoint {
    /// The address as configured: with `/*` when longer paths are served too.
    #[must_use]
    pub fn address(&self) -> String {
        let end = if self.prefix { "/*" } else { "" };
        format!("{}{end}", self.path)
    }

    /// The URL that senders call.
    #[must_use]
    pub fn url(&self, tenant: &Tenant) -> String {
        format!("{}/http{}", tenant.runtime_base, self.address())
    }

    /// Whether `later` cannot be deployed beside this one: it has the same path, or a longer one
    /// that this one serves. Case does not matter. A prefix over longer addresses that are deployed
    /// already is legal, and they keep answering.
    fn blocks(&self, later: &Self) -> bool {
        let (own, later) = (
            self.path.to_ascii_lowercase(),
            later.path.to_ascii_lowercase(),
        );
        match later.strip_prefix(&own) {
            Some("") => true,
            Some(rest) => self.prefix && rest.starts_with('/'),
            None => false,
        }
    }

    /// The endpoints of a flow.
    pub(super) fn of(plan: &Plan) -> Vec<Self> {
        let endpoint = |trigger: &Trigger| match trigger {
            Trigger::Https(sender) => Some(Self {
                path: sender.path.clone(),
                prefix: sender.prefix,
            }),
            Trigger::ProcessDirect { .. } | Trigger::Timer(_) | Trigger::Never => None,
        };
        plan.entries
            .iter()
            .filter_map(|entry| endpoint(&entry.trigger))
            .collect()
    }
}

/// What reading a deployed flow gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Where it can be called.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Why it cannot be built.
    pub(crate) errors: Vec<Diagnostic>,
}

/// Findings by flow and generation, so that listing flows does not read their bundles again.
#[derive(Clone, Debug, Default)]
pub(crate) struct FindingsCache(Arc<Mutex<ByFlow>>);

/// Generation and findings by flow id.
type ByFlow = HashMap<String, (i64, Arc<Findings>)>;

impl FindingsCache {
    fn get(&self, head: &FlowHead) -> Option<Arc<Findings>> {
        let cached = self.lock();
        let (generation, findings) = cached.get(&head.id)?;
        (*generation == head.generation).then(|| Arc::clone(findings))
    }

    fn put(&self, head: &FlowHead, findings: Arc<Findings>) {
        self.lock()
            .insert(head.id.clone(), (head.generation, findings));
    }

    /// Forgets flows that are not deployed any more.
    fn retain(&self, heads: &[FlowHead]) {
        self.lock()
            .retain(|id, _| heads.iter().any(|head| head.id == *id));
    }

    fn lock(&self) -> MutexGuard<'_, ByFlow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operations {
    /// What reading a deployed flow gives.
    pub(crate) async fn findings(&self, head: &FlowHead) -> Result<Arc<Findings>> {
        if let Some(findings) = self.findings.get(head) {
            return Ok(findings);
        }
        let flow = flows::find(&mut self.store.read().await?, &head.id).await?;
        let Some(flow) = flow.filter(|flow| flow.generation == head.generation) else {
            return Ok(Arc::default());
        };
        let (plan, mut errors) = match read(flow.bundle, flow.parameters).await {
            Ok(reading) => (reading.plan, reading.diagnostics),
            Err(errors) => (None, errors),
        };
        errors.retain(Diagnostic::is_error);
        let endpoints = plan.as_ref().map(Endpoint::of).unwrap_or_default();
        let findings = Arc::new(Findings { endpoints, errors });
        self.findings.put(head, Arc::clone(&findings));
        Ok(findings)
    }

    /// Checks that no address of the flows to be deployed is taken: by one another, or by a
    /// deployed flow that stays as it is.
    pub(super) async fn check_addresses(&self, wanted: &[Wanted<'_>]) -> Result<()> {
        let heads = flows::list(&mut self.store.read().await?).await?;
        self.findings.retain(&heads);
        let replaced = |head: &FlowHead| wanted.iter().any(|wanted| wanted.flow == head.id);
        for head in heads.iter().filter(|head| !replaced(head)) {
            let taken = self.findings(head).await?;
            for wanted in wanted {
                wanted.differs_from(&head.id, &taken.endpoints)?;
            }
        }
        for (index, one) in wanted.iter().enumerate() {
            for other in &wanted[..index] {
                one.differs_from(other.flow, other.endpoints)?;
            }
        }
        Ok(())
    }
}

/// The addresses that a flow wants.
pub(super) struct Wanted<'a> {
    pub(super) flow: &'a str,
    pub(super) endpoints: &'a [Endpoint],
}

impl Wanted<'_> {
    fn differs_from(&self, by: &str, taken: &[Endpoint]) -> Result<()> {
        let is_taken = |endpoint: &&Endpoint| taken.iter().any(|taken| taken.blocks(endpoint));
        match self.endpoints.iter().find(is_taken) {
            None => Ok(()),
            Some(endpoint) => Err(Error::AddressTaken {
                address: endpoint.address(),
                flow: self.flow.to_owned(),
                by: by.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(address: &str) -> Endpoint {
        let prefix = address.strip_suffix("/*");
        Endpoint {
            path: prefix.unwrap_or(address).to_owned(),
            prefix: prefix.is_some(),
        }
    }

    #[test]
    fn an_address_blocks_itself_and_what_its_prefix_serves() {
        for (deployed, later, blocked) in [
            ("/a", "/A", true),
            ("/a", "/a/*", true),
            ("/a/*", "/a", true),
            ("/a/*", "/a/b", true),
            ("/A/*", "/a/b/*", true),
            ("/*", "/a", true),
            ("/a/*", "/ab", false),
            ("/a", "/a/b", false),
            ("/a/b", "/a/*", false),
            ("/a", "/b", false),
        ] {
            let blocks = endpoint(deployed).blocks(&endpoint(later));
            assert_eq!(blocks, blocked, "{deployed} then {later}");
        }
    }
}
