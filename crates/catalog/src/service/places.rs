//! Where instances live: spaces, as people write them.

use std::collections::HashMap;

use lockgate_core::ids::{OrgId, SpaceId};
use lockgate_store::spaces::Space;
use lockgate_store::{Tx, organizations, spaces};

use crate::error::{Error, Result};
use crate::service::guid;

/// The space that `text` names: `org/space`, or a guid.
pub(super) async fn named(tx: &mut Tx, text: &str) -> Result<SpaceId> {
    let found = match (guid(text), text.split_once('/')) {
        (Some(id), _) => spaces::find(tx, SpaceId(id)).await?,
        (None, Some((org, space))) => in_organization(tx, org, space).await?,
        (None, None) => None,
    };
    found
        .map(|space| space.id)
        .ok_or_else(|| Error::NoSpace(text.to_owned()))
}

async fn in_organization(tx: &mut Tx, org: &str, space: &str) -> Result<Option<Space>> {
    match organizations::find_by_name(tx, org).await? {
        Some(org) => Ok(spaces::find_by_name(tx, org.id, space).await?),
        None => Ok(None),
    }
}

/// Every space as `org/space`.
pub(super) async fn all(tx: &mut Tx) -> Result<HashMap<SpaceId, String>> {
    let organizations = organizations::list(tx).await?;
    let names: HashMap<OrgId, String> = organizations
        .into_iter()
        .map(|org| (org.id, org.name))
        .collect();
    let spaces = spaces::list(tx).await?;
    let written = spaces.into_iter().filter_map(|space| {
        let org = names.get(&space.organization)?;
        Some((space.id, format!("{org}/{}", space.name)))
    });
    Ok(written.collect())
}
