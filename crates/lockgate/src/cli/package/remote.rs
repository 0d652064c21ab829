//! The package on a server, by its OData API.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_flow::Bundle;
use lockgate_flow::manifest::BundleKind;
use lockgate_folders::Details;
use reqwest::Method;
use serde_json::{Value, json};

use super::folder::values;
use crate::cli::client::{Client, Refused, segment};

const FLOWS: &str = "IntegrationDesigntimeArtifacts";
const VALUE_MAPPINGS: &str = "ValueMappingDesigntimeArtifacts";
const SETS: [&str; 4] = [
    FLOWS,
    "ScriptCollectionDesigntimeArtifacts",
    "MessageMappingDesigntimeArtifacts",
    VALUE_MAPPINGS,
];
/// The kind of parameters whose values are markup, which the server takes as it is.
const SCHEDULE: &str = "custom:schedule";

/// The set that holds artifacts of a bundle's kind.
pub(super) fn set_of(bundle: &Bundle) -> anyhow::Result<&'static str> {
    let [flows, scripts, messages, value_mappings] = SETS;
    Ok(match &bundle.manifest.kind {
        BundleKind::IntegrationFlow => flows,
        BundleKind::ScriptCollection => scripts,
        BundleKind::MessageMapping => messages,
        BundleKind::ValueMapping => value_mappings,
        BundleKind::Other(kind) => bail!(
            "{:?} is an artifact of kind {kind:?}, which a server does not keep; take it out of the folder",
            bundle.manifest.symbolic_name
        ),
    })
}

/// An artifact on the server.
pub(super) struct Artifact {
    pub(super) set: &'static str,
    pub(super) bundle: Bundle,
    /// Whether it was changed since it was saved as a version.
    pub(super) draft: bool,
    /// The values of its parameters that are in force.
    pub(super) values: BTreeMap<String, String>,
}

/// A package on a server, which need not be there yet.
pub(super) struct Remote<'a> {
    client: &'a Client,
    id: &'a str,
}

impl<'a> Remote<'a> {
    pub(super) fn new(client: &'a Client, id: &'a str) -> Self {
        Self { client, id }
    }

    /// What the server says about the package; none when it does not have it.
    pub(super) async fn details(&self) -> anyhow::Result<Option<Details>> {
        let path = format!("{}?$format=json", self.path());
        match self.client.odata(Method::GET, &path, None).await {
            Ok(json) => {
                let details = Details::from_json(&json);
                Ok(Some(details.context("the server's answer is no package")?))
            }
            Err(error) => match error.downcast_ref::<Refused>() {
                Some(refused) if refused.status == 404 => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// The artifacts of the package, of every kind, by id.
    pub(super) async fn artifacts(&self) -> anyhow::Result<BTreeMap<String, Artifact>> {
        let mut artifacts = BTreeMap::new();
        for set in SETS {
            for row in self.list(&format!("{}/{set}", self.path())).await? {
                let id = text(&row, "Id")?;
                let draft = text(&row, "Version")? == "Active";
                let artifact = self.artifact(set, &id, draft).await;
                let artifact = artifact.with_context(|| format!("artifact {id:?}"))?;
                artifacts.insert(id, artifact);
            }
        }
        Ok(artifacts)
    }

    async fn artifact(&self, set: &'static str, id: &str, draft: bool) -> anyhow::Result<Artifact> {
        let one = active(set, id);
        let archive = format!("{one}/$value");
        let zip = self.client.odata(Method::GET, &archive, None).await?;
        let bundle = Bundle::from_zip(&zip).map_err(|found| {
            let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
            anyhow!("its archive cannot be used: {}", lines.join("; "))
        })?;
        let mut values = BTreeMap::new();
        if set == FLOWS {
            for row in self.list(&format!("{one}/Configurations")).await? {
                values.insert(text(&row, "ParameterKey")?, text(&row, "ParameterValue")?);
            }
        }
        Ok(Artifact {
            set,
            bundle,
            draft,
            values,
        })
    }

    pub(super) async fn create_package(&self, details: &Details) -> anyhow::Result<()> {
        self.send(Method::POST, "IntegrationPackages", &body_of(details))
            .await
    }

    pub(super) async fn replace_package(&self, details: &Details) -> anyhow::Result<()> {
        self.send(Method::PUT, &self.path(), &body_of(details))
            .await
    }

    /// Makes an artifact.
    pub(super) async fn create(&self, bundle: &Bundle) -> anyhow::Result<()> {
        let manifest = &bundle.manifest;
        let id = &manifest.symbolic_name;
        let name = match manifest.name.is_empty() {
            true => id,
            false => &manifest.name,
        };
        let body = json!({
            "Id": id, "Name": name, "PackageId": self.id, "ArtifactContent": content(bundle)?,
        });
        self.send(Method::POST, set_of(bundle)?, &body).await
    }

    /// Replaces the content of an artifact. Values that are configured stay.
    pub(super) async fn update(&self, bundle: &Bundle) -> anyhow::Result<()> {
        let set = set_of(bundle)?;
        let one = active(set, &bundle.manifest.symbolic_name);
        if set != VALUE_MAPPINGS {
            let body = json!({ "ArtifactContent": content(bundle)? });
            return self.send(Method::PUT, &one, &body).await;
        }
        // The content of value mappings cannot be replaced.
        self.client.odata(Method::DELETE, &one, None).await?;
        let created = self.create(bundle).await;
        created.context("the former one is deleted and the new one was refused; push again")
    }

    /// Gives the parameters of a flow the values that an artifact has for them.
    pub(super) async fn configure(&self, bundle: &Bundle) -> anyhow::Result<()> {
        if set_of(bundle)? != FLOWS {
            return Ok(());
        }
        let one = active(FLOWS, &bundle.manifest.symbolic_name);
        let wanted = values(bundle)?;
        for row in self.list(&format!("{one}/Configurations")).await? {
            let key = text(&row, "ParameterKey")?;
            let Some(value) = wanted.get(&key) else {
                continue;
            };
            if text(&row, "ParameterValue")? == *value {
                continue;
            }
            // Otherwise what looks like an entity would be taken for one.
            let sent = match row.get("DataType").and_then(Value::as_str) {
                Some(SCHEDULE) => value.clone(),
                _ => value.replace('&', "&amp;"),
            };
            let path = format!("{one}/$links/Configurations({})", literal(&key));
            let body = json!({ "ParameterValue": sent });
            let put = self.send(Method::PUT, &path, &body).await;
            put.with_context(|| format!("parameter {key:?}"))?;
        }
        Ok(())
    }

    fn path(&self) -> String {
        format!("IntegrationPackages({})", literal(self.id))
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<()> {
        self.client.odata(method, path, Some(body)).await?;
        Ok(())
    }

    async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!("{path}?$format=json");
        let answer = self.client.odata(Method::GET, &path, None).await?;
        let mut answer: Value =
            serde_json::from_slice(&answer).context("the server's answer is not JSON")?;
        match answer.pointer_mut("/d/results").map(Value::take) {
            Some(Value::Array(rows)) => Ok(rows),
            _ => bail!("the server's answer to {path} is no list"),
        }
    }
}

/// An artifact as it is now.
fn active(set: &str, id: &str) -> String {
    format!("{set}(Id={},Version='active')", literal(id))
}

/// A text as a key in a path.
fn literal(text: &str) -> String {
    format!("'{}'", segment(&text.replace('\'', "''")))
}

/// Who may edit is the server's business.
fn body_of(details: &Details) -> Value {
    let details = Details {
        mode: String::new(),
        ..details.clone()
    };
    json!({ "d": details })
}

fn content(bundle: &Bundle) -> anyhow::Result<String> {
    Ok(STANDARD.encode(bundle.to_zip()?))
}

/// A member of a row that has to be a text.
fn text(row: &Value, name: &str) -> anyhow::Result<String> {
    let text = row.get(name).and_then(Value::as_str);
    let text = text.with_context(|| format!("the server's answer has no {name}"))?;
    Ok(text.to_owned())
}
