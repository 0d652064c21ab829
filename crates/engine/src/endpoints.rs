//! The addresses that HTTPS senders listen on.

use std::collections::HashMap;
use std::sync::Arc;

use lockgate_flow::plan::{Authorization, HttpsSender};

use crate::access::{Access, Listed};
use crate::runtime::Target;

/// One HTTPS sender channel of a deployed flow.
#[derive(Debug)]
pub struct Endpoint {
    /// Technical id of the flow.
    pub flow_id: Arc<str>,
    /// Configured path below `/http`, starting with `/`; without the `/*` of a prefix.
    pub path: Arc<str>,
    /// Whether longer paths are served too.
    pub prefix: bool,
    /// Who may call.
    pub access: Access,
    /// Whether modifying calls need a CSRF token.
    pub csrf_protected: bool,
    /// Largest request body in bytes.
    pub max_body: usize,
    /// What runs; absent when the flow is deployed but does not run.
    target: Option<Target>,
}

impl Endpoint {
    pub(crate) fn new(flow_id: Arc<str>, sender: &HttpsSender, target: Option<Target>) -> Self {
        Self {
            flow_id,
            path: sender.path.as_str().into(),
            prefix: sender.prefix,
            access: access(&sender.authorization),
            csrf_protected: sender.csrf_protected,
            max_body: sender.max_body,
            target,
        }
    }

    /// Whether the flow runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.target.is_some()
    }

    pub(crate) fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    /// An endpoint of no flow.
    #[cfg(test)]
    pub(crate) fn for_test(path: &str, prefix: bool, authorization: Authorization) -> Self {
        let sender = HttpsSender {
            path: path.to_owned(),
            prefix,
            authorization,
            csrf_protected: false,
            max_body: 1,
        };
        Self::new("test".into(), &sender, None)
    }
}

/// Who may call, ready to be compared. A name that cannot be read lets nobody in; flows with such
/// names are not started.
fn access(authorization: &Authorization) -> Access {
    match authorization {
        Authorization::Role(role) => Access::Role(role.clone()),
        Authorization::Certificates(pairs) => {
            let listed = pairs.iter().filter_map(|pair| Listed::read(pair).ok());
            Access::Certificates(listed.collect())
        }
    }
}

/// Every endpoint of this server by address. Immutable; replaced as a whole.
#[derive(Debug, Default)]
pub struct Endpoints {
    literal: HashMap<Box<str>, Arc<Endpoint>>,
    prefixes: HashMap<Box<str>, Arc<Endpoint>>,
    /// Slashes in the longest prefix: bounds how often a path is shortened while looking it up.
    deepest_prefix: usize,
}

/// The endpoint that answers at a path.
#[derive(Debug)]
pub struct Match<'a> {
    /// The endpoint.
    pub endpoint: &'a Arc<Endpoint>,
    /// Where the part matched by `*` begins in the path, after its slash; the path's length for
    /// literal addresses. Folding keeps lengths, so it holds for the unfolded path too.
    pub rest_at: usize,
}

/// An address that cannot be added because another flow has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the address {path} is already served by flow {owner}; undeploy that flow or change the address"
)]
pub struct AddressTaken {
    /// The address as configured.
    pub path: String,
    /// The flow that has it.
    pub owner: String,
}

impl Endpoints {
    /// The endpoint at `folded`, a path below `/http` in lower case (ASCII only), starting with `/`.
    /// A literal address wins over a prefix, and a longer prefix over a shorter one.
    #[must_use]
    pub fn find(&self, folded: &str) -> Option<Match<'_>> {
        if let Some(endpoint) = self.literal.get(folded) {
            return Some(Match {
                endpoint,
                rest_at: folded.len(),
            });
        }
        self.find_prefix(folded)
    }

    /// Every endpoint, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Endpoint>> {
        self.literal.values().chain(self.prefixes.values())
    }

    /// Adds an endpoint. Paths that an earlier prefix covers are taken; a prefix over earlier
    /// literal addresses is not, and they keep answering.
    ///
    /// # Errors
    /// Names the flow that has the address.
    pub(crate) fn insert(&mut self, endpoint: Arc<Endpoint>) -> Result<(), AddressTaken> {
        self.check(&endpoint)?;
        let folded = endpoint.path.to_ascii_lowercase();
        if endpoint.prefix {
            self.deepest_prefix = self.deepest_prefix.max(slashes(&folded));
            self.prefixes.insert(folded.into(), endpoint);
        } else {
            self.literal.insert(folded.into(), endpoint);
        }
        Ok(())
    }

    /// Whether an endpoint could be added.
    ///
    /// # Errors
    /// Names the flow that has the address.
    pub(crate) fn check(&self, endpoint: &Endpoint) -> Result<(), AddressTaken> {
        let folded = endpoint.path.to_ascii_lowercase();
        let taken = self.literal.get(folded.as_str());
        let covering = self.find_prefix(&folded).map(|found| found.endpoint);
        match taken.or(covering) {
            None => Ok(()),
            Some(owner) => Err(AddressTaken {
                path: endpoint.path.as_ref().to_owned(),
                owner: owner.flow_id.as_ref().to_owned(),
            }),
        }
    }

    fn find_prefix(&self, folded: &str) -> Option<Match<'_>> {
        if self.prefixes.is_empty() {
            return None;
        }
        let mut base = shorten_to(folded, self.deepest_prefix);
        loop {
            if let Some(endpoint) = self.prefixes.get(base) {
                let rest_at = (base.len() + 1).min(folded.len());
                return Some(Match { endpoint, rest_at });
            }
            base = &base[..base.rfind('/')?];
        }
    }
}

fn slashes(path: &str) -> usize {
    path.bytes().filter(|byte| *byte == b'/').count()
}

/// The leading part of `path` with at most `segments` slashes.
fn shorten_to(path: &str, segments: usize) -> &str {
    let end = path.match_indices('/').nth(segments);
    end.map_or(path, |(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use lockgate_flow::plan::DnPair;

    use super::*;

    fn endpoints(addresses: &[&str]) -> Endpoints {
        let mut endpoints = Endpoints::default();
        for address in addresses {
            endpoints.insert(endpoint(address)).unwrap();
        }
        endpoints
    }

    fn endpoint(address: &str) -> Arc<Endpoint> {
        let base = address.strip_suffix("/*");
        let role = "ESBMessaging.send".parse().unwrap();
        let path = base.unwrap_or(address);
        Arc::new(Endpoint::for_test(
            path,
            base.is_some(),
            Authorization::Role(role),
        ))
    }

    #[test]
    fn the_longest_literal_wins_over_a_wildcard() {
        let endpoints = endpoints(&["/Shop/Special", "/shop/deep/*", "/shop/*", "/x"]);
        let cases = [
            ("/shop/special", Some(("/Shop/Special", ""))),
            ("/shop/special/a", Some(("/shop", "special/a"))),
            ("/shop/other", Some(("/shop", "other"))),
            ("/shop", Some(("/shop", ""))),
            ("/shop/", Some(("/shop", ""))),
            ("/shop/deep/a/b/c/d", Some(("/shop/deep", "a/b/c/d"))),
            ("/shopping", None),
            ("/x", Some(("/x", ""))),
            ("/x/", None),
            ("/X", None),
            ("/", None),
            ("", None),
        ];
        for (path, expected) in cases {
            let found = endpoints.find(path);
            let found = found.map(|found| {
                (
                    found.endpoint.path.as_ref().to_owned(),
                    &path[found.rest_at..],
                )
            });
            let found = found.as_ref().map(|(path, rest)| (path.as_str(), *rest));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_root_prefix_covers_everything() {
        let endpoints = endpoints(&["/*"]);
        let found = endpoints.find("/a/b").unwrap();
        assert_eq!(found.rest_at, 1);
        assert!(endpoints.find("/").is_some());
    }

    #[test]
    fn an_address_is_served_by_one_flow() {
        for (first, second, conflict) in [
            ("/a", "/A", true),
            ("/a/*", "/a/b", true),
            ("/a/*", "/a/b/*", true),
            ("/a/*", "/a", true),
            ("/a/*", "/ab", false),
            ("/a/b", "/a/*", false),
            ("/a", "/b", false),
        ] {
            let mut endpoints = endpoints(&[first]);
            let result = endpoints.insert(endpoint(second));
            assert_eq!(result.is_err(), conflict, "{first} then {second}");
            if let Err(taken) = result {
                assert_eq!(taken.owner, "test");
            }
        }
    }

    #[test]
    fn a_path_of_many_segments_is_looked_up_in_few_steps() {
        let endpoints = endpoints(&["/a/*"]);
        let long = format!("/b{}", "/x".repeat(4_000));
        assert!(endpoints.find(&long).is_none());
        assert_eq!(shorten_to(&long, endpoints.deepest_prefix), "/b");
    }

    #[test]
    fn names_that_cannot_be_read_let_nobody_in() {
        let pair = |subject: &str| DnPair {
            subject: subject.to_owned(),
            issuer: "CN=c".to_owned(),
        };
        let pairs = vec![pair("nonsense"), pair("CN=a")];
        let endpoint = Endpoint::for_test("/a", false, Authorization::Certificates(pairs));
        let Access::Certificates(listed) = &endpoint.access else {
            panic!("certificates were listed");
        };
        assert_eq!(listed.len(), 1);
    }
}
