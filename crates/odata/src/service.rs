//! The entity sets and function imports of a service.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::changeset::Changeset;
use crate::function::FunctionImport;
use crate::set::EntitySet;

/// The entity sets and function imports of a service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Service(Arc<Registry>);

#[derive(Clone, Debug)]
struct Registry {
    sets: BTreeMap<&'static str, Arc<dyn EntitySet>>,
    functions: BTreeMap<&'static str, Arc<dyn FunctionImport>>,
    changesets: Vec<Arc<dyn Changeset>>,
}

impl Service {
    /// A service with these sets and functions.
    ///
    /// # Panics
    /// When two have the same name.
    #[must_use]
    pub fn new(
        sets: impl IntoIterator<Item = Arc<dyn EntitySet>>,
        functions: impl IntoIterator<Item = Arc<dyn FunctionImport>>,
    ) -> Self {
        let mut registry = Registry {
            sets: BTreeMap::new(),
            functions: BTreeMap::new(),
            changesets: Vec::new(),
        };
        for set in sets {
            let name = set.name();
            let taken = registry.sets.insert(name, set).is_some();
            assert!(!taken, "two entity sets are called {name}");
        }
        for function in functions {
            let name = function.describe().name;
            let taken = registry.functions.insert(name, function).is_some();
            let taken = taken || registry.sets.contains_key(name);
            assert!(!taken, "two things are called {name}");
        }
        Self(Arc::new(registry))
    }

    /// The same with changesets whose changes are applied together.
    #[must_use]
    pub fn with_changesets(self, changesets: Vec<Arc<dyn Changeset>>) -> Self {
        let mut registry = Arc::unwrap_or_clone(self.0);
        registry.changesets = changesets;
        Self(Arc::new(registry))
    }

    pub(crate) fn set(&self, name: &str) -> Option<&Arc<dyn EntitySet>> {
        self.0.sets.get(name)
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Arc<dyn FunctionImport>> {
        self.0.functions.get(name)
    }

    pub(crate) fn changesets(&self) -> impl Iterator<Item = &Arc<dyn Changeset>> {
        self.0.changesets.iter()
    }

    /// Every set, by name.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &Arc<dyn EntitySet>> {
        self.0.sets.values()
    }

    /// Every function import, by name.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &Arc<dyn FunctionImport>> {
        self.0.functions.values()
    }
}
