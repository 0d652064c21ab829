//! Labels and annotations, which platforms attach to what they make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Labels and annotations of an organization, a space, an instance or a key. The server keeps them
/// and gives them no meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Labels: selectable.
    #[serde(default)]
    pub labels: BTreeMap<String, Option<String>>,
    /// Annotations: free text.
    #[serde(default)]
    pub annotations: BTreeMap<String, Option<String>>,
}
