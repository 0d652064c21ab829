//! The guard of a server where nobody has an account.

use std::sync::Arc;

use lockgate_core::account::Accounts;
use lockgate_core::client::{Directory, SECRET_HASH_LABEL};
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SharedRandom;
use lockgate_core::secret::Secret;
use lockgate_web::audit::AuditSink;
use lockgate_web::identity::{Identities, Revoked, SharedIdentities, VerificationKeys};
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::Guard;

use crate::tenant;

/// A guard that only `operator_token` opens.
#[must_use]
pub fn guard(operator_token: &'static str, random: SharedRandom) -> Guard {
    let hash = MasterKey::generate(&*random).keyed_hash(SECRET_HASH_LABEL);
    let identities = Identities {
        tenant: Arc::new(tenant()),
        clients: Directory::new([], hash),
        accounts: Accounts::default(),
        keys: VerificationKeys::default(),
        revoked: Revoked::default(),
    };
    Guard {
        operator: OperatorToken::new(&Secret::from(operator_token)),
        random,
        identities: SharedIdentities::new(identities),
        clock: Arc::new(ManualClock::at(Timestamp::from_secs(1_790_000_000))),
        audit: AuditSink::none(),
    }
}
