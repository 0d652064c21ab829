//! The audit log: changes, and everything that was refused, as one list.

use lockgate_core::audit::{Actor, Event, Outcome, Who};
use lockgate_store::audit::{self, Filter};
use lockgate_store::refusals::{self, Refusal};

use crate::error::Result;
use crate::service::Operations;

/// What a refused call of a flow is in the audit log.
const FLOW_CALL: &str = "flow.call";

impl Operations {
    /// Events of the audit log and refused calls of flows, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit(&self, filter: &Filter) -> Result<Vec<Event>> {
        let mut tx = self.store.read().await?;
        let mut events = audit::list(&mut tx, filter).await?;
        if let Some(filter) = of_calls(filter) {
            let refused = refusals::list(&mut tx, &filter).await?;
            events.extend(refused.into_iter().map(event));
            events.sort_by_key(|event| std::cmp::Reverse((event.at, event.id)));
            events.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
        }
        Ok(events)
    }
}

/// The filter for refused calls of flows, unless it leaves none.
fn of_calls(filter: &Filter) -> Option<refusals::Filter> {
    let action = filter.action.as_deref().unwrap_or_default();
    let meant = FLOW_CALL.starts_with(action) && filter.refused != Some(false);
    meant.then(|| refusals::Filter {
        id: filter.correlation,
        who: filter.who.clone(),
        about: filter.target.clone(),
        since: filter.since,
        until: filter.until,
        before: filter.before,
        limit: filter.limit(),
    })
}

fn event(refusal: Refusal) -> Event {
    let request = format!("{} {}", refusal.method, refusal.path);
    let (target_kind, target_id, target_name, detail) = match refusal.flow {
        Some(flow) if refusal.detail.is_empty() => ("flow", flow.clone(), flow, request),
        Some(flow) => {
            let detail = format!("{request}: {}", refusal.detail);
            ("flow", flow.clone(), flow, detail)
        }
        None => ("request", String::new(), request, refusal.detail),
    };
    Event {
        id: refusal.id.0,
        at: refusal.at,
        actor: Actor {
            who: match refusal.client_id {
                Some(id) => Who::Client { id },
                None => Who::Unknown { claimed: None },
            },
            source: refusal.source.parse().ok(),
            correlation: Some(refusal.id),
        },
        action: FLOW_CALL.to_owned(),
        target_kind: target_kind.to_owned(),
        target_id,
        target_name,
        key: refusal.key_id,
        thumbprint: refusal.thumbprint,
        outcome: Outcome::Refused {
            status: refusal.status,
            reason: refusal.reason,
        },
        detail,
    }
}
