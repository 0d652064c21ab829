//! Entries: what starts each main process.

use std::collections::{HashMap, HashSet};

use lockgate_core::limits;
use lockgate_core::role;

use super::{Fields, Lowering, display_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::{self, Direction, SenderKind};
use crate::model::{self, Element, ElementKind, Event};
use crate::params::Context;
use crate::plan::{Authorization, DnPair, Entry, HttpsSender, ProcessIndex, Trigger};
use crate::schedule::Schedule;

/// A megabyte of `maximumBodySize`.
const MEGABYTE: usize = 1024 * 1024;
/// The largest `maximumBodySize`.
const BODY_MEGABYTES_MAX: usize = 1024;

impl<'m> Lowering<'m> {
    pub(super) fn entries(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (process, source) in self.model.processes.iter().enumerate() {
            if self.is_local(source) {
                continue;
            }
            let mut starts = source.scope.elements.iter();
            if let Some(start) = starts.find(|e| e.kind == ElementKind::StartEvent) {
                let triggers = self.triggers(start);
                entries.extend(
                    triggers
                        .into_iter()
                        .map(|trigger| Entry { process, trigger }),
                );
            }
        }
        self.report_duplicates(&entries);
        self.report_orphans();
        entries
    }

    fn triggers(&mut self, start: &'m Element) -> Vec<Trigger> {
        if start.event == Some(Event::Timer) {
            return self.timer(start);
        }
        let channels = self.channels.senders(&start.id);
        if channels.is_empty() {
            return vec![Trigger::Never];
        }
        channels
            .into_iter()
            .filter_map(|channel| self.sender(channel))
            .collect()
    }

    fn timer(&mut self, start: &'m Element) -> Vec<Trigger> {
        let mut fields = self.fields(&start.id, &start.properties, start.position);
        let text = start.properties.get("scheduleKey").unwrap_or_default();
        let table = fields.lowering.parameters.resolve(text, Context::Plain);
        match Schedule::parse_table(&table) {
            Ok(schedules) => schedules.into_iter().map(Trigger::Timer).collect(),
            Err(error) => {
                let message = format!("the timer's schedule cannot be read: {error}");
                fields.error("scheduleKey", Code::Schedule, message);
                Vec::new()
            }
        }
    }

    fn sender(&mut self, channel: &'m model::Channel) -> Option<Trigger> {
        let (component, protocol) = self.adapter(channel);
        let name = kinds::adapter_name(&component, &protocol, Direction::Sender);
        let kind = kinds::sender_kind(&component);
        self.usage.adapter(&name, kind.is_some());
        let Some(kind) = kind else {
            self.unsupported_adapter(channel, &name);
            return None;
        };
        let mut fields = self.fields(&channel.id, &channel.properties, channel.position);
        match kind {
            SenderKind::Https => https(&mut fields).map(Trigger::Https),
            SenderKind::ProcessDirect => {
                let address = fields.text("address");
                if address.trim().is_empty() {
                    let message = "the ProcessDirect address is empty".to_owned();
                    fields.error("address", Code::Address, message);
                    return None;
                }
                Some(Trigger::ProcessDirect { address })
            }
        }
    }

    /// Two entries must not claim the same address: which would run?
    fn report_duplicates(&mut self, entries: &[Entry]) {
        let mut claims = Claims::default();
        for (index, entry) in entries.iter().enumerate() {
            claims.add(index, entry);
        }
        for (index, entry) in entries.iter().enumerate() {
            let Some(other) = claims.rival(index, entry) else {
                continue;
            };
            let message = format!(
                "{} and {} have the same address",
                self.process_title(entries[other].process),
                self.process_title(entry.process)
            );
            let process = &self.model.processes[entry.process];
            let error = Diagnostic::error(Code::DuplicateAddress, message);
            self.report(&process.id, process.position, error);
        }
    }

    fn process_title(&self, process: ProcessIndex) -> String {
        let process = &self.model.processes[process];
        format!("process '{}'", display_name(&process.name))
    }

    /// Channels that no step owns are leftovers of editing.
    fn report_orphans(&mut self) {
        let model = self.model;
        let scopes = model.scopes();
        let elements = scopes.iter().flat_map(|scope| &scope.elements);
        let elements: HashSet<&str> = elements.map(|element| element.id.as_str()).collect();
        let is_element = |id: &str| elements.contains(id);
        for channel in &model.channels {
            if !is_element(&channel.source) && !is_element(&channel.target) {
                let message = format!("channel '{}' is not connected", channel.name);
                let warning = Diagnostic::warning(Code::Reference, message);
                self.report(&channel.id, channel.position, warning);
            }
        }
    }
}

/// Which entry, by index, claims which address first.
#[derive(Default)]
struct Claims {
    direct: HashMap<String, usize>,
    /// By path in lower case: HTTPS addresses ignore case.
    https: HashMap<String, usize>,
    prefixes: HashMap<String, usize>,
}

impl Claims {
    fn add(&mut self, index: usize, entry: &Entry) {
        match &entry.trigger {
            Trigger::ProcessDirect { address } => {
                self.direct.entry(address.clone()).or_insert(index);
            }
            Trigger::Https(sender) => {
                let path = sender.path.to_ascii_lowercase();
                self.https.entry(path.clone()).or_insert(index);
                if sender.prefix {
                    self.prefixes.entry(path).or_insert(index);
                }
            }
            Trigger::Timer(_) | Trigger::Never => {}
        }
    }

    /// Another entry that claims this one's address, or a prefix of it.
    fn rival(&self, index: usize, entry: &Entry) -> Option<usize> {
        let is_other = |other: &&usize| **other != index;
        let rival = match &entry.trigger {
            Trigger::ProcessDirect { address } => self.direct.get(address).filter(is_other),
            Trigger::Https(sender) => {
                let path = sender.path.to_ascii_lowercase();
                let slashes = path.match_indices('/');
                let ancestors = slashes.map(|(at, _)| &path[..at]);
                let mut prefixes = ancestors.filter_map(|ancestor| self.prefixes.get(ancestor));
                let same = self.https.get(&path).filter(is_other);
                same.or_else(|| prefixes.find(is_other))
            }
            Trigger::Timer(_) | Trigger::Never => None,
        };
        rival.copied()
    }
}

fn https(fields: &mut Fields<'_, '_>) -> Option<HttpsSender> {
    let address = fields.word("urlPath", "");
    let (path, prefix) = match address.strip_suffix("/*") {
        Some(path) => (path, true),
        None => (address.as_str(), false),
    };
    let path = match check_path(path) {
        Ok(()) => Some(path.to_owned()),
        Err(problem) => {
            fields.error(
                "urlPath",
                Code::Address,
                format!("the HTTPS address {problem}"),
            );
            None
        }
    };
    let authorization = authorization(fields);
    let csrf_protected = fields.switch("xsrfProtection", false);
    let max_body = max_body(fields);
    Some(HttpsSender {
        path: path?,
        prefix,
        authorization: authorization?,
        csrf_protected,
        max_body: max_body?,
    })
}

/// A path that has one meaning: no encodings, no empty or relative segments.
fn check_path(path: &str) -> Result<(), &'static str> {
    if path.len() > limits::ENDPOINT_PATH {
        return Err("is too long");
    }
    let Some(segments) = path.strip_prefix('/') else {
        return Err("must start with '/'");
    };
    let illegal = |c: char| c.is_whitespace() || c.is_control() || "%?#;\\\"<>".contains(c);
    if path.contains(illegal) {
        return Err("has characters that a path must not have");
    }
    if path.contains('*') {
        return Err("may have '*' only as its last segment");
    }
    if segments
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
    {
        return Err("has an empty or relative segment");
    }
    Ok(())
}

fn authorization(fields: &mut Fields<'_, '_>) -> Option<Authorization> {
    match fields.word("senderAuthType", "RoleBased").as_str() {
        "RoleBased" => {
            let role = fields.word("userRole", role::MESSAGING_SEND);
            let role = role.parse();
            if role.is_err() {
                fields.setting("userRole", "is not a role name");
            }
            role.ok().map(Authorization::Role)
        }
        "ClientCertificate" => {
            let rows = fields.rows("clientCertificates");
            let pairs = rows.iter().map(|row| DnPair {
                subject: row.get("clientCertificate.subjectDN").trim().to_owned(),
                issuer: row.get("clientCertificate.issuerDN").trim().to_owned(),
            });
            let pairs: Vec<_> = pairs
                .filter(|p| !p.subject.is_empty() && !p.issuer.is_empty())
                .collect();
            if pairs.is_empty() {
                fields.setting("clientCertificates", "names no certificate");
                return None;
            }
            Some(Authorization::Certificates(pairs))
        }
        _ => {
            fields.setting("senderAuthType", "must be RoleBased or ClientCertificate");
            None
        }
    }
}

/// `maximumBodySize` in bytes.
fn max_body(fields: &mut Fields<'_, '_>) -> Option<usize> {
    let text = fields.word("maximumBodySize", "");
    if text.is_empty() {
        return Some(limits::FLOW_BODY_DEFAULT);
    }
    let megabytes = text.parse::<usize>().ok();
    let megabytes = megabytes.filter(|size| (1..=BODY_MEGABYTES_MAX).contains(size));
    if megabytes.is_none() {
        let problem = format!("must be a number of megabytes from 1 to {BODY_MEGABYTES_MAX}");
        fields.setting("maximumBodySize", &problem);
    }
    megabytes.map(|size| size * MEGABYTE)
}
