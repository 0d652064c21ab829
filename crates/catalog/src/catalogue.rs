//! What can be had: the one service offering and its plans, with ids that never change.
//!
//! Every face shows the same catalogue. Platforms remember these ids, so they are constants.

use lockgate_core::tenant::Plan;
use uuid::Uuid;

/// The name of the service offering, as commands write it.
pub const OFFERING: &str = "it-rt";
/// The id of the service offering, also in the catalogue of the broker API.
pub const OFFERING_ID: Uuid = Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000010);
/// The name for people.
pub const DISPLAY_NAME: &str = "Process Integration Runtime";
/// What the service is for.
pub const DESCRIPTION: &str = DISPLAY_NAME;
/// The name of the service broker that offers it.
pub const BROKER: &str = "lockgate";
/// The id of the service broker.
pub const BROKER_ID: Uuid = Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000020);

/// The id of a plan, also in the catalogue of the broker API.
#[must_use]
pub const fn plan_id(plan: Plan) -> Uuid {
    match plan {
        Plan::IntegrationFlow => Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000011),
        Plan::Api => Uuid::from_u128(0x6c6f636b_6761_4465_8000_000000000012),
    }
}

/// The plan with this id.
#[must_use]
pub fn plan_of(id: Uuid) -> Option<Plan> {
    Plan::ALL.into_iter().find(|plan| plan_id(*plan) == id)
}

/// What a plan is for.
#[must_use]
pub const fn plan_description(plan: Plan) -> &'static str {
    match plan {
        Plan::IntegrationFlow => "Clients that call integration flow endpoints",
        Plan::Api => "Clients that call the OData API",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ_and_lead_back_to_their_plan() {
        let mut ids: HashSet<Uuid> = Plan::ALL.map(plan_id).into();
        ids.extend([OFFERING_ID, BROKER_ID]);
        assert_eq!(ids.len(), 4);
        for plan in Plan::ALL {
            assert_eq!(plan_of(plan_id(plan)), Some(plan));
        }
        assert_eq!(plan_of(OFFERING_ID), None);
    }

    /// Platforms that registered the broker know these: they must stay.
    #[test]
    fn ids_are_what_platforms_remember() {
        let ids = [
            OFFERING_ID,
            plan_id(Plan::IntegrationFlow),
            plan_id(Plan::Api),
            BROKER_ID,
        ];
        let ends = ids.map(|id| id.to_string()[24..].to_owned());
        assert_eq!(
            ends,
            [
                "000000000010",
                "000000000011",
                "000000000012",
                "000000000020"
            ]
        );
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
    }
}
