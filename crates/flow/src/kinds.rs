//! Names of steps and adapters, and which of them can run.

use crate::model::{Element, ElementKind, Event};
use crate::plan::ReceiverKind;

/// A step that can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    ContentModifier,
    WriteVariables,
    DataStoreWrite,
    DataStoreGet,
    DataStoreSelect,
    DataStoreDelete,
    JsonToXml,
    XmlToJson,
    Filter,
    Script,
    Router,
    RequestReply,
    Send,
    ProcessCall,
    LoopingCall,
    End,
}

/// What an element turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recognised {
    /// A step that can run, and its name.
    Runs(&'static str, Step),
    /// A step of the language that cannot run yet.
    NotYet(&'static str),
    /// Not part of the language; what it calls itself.
    Unknown(String),
}

/// Steps of call activities that one word tells apart: the `activityType`, or, in old exports, the
/// component's name.
const ACTIVITIES: [(&str, &str); 41] = [
    ("Aggregator", "Aggregator"),
    ("Base64 Decode", "Base64 Decoder"),
    ("Base64 Encode", "Base64 Encoder"),
    ("CsvToXmlConverter", "CSV to XML Converter"),
    ("EDIExtractor", "EDI Extractor"),
    ("EDISplitter", "EDI Splitter"),
    ("EDIValidator", "EDI Validator"),
    ("EDItoXMLConverter", "EDI to XML Converter"),
    ("GZIP Compress", "GZIP Encoder"),
    ("GZIP Decompress", "GZIP Decoder"),
    ("Gather", "Gather"),
    ("IDMapper", "ID Mapping"),
    ("IDoc", "IDoc Splitter"),
    ("IdempotentProcessCall", "Idempotent Process Call"),
    ("IteratingSplitter", "Iterating Splitter"),
    ("JavaScript", "JavaScript"),
    ("MIME Multipart Message Decode", "MIME Multipart Decoder"),
    ("MIME Multipart Message Encode", "MIME Multipart Encoder"),
    ("MessageDigest", "Message Digest"),
    ("MessageMapping", "Message Mapping"),
    ("OperationMapping", "Operation Mapping"),
    ("PKCS#7/CMS Signature-Content Splitter", "PKCS#7 Splitter"),
    ("Persist", "Persist Message"),
    ("PgpDecrypt", "PGP Decryptor"),
    ("PgpEncrypt", "PGP Encryptor"),
    ("SignMessage", "PKCS#7 Signer"),
    ("SimpleSignMessage", "Simple Signer"),
    ("TAR Compress", "TAR Encoder"),
    ("TAR Decompress", "TAR Decoder"),
    ("TarSplitter", "TAR Splitter"),
    ("VerifySignature", "PKCS#7 Signature Verifier"),
    ("XMLDigitalSignMessage", "XML Digital Signer"),
    ("XMLDigitalVerifySign", "XML Signature Verifier"),
    ("XMLtoEDIConverter", "XML to EDI Converter"),
    ("XSLTMapping", "XSLT Mapping"),
    ("XmlModifier", "XML Modifier"),
    ("XmlToCsvConverter", "XML to CSV Converter"),
    ("XmlValidator", "XML Validator"),
    ("ZIP Compress", "ZIP Encoder"),
    ("ZIP Decompress", "ZIP Decoder"),
    ("ZipSplitter", "ZIP Splitter"),
];

/// Says what a step, gateway or end is. `text` gives a property with parameters resolved.
pub(crate) fn recognise(element: &Element, text: &dyn Fn(&str) -> String) -> Recognised {
    let activity = match text("activityType") {
        activity if activity.is_empty() => element
            .properties
            .component()
            .unwrap_or_default()
            .to_owned(),
        activity => activity,
    };
    match &element.kind {
        ElementKind::CallActivity => call_activity(element, &activity, text),
        ElementKind::ServiceTask => match activity.as_str() {
            "ExternalCall" | "" => Recognised::Runs("Request-Reply", Step::RequestReply),
            "Send" => Recognised::Runs("Send", Step::Send),
            "contentEnricherWithLookup" => Recognised::NotYet("Content Enricher"),
            "PollEnrich" => Recognised::NotYet("Poll Enrich"),
            _ => Recognised::Unknown(activity),
        },
        ElementKind::ExclusiveGateway => Recognised::Runs("Router", Step::Router),
        ElementKind::ParallelGateway => match activity.as_str() {
            "Multicast" => Recognised::NotYet("Parallel Multicast"),
            "SequentialMulticast" => Recognised::NotYet("Sequential Multicast"),
            "Join" => Recognised::NotYet("Join"),
            _ => Recognised::Unknown(activity),
        },
        ElementKind::EndEvent => match &element.event {
            Some(Event::Other(event)) => Recognised::Unknown(event.clone()),
            Some(Event::Timer) => Recognised::Unknown("timerEventDefinition".to_owned()),
            event => Recognised::Runs(end_name(event.as_ref()), Step::End),
        },
        ElementKind::StartEvent | ElementKind::SubProcess => Recognised::Unknown(activity),
        ElementKind::Other(tag) => Recognised::Unknown(tag.clone()),
    }
}

fn call_activity(element: &Element, activity: &str, text: &dyn Fn(&str) -> String) -> Recognised {
    // Some activities are told apart further by another property.
    let detail = match activity {
        "Script" => first_of(&[text("subActivityType"), "GroovyScript".to_owned()]),
        "Mapping" => first_of(&[
            text("subActivityType"),
            text("mappingType"),
            "MessageMapping".to_owned(),
        ]),
        "Splitter" => text("splitType"),
        "Encoder" | "Decoder" => text("encoderType"),
        "DBstorage" => text("operation"),
        "ProcessCallElement" => text("subActivityType"),
        other => other.to_owned(),
    };
    match (activity, detail.as_str()) {
        ("Enricher", _) => Recognised::Runs("Content Modifier", Step::ContentModifier),
        ("JsonToXmlConverter", _) => Recognised::Runs("JSON to XML Converter", Step::JsonToXml),
        ("XmlToJsonConverter", _) => Recognised::Runs("XML to JSON Converter", Step::XmlToJson),
        ("Filter", _) => Recognised::Runs("Filter", Step::Filter),
        ("Variables", _) => Recognised::Runs("Write Variables", Step::WriteVariables),
        ("Script" | "GroovyScript", "GroovyScript") => {
            Recognised::Runs("Groovy Script", Step::Script)
        }
        (_, "put") => Recognised::Runs("Data Store Write", Step::DataStoreWrite),
        (_, "get") => Recognised::Runs("Data Store Get", Step::DataStoreGet),
        (_, "select") => Recognised::Runs("Data Store Select", Step::DataStoreSelect),
        (_, "delete") => Recognised::Runs("Data Store Delete", Step::DataStoreDelete),
        (_, "LoopingProcess") => Recognised::Runs("Looping Process Call", Step::LoopingCall),
        ("ProcessCallElement", "") if element.repetition.is_some() => {
            Recognised::Runs("Looping Process Call", Step::LoopingCall)
        }
        ("ProcessCallElement", _) | (_, "NonLoopingProcess") => {
            Recognised::Runs("Process Call", Step::ProcessCall)
        }
        // The component of the iterating splitter calls itself like a kind of the general one.
        ("Splitter", "GeneralSplitter" | "Camel" | "") | (_, "GeneralSplitter") => {
            Recognised::NotYet("General Splitter")
        }
        (_, detail) => ACTIVITIES
            .iter()
            .find(|(name, _)| *name == detail)
            .map_or_else(
                || Recognised::Unknown(first_of(&[detail.to_owned(), activity.to_owned()])),
                |(_, name)| Recognised::NotYet(name),
            ),
    }
}

fn first_of(texts: &[String]) -> String {
    texts
        .iter()
        .find(|text| !text.is_empty())
        .cloned()
        .unwrap_or_default()
}

fn end_name(event: Option<&Event>) -> &'static str {
    match event {
        Some(Event::Message) => "End Message",
        Some(Event::Error) => "Error End",
        Some(Event::Escalation) => "Escalation End",
        Some(Event::Terminate) => "Terminate End",
        _ => "End",
    }
}

/// The name of a start event.
pub(crate) fn start_name(event: Option<&Event>) -> &'static str {
    match event {
        Some(Event::Message) => "Start Message",
        Some(Event::Timer) => "Start Timer",
        Some(Event::Error) => "Error Start",
        _ => "Start",
    }
}

/// The name of a sender or receiver adapter.
pub(crate) fn adapter_name(component: &str, protocol: &str, direction: Direction) -> String {
    let name = match (component, protocol) {
        ("HCIOData", protocol) => protocol.to_owned(),
        ("SuccessFactors", "SOAP") => "SuccessFactors SOAP".to_owned(),
        ("SuccessFactors", protocol) => format!("SuccessFactors {protocol}"),
        ("SOAP", "Plain SOAP") => "SOAP SAP RM".to_owned(),
        ("SOAP", _) => "SOAP 1.x".to_owned(),
        ("AS2", protocol) => protocol.to_owned(),
        ("IDOC", _) => "IDoc".to_owned(),
        ("", _) => "unnamed".to_owned(),
        (component, _) => component.to_owned(),
    };
    match direction {
        Direction::Sender => format!("{name} sender"),
        Direction::Receiver => format!("{name} receiver"),
    }
}

/// Which way a channel leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Messages come in.
    Sender,
    /// Messages go out.
    Receiver,
}

/// A sender adapter that can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SenderKind {
    Https,
    ProcessDirect,
}

/// The sender adapter, if it can run.
pub(crate) fn sender_kind(component: &str) -> Option<SenderKind> {
    match component {
        "HTTPS" => Some(SenderKind::Https),
        "ProcessDirect" => Some(SenderKind::ProcessDirect),
        _ => None,
    }
}

/// The receiver adapter, if it can run.
pub(crate) fn receiver_kind(component: &str, protocol: &str) -> Option<ReceiverKind> {
    match (component, protocol) {
        ("HTTP", _) => Some(ReceiverKind::Http),
        ("HCIOData", "OData V2") => Some(ReceiverKind::ODataV2),
        ("Mail", _) => Some(ReceiverKind::Mail),
        ("ProcessDirect", _) => Some(ReceiverKind::ProcessDirect),
        _ => None,
    }
}
