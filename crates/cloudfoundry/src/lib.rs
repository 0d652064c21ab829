#![doc = include_str!("../README.md")]

mod answer;
mod body;
mod failure;
mod metadata;
mod path;
mod query;
mod resources;
mod sight;

use lockgate_accounts::AccountService;
use lockgate_catalog::Catalog;
use lockgate_web::caller::Caller;
use lockgate_web::identity::SharedIdentities;

use crate::answer::Base;
use crate::sight::Sight;

pub use resources::surface;

/// What the API serves from. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CloudFoundry {
    /// Instances and keys, and the tenant.
    pub catalog: Catalog,
    /// Organizations, spaces, accounts and their roles.
    pub accounts: AccountService,
    /// What the rights of a sender are judged by.
    pub identities: SharedIdentities,
}

impl CloudFoundry {
    /// Where the API is reached, for absolute links.
    fn base(&self) -> Base<'_> {
        Base(&self.catalog.tenant().api_base)
    }

    /// What `caller` may see and do at this moment.
    fn sight(&self, caller: &Caller) -> Sight {
        Sight::of(caller, &self.identities)
    }
}
