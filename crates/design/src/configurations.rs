//! Values configured for the externalised parameters of a flow.

use std::borrow::Cow;

use lockgate_core::audit::Actor;
use lockgate_core::limits;
use lockgate_flow::{Parameter, ParameterType};
use lockgate_store::artifacts::{Artifact, ArtifactHead, ArtifactKind};

use crate::error::{Error, Result};
use crate::service::{Workspace, Written, blocking, open};

/// A parameter of a flow with the value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Its name.
    pub key: String,
    /// The configured value, or the one in the archive.
    pub value: String,
    /// Its type, in the few words that tools know.
    pub data_type: &'static str,
    /// What the author says about it.
    pub description: String,
}

impl Workspace {
    /// The parameters of a flow, in the order of declaration.
    ///
    /// # Errors
    /// When there is no such flow.
    pub async fn configurations(&self, id: &str, version: &str) -> Result<Vec<Configuration>> {
        let artifact = self.find_artifact(ArtifactKind::Flow, id, version).await?;
        blocking(move || {
            let parameters = parameters(&artifact)?;
            Ok(parameters.into_iter().map(configuration).collect())
        })
        .await
    }

    /// Configures a parameter of a flow. The value may come with its markup characters as entities, as
    /// some tools send it, or as it is.
    ///
    /// # Errors
    /// When there is no such flow or parameter, or the value is too long.
    pub async fn configure(
        &self,
        actor: &Actor,
        id: &str,
        version: &str,
        key: &str,
        value: &str,
    ) -> Result<ArtifactHead> {
        if value.len() > limits::PARAMETER_VALUE {
            let message = format!(
                "ParameterValue is longer than {} bytes.",
                limits::PARAMETER_VALUE
            );
            return Err(Error::Invalid(message));
        }
        let (key, value) = (key.to_owned(), value.to_owned());
        let edit = move |mut artifact: Artifact| {
            let parameters = parameters(&artifact)?;
            let known = parameters.iter().find(|parameter| parameter.name == key);
            let known = known.ok_or_else(|| Error::NoParameter(key.clone()))?;
            let configured = &mut artifact.head.parameters;
            configured.insert(key.clone(), plain(&value, known.kind).into_owned());
            if configured.len() > limits::FLOW_PARAMETERS {
                // Some belong to parameters that the flow does not have any more.
                configured.retain(|name, _| parameters.iter().any(|one| one.name == *name));
            }
            if configured.len() > limits::FLOW_PARAMETERS {
                return Err(Error::TooMany(
                    limits::FLOW_PARAMETERS,
                    "configured parameters",
                ));
            }
            Ok(Written {
                artifact,
                saved: false,
                note: format!("parameter {key}"),
            })
        };
        let which = (ArtifactKind::Flow, id, version);
        self.change(actor, which, true, edit).await
    }
}

fn parameters(artifact: &Artifact) -> Result<Vec<Parameter>> {
    let bundle = open(&artifact.archive)?;
    Ok(lockgate_flow::parameters(
        &bundle,
        &artifact.head.parameters,
    ))
}

fn configuration(parameter: Parameter) -> Configuration {
    Configuration {
        value: parameter.value().unwrap_or_default().to_owned(),
        data_type: match parameter.kind {
            // Tools know three types and stumble over others.
            ParameterType::Text | ParameterType::Boolean => "xsd:string",
            ParameterType::Integer => "xsd:integer",
            ParameterType::Schedule => "custom:schedule",
        },
        key: parameter.name,
        description: parameter.description,
    }
}

/// The value without the entities in which some tools send markup characters. Entities that are part of
/// a schedule, which is XML, stay.
fn plain(value: &str, kind: ParameterType) -> Cow<'_, str> {
    let is_schedule = kind == ParameterType::Schedule;
    if !value.contains('&') || is_schedule && value.trim_start().starts_with('<') {
        return Cow::Borrowed(value);
    }
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = [
            ("&lt;", '<'),
            ("&gt;", '>'),
            ("&quot;", '"'),
            ("&apos;", '\''),
            ("&amp;", '&'),
        ]
        .into_iter()
        .find(|(entity, _)| rest.starts_with(entity))
        .filter(|(entity, _)| !(is_schedule && *entity == "&amp;"));
        match entity {
            Some((entity, character)) => {
                plain.push(character);
                rest = &rest[entity.len()..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_whether_a_tool_sends_entities_or_not() {
        for (sent, kept) in [
            ("a&b=<c>'d'\"e\"", "a&b=<c>'d'\"e\""),
            (
                "a&amp;b=&lt;c&gt;&apos;d&apos;&quot;e&quot;",
                "a&b=<c>'d'\"e\"",
            ),
            ("&amp;lt; &nbsp; &#65; &", "&lt; &nbsp; &#65; &"),
            ("", ""),
        ] {
            assert_eq!(plain(sent, ParameterType::Text), kept);
        }
        let schedule = "<row><cell>a</cell><cell>x&amp;y</cell></row>";
        let encoded =
            "&lt;row&gt;&lt;cell&gt;a&lt;/cell&gt;&lt;cell&gt;x&amp;y&lt;/cell&gt;&lt;/row&gt;";
        for sent in [schedule, encoded] {
            assert_eq!(plain(sent, ParameterType::Schedule), schedule);
        }
    }
}
