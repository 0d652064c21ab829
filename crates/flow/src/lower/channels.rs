//! Receiver channels, and files that steps name.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Lowering, display_name};
use crate::bundle::RESOURCES;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Template;
use crate::kinds::{self, Direction};
use crate::model::{self, Element, Model};
use crate::params::Context;
use crate::plan::Channel;
use crate::usage::Resource;

/// Settings that only design tools read.
const DESIGN_TIME: [&str; 10] = [
    "ComponentNS",
    "ComponentSWCVId",
    "ComponentSWCVName",
    "Description",
    "MessageProtocolVersion",
    "Name",
    "TransportProtocolVersion",
    "Vendor",
    "cmdVariantUri",
    "direction",
];

/// The channels of a flow by the element they belong to, and the participants they lead to.
pub(super) struct Channels<'m> {
    senders: HashMap<&'m str, Vec<&'m model::Channel>>,
    receivers: HashMap<&'m str, Vec<&'m model::Channel>>,
    /// Senders and receivers by id.
    participants: HashMap<&'m str, &'m model::Participant>,
    /// Names of pools by the id of their process.
    pools: HashMap<&'m str, &'m str>,
}

impl<'m> Channels<'m> {
    /// Sorts channels by their `direction`; the arrow says nothing. Old exports that do not state
    /// it are sorted by the kind of participant.
    pub(super) fn of(model: &'m Model) -> Self {
        let mut this = Self {
            senders: HashMap::new(),
            receivers: HashMap::new(),
            participants: HashMap::new(),
            pools: HashMap::new(),
        };
        for participant in &model.participants {
            match &participant.process {
                Some(process) => {
                    this.pools.insert(process, &participant.name);
                }
                None => {
                    this.participants.insert(&participant.id, participant);
                }
            }
        }
        for channel in &model.channels {
            let participant = this.participant(channel);
            let element = match participant {
                Some(participant) if participant.id == channel.source => &channel.target,
                _ => &channel.source,
            };
            let is_sender = match channel.properties.get("direction") {
                Some("Sender") => true,
                Some("Receiver") => false,
                _ => participant.is_some_and(|participant| participant.kind == "EndpointSender"),
            };
            let map = if is_sender {
                &mut this.senders
            } else {
                &mut this.receivers
            };
            map.entry(element.as_str()).or_default().push(channel);
        }
        this
    }

    pub(super) fn senders(&self, element: &str) -> Vec<&'m model::Channel> {
        self.senders.get(element).cloned().unwrap_or_default()
    }

    pub(super) fn receivers(&self, element: &str) -> Vec<&'m model::Channel> {
        self.receivers.get(element).cloned().unwrap_or_default()
    }

    /// The name of the pool that shows a process.
    pub(super) fn pool_name(&self, process: &str) -> &'m str {
        self.pools.get(process).copied().unwrap_or_default()
    }

    /// The sender or receiver at one end of a channel.
    fn participant(&self, channel: &model::Channel) -> Option<&'m model::Participant> {
        let at = |id: &str| self.participants.get(id).copied();
        at(&channel.source).or_else(|| at(&channel.target))
    }
}

impl<'m> Lowering<'m> {
    /// Which adapter a channel uses: component and message protocol.
    pub(super) fn adapter(&self, channel: &'m model::Channel) -> (String, String) {
        let text = |key: &str| {
            let text = channel.properties.get(key).unwrap_or_default();
            self.parameters
                .resolve(text, Context::Plain)
                .trim()
                .to_owned()
        };
        let component = match text("ComponentType") {
            name if name.is_empty() => channel
                .properties
                .component()
                .unwrap_or_default()
                .to_owned(),
            name => name,
        };
        (component, text("MessageProtocol"))
    }

    /// The one channel through which a step sends.
    pub(super) fn receiver(&mut self, element: &'m Element) -> Option<Channel> {
        let channels = self.channels.receivers(&element.id);
        let [channel] = channels[..] else {
            let message = format!(
                "'{}' has {} receiver channels; it must have one",
                display_name(&element.name),
                channels.len()
            );
            let error = Diagnostic::error(Code::Structure, message);
            self.report(&element.id, element.position, error);
            return None;
        };
        let (component, protocol) = self.adapter(channel);
        let name = kinds::adapter_name(&component, &protocol, Direction::Receiver);
        let kind = kinds::receiver_kind(&component, &protocol);
        self.usage.adapter(&name, kind.is_some());
        let Some(adapter) = kind else {
            self.unsupported_adapter(channel, &name);
            return None;
        };
        let participant = self.channels.participant(channel);
        Some(Channel {
            name: channel.name.clone(),
            receiver: participant.map_or_else(String::new, |p| p.name.clone()),
            adapter,
            properties: self.channel_properties(channel),
        })
    }

    /// Names the adapters of a step that is not supported itself.
    pub(super) fn unsupported_channels(&mut self, element: &'m Element) {
        let senders = self.channels.senders(&element.id);
        let receivers = self.channels.receivers(&element.id);
        let senders = senders.into_iter().map(|c| (c, Direction::Sender));
        let receivers = receivers.into_iter().map(|c| (c, Direction::Receiver));
        for (channel, direction) in senders.chain(receivers).collect::<Vec<_>>() {
            let (component, protocol) = self.adapter(channel);
            let name = kinds::adapter_name(&component, &protocol, direction);
            let runs = direction == Direction::Receiver
                && kinds::receiver_kind(&component, &protocol).is_some();
            self.usage.adapter(&name, runs);
            if !runs {
                self.unsupported_adapter(channel, &name);
            }
        }
    }

    pub(super) fn unsupported_adapter(&mut self, channel: &'m model::Channel, name: &str) {
        let message = format!(
            "the {name} of channel '{}' is not supported yet",
            display_name(&channel.name)
        );
        let error = Diagnostic::error(Code::UnsupportedAdapter, message);
        self.report(&channel.id, channel.position, error);
    }

    /// Settings with parameters resolved. Expressions are parsed once to see that they can be; the
    /// text of a setting is never told, because it may be a secret.
    fn channel_properties(&mut self, channel: &'m model::Channel) -> IndexMap<String, String> {
        let mut properties = IndexMap::new();
        for (key, property) in channel.properties.iter() {
            if DESIGN_TIME.contains(&key) {
                continue;
            }
            let value = self.parameters.resolve(&property.value, Context::Plain);
            if value.contains("${") {
                match Template::parse(&value) {
                    Ok(template) => self.usage.template(&template),
                    Err(error) => {
                        let message = format!(
                            "{key} is not an expression: error at character {}",
                            error.at
                        );
                        let error = Diagnostic::error(Code::Template, message);
                        self.report(&channel.id, property.position, error);
                    }
                }
            }
            properties.insert(key.to_owned(), value);
        }
        if let Some(path) = properties
            .get("edmxFilePath")
            .filter(|path| !path.is_empty())
        {
            self.resource("metadata", path, None, true);
        }
        properties
    }

    /// Counts the files that a step names.
    pub(super) fn resources(&mut self, element: &'m Element, runs: bool) {
        let text = |key: &str| {
            let text = element.properties.get(key).unwrap_or_default();
            let text = self.parameters.resolve(text, Context::Plain);
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let (script, collection) = (text("script"), text("scriptBundleId"));
        let (mapping, artifact) = (text("mappinguri"), text("messageMappingBundleId"));
        let schema = text("xsd");
        if let Some(file) = script {
            let path = format!("script/{file}");
            self.resource("script", &path, collection, runs);
        }
        if let Some(uri) = mapping {
            let path = uri.split_once("://").map_or(uri.as_str(), |(_, path)| path);
            let (kind, path) = match path.split_once(RESOURCES) {
                Some((engine, path)) if engine.starts_with("mmap") => ("mapping", path),
                Some((_, path)) => ("stylesheet", path),
                None => ("stylesheet", path),
            };
            let path = path.to_owned();
            self.resource(kind, &path, artifact, runs);
        }
        if let Some(path) = schema {
            self.resource("schema", &path, None, runs);
        }
    }

    fn resource(&mut self, kind: &'static str, path: &str, artifact: Option<String>, runs: bool) {
        let path = path.strip_prefix('/').unwrap_or(path);
        self.usage.resources.push(Resource {
            kind,
            path: path.to_owned(),
            present: artifact.is_none() && self.bundle.resource(path).is_some(),
            artifact,
            runs,
        });
    }
}
