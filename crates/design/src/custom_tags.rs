//! Custom tags: which ones packages may have, and with which values.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::limits;
use lockgate_store::{audit, settings};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::service::Workspace;

/// The setting that holds the configuration, as it was uploaded.
const SETTING: &str = "custom-tags";

/// A tag that packages may have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagConfiguration {
    /// Its name.
    pub tag_name: String,
    /// The values that it may have; any when there are none.
    #[serde(default)]
    pub permitted_values: Vec<String>,
    /// Whether every package has to have it.
    #[serde(default)]
    pub is_mandatory: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    custom_tags_configuration: Vec<TagConfiguration>,
}

impl Workspace {
    /// The configuration of custom tags as it was uploaded; `None` before somebody did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tag_document(&self) -> Result<Option<String>> {
        Ok(settings::get(&mut self.store.read().await?, SETTING).await?)
    }

    /// The custom tags that are configured.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tags(&self) -> Result<Vec<TagConfiguration>> {
        let document = self.tag_document().await?;
        document.map_or_else(|| Ok(Vec::new()), |json| parse(&json))
    }

    /// Configures custom tags by a JSON document.
    ///
    /// # Errors
    /// When it is none, or tags are configured already and `overwrite` is not set.
    pub async fn configure_tags(
        &self,
        actor: &Actor,
        document: &[u8],
        overwrite: bool,
    ) -> Result<()> {
        let is_text = std::str::from_utf8(document).ok();
        let json = is_text.filter(|json| json.len() <= limits::API_JSON_BODY);
        let json = json.ok_or_else(|| invalid("is too long, or no text"))?;
        let count = parse(json)?.len();
        let mut tx = self.store.begin().await?;
        match overwrite {
            true => settings::set(&mut tx, SETTING, json).await?,
            false if !settings::set_if_absent(&mut tx, SETTING, json).await? => {
                return Err(Error::Exists("A configuration of custom tags".to_owned()));
            }
            false => {}
        }
        let target = Target::new("custom-tags", "CustomTags", "CustomTags");
        let note = format!("{count} tags");
        audit::record(&mut tx, actor, "custom-tags.update", &target, &note).await?;
        Ok(tx.commit().await?)
    }

    /// Checks that a package may have this tag with this value, or these, separated by `|`.
    pub(crate) async fn check_tag(&self, tag: &str, value: &str) -> Result<()> {
        let tags = self.tags().await?;
        let known = tags.into_iter().find(|known| known.tag_name == tag);
        let known = known.ok_or(Error::NotFound)?;
        let permitted = &known.permitted_values;
        let is_permitted =
            |value: &str| permitted.is_empty() || permitted.iter().any(|one| one == value);
        if value.chars().count() > limits::DESCRIPTION || !value.split('|').all(is_permitted) {
            let message = format!("The value is not permitted for the tag {tag}.");
            return Err(Error::Invalid(message));
        }
        Ok(())
    }
}

fn parse(json: &str) -> Result<Vec<TagConfiguration>> {
    let document: Document =
        serde_json::from_str(json).map_err(|error| invalid(&format!("cannot be read: {error}")))?;
    Ok(document.custom_tags_configuration)
}

fn invalid(what: &str) -> Error {
    Error::Invalid(format!("The configuration of custom tags {what}."))
}
