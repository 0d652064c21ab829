//! A request as entity sets see it.

use std::collections::BTreeSet;

use lockgate_core::audit::Actor;

use crate::key::Key;

/// A request, as far as all operations have it in common.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) actor: Actor,
    pub(crate) rights: Rights,
    pub(crate) parent: Option<Parent>,
    pub(crate) parameters: Vec<(String, String)>,
}

/// Who asks, once that is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guest {
    /// The name, the address and the request, for the audit log.
    pub(crate) actor: Actor,
    /// What they may do.
    pub(crate) rights: Rights,
    /// Whether a browser may have sent the request on its own, so that changes need a CSRF token.
    pub(crate) forgeable: bool,
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything.
    All,
    /// What these roles allow, with the roles that they contain.
    Roles(BTreeSet<String>),
}

/// The entity whose navigation leads to what is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    /// The set of the entity.
    pub set: &'static str,
    /// Its key.
    pub key: Key,
    /// The navigation that was followed.
    pub navigation: &'static str,
    /// Where the entity itself was reached from.
    pub parent: Option<Box<Parent>>,
}

impl Call {
    /// Who asks, for the audit log.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The name of who asks, for properties such as `CreatedBy`.
    #[must_use]
    pub fn user(&self) -> &str {
        self.actor.who.name()
    }

    /// Whether the caller holds `role`, for what [`crate::EntitySet::needs`] cannot say.
    #[must_use]
    pub fn holds(&self, role: &str) -> bool {
        self.rights.include(role)
    }

    /// The entity whose navigation leads here: `IntegrationPackages('p')` for
    /// `IntegrationPackages('p')/IntegrationDesigntimeArtifacts`. Whoever answers checks that it
    /// exists.
    #[must_use]
    pub fn parent(&self) -> Option<&Parent> {
        self.parent.as_ref()
    }

    /// A parameter of the URL that OData does not define, such as `Overwrite`, without quotes around
    /// its value.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        let value = found.map(|(_, value)| value.as_str())?;
        let bare = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\''));
        Some(bare.unwrap_or(value))
    }

    /// Every such parameter, with its value as it was sent.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.parameters.iter();
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn below(&self, parent: Option<Parent>) -> Self {
        Self {
            parent,
            ..self.clone()
        }
    }
}

impl Rights {
    /// Whether they include `role`.
    #[must_use]
    pub fn include(&self, role: &str) -> bool {
        match self {
            Self::All => true,
            Self::Roles(roles) => roles.contains(role),
        }
    }

    /// Whether they include one of `roles`.
    #[must_use]
    pub fn include_any(&self, roles: &[&str]) -> bool {
        roles.iter().any(|role| self.include(role))
    }
}
