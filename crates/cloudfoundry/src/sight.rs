//! What the sender of a request may see and do. Everything else does not exist for them.

use std::sync::Arc;

use lockgate_accounts::permission::Rights;
use lockgate_core::account::Account;
use lockgate_core::ids::SpaceId;
use lockgate_web::caller::Caller;
use lockgate_web::identity::{Identities, SharedIdentities};

use crate::failure::Failure;

/// The sender's rights at this moment; nobody in particular has none.
#[derive(Debug)]
pub(crate) struct Sight {
    account: Option<Arc<Account>>,
    identities: Arc<Identities>,
}

impl Sight {
    pub(crate) fn of(caller: &Caller, identities: &SharedIdentities) -> Self {
        Self {
            account: caller.account().cloned(),
            identities: identities.snapshot(),
        }
    }

    /// Whether the sender has a right.
    pub(crate) fn may(&self, has: impl FnOnce(Rights<'_>) -> bool) -> bool {
        let rights = |account| Rights::of(account, &self.identities.accounts);
        self.account
            .as_deref()
            .is_some_and(|account| has(rights(account)))
    }

    /// 403 for who sees the thing, but has not this right.
    pub(crate) fn require(&self, has: impl FnOnce(Rights<'_>) -> bool) -> Result<(), Failure> {
        if self.may(has) {
            Ok(())
        } else {
            Err(Failure::not_authorized())
        }
    }

    /// The space that a body refers to; 422 for who may not see it.
    pub(crate) fn referenced_space(&self, space: Option<SpaceId>) -> Result<SpaceId, Failure> {
        let exists = |space: &SpaceId| {
            self.identities.accounts.org_of(*space).is_some()
                && self.may(|rights| rights.can_see_space(*space))
        };
        space.filter(exists).ok_or_else(|| {
            Failure::unprocessable(
                "Invalid space. Ensure that the space exists and you have access to it.",
            )
        })
    }

    /// The sender's account.
    pub(crate) fn account(&self) -> Option<&Arc<Account>> {
        self.account.as_ref()
    }

    /// Everybody the server knows.
    pub(crate) fn identities(&self) -> &Identities {
        &self.identities
    }
}
