//! The keystore as a whole.

use async_trait::async_trait;
use http::StatusCode;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, Operation, Property, Reply, Result,
};
use lockgate_operations::Operations;

use super::entries::row;
use super::{ENTRIES, needs, switch};
use crate::failure::of_operations;
use crate::roles::SECURITY_MATERIAL_DOWNLOAD;

static ENTITY: EntityType = EntityType::new("KeystoreResource", &[Property::text("Name").key()]);

/// `KeystoreResources`: entries can be deleted by it. It has no keystore files.
#[derive(Debug)]
pub(in crate::sets) struct KeystoreResources(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for KeystoreResources {
    fn name(&self) -> &'static str {
        "KeystoreResources"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[SECURITY_MATERIAL_DOWNLOAD],
            false => needs(operation),
        }
    }

    /// Deletes the entries that the body names.
    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        if !switch(call, "deleteEntries", false)? {
            return Err(Error::not_implemented());
        }
        if key.text("Name") != "system" {
            return Err(Error::not_found());
        }
        let aliases = aliases(&body.required("Aliases")?);
        let mut entries = self.0.keystore().await.map_err(of_operations)?;
        self.0
            .delete_entries(call.actor(), &aliases)
            .await
            .map_err(of_operations)?;
        if !switch(call, "returnKeystoreEntries", false)? {
            return Ok(Reply::no_content());
        }
        entries.retain(|entry| aliases.contains(&entry.alias));
        let rows = entries.iter().map(row).collect();
        let reply = Reply::Entities(StatusCode::OK, rows);
        Ok(Reply::Of(ENTRIES, Box::new(reply)))
    }
}

/// Aliases with `;` between them; a backslash takes `;` and itself literally.
fn aliases(text: &str) -> Vec<String> {
    let (mut aliases, mut alias) = (Vec::new(), String::new());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => aliases.push(std::mem::take(&mut alias)),
            '\\' => alias.extend(chars.next()),
            c => alias.push(c),
        }
    }
    aliases.push(alias);
    aliases.retain(|alias| !alias.is_empty());
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_separated_by_semicolons() {
        for (text, expected) in [
            ("a", &["a"][..]),
            ("a;b", &["a", "b"]),
            (";a;;b;", &["a", "b"]),
            (r"a\;b;c\\d", &["a;b", r"c\d"]),
            (r"a\", &["a"]),
            ("", &[]),
        ] {
            assert_eq!(aliases(text), expected, "{text}");
        }
    }
}
