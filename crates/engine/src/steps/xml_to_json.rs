//! XML to JSON converter. The rules of the conversion are in `lockgate_xml::json`.

use bytes::Bytes;
use lockgate_flow::plan::{StreamingArrays as ArraysSpec, XmlToJson as Spec};
use lockgate_xml::json::{self, StreamingArrays};

use super::json_to_xml::{failed, prefixes};
use super::{HEAVY_BYTES, Next, Step, xml};
use crate::charset::Charset;
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::exchange::{Body, Exchange};

#[derive(Debug)]
pub(super) struct XmlToJson {
    settings: json::XmlToJson,
    /// Absent: the result stays text, written in the exchange's character set when it leaves.
    encoding: Option<Charset>,
}

impl XmlToJson {
    pub(super) fn new(spec: &Spec) -> Result<Self, Vec<String>> {
        let encoding = spec
            .encoding
            .as_deref()
            .filter(|name| !name.is_empty())
            .map(Charset::named);
        let streaming = spec.streaming.as_ref().map(|arrays| match arrays {
            ArraysSpec::All => StreamingArrays::All,
            ArraysSpec::Paths(paths) => StreamingArrays::Paths(paths.clone()),
        });
        Ok(Self {
            settings: json::XmlToJson {
                suppress_root: spec.suppress_root,
                streaming,
                prefixes: prefixes(&spec.namespaces),
            },
            encoding: encoding.transpose().map_err(|error| vec![error.message])?,
        })
    }
}

impl Step for XmlToJson {
    fn apply(
        &self,
        exchange: &mut Exchange,
        _context: &EvalContext<'_>,
    ) -> Result<Next, StepError> {
        let json = xml::with_document(&exchange.body, |document| {
            json::xml_to_json(document, &self.settings).map_err(|error| failed(&error))
        })?;
        exchange.body = match self.encoding {
            None => Body::Text(json.into()),
            Some(charset) => Body::Bytes(Bytes::from(charset.encode(&json).into_owned())),
        };
        Ok(Next::Follow)
    }

    fn is_heavy(&self, exchange: &Exchange) -> bool {
        exchange.body.size() >= HEAVY_BYTES
    }
}
