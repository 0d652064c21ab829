//! Flow-wide settings.

use indexmap::IndexMap;

use super::Lowering;
use crate::diagnostic::Code;
use crate::plan::{AllowedHeaders, HttpSession, Settings};

impl Lowering<'_> {
    pub(super) fn settings(&mut self) -> Settings {
        let model = self.model;
        let mut fields = self.fields("", &model.properties, model.position);
        let return_exception_to_sender = fields.switch("returnExceptionToSender", false);
        let allowed_headers = match fields.word("allowedHeaderList", "").as_str() {
            "" => AllowedHeaders::None,
            "*" => AllowedHeaders::All,
            pattern => {
                if regex::Regex::new(&format!("^(?i:{pattern})$")).is_err() {
                    fields.setting("allowedHeaderList", "is not a regular expression");
                }
                AllowedHeaders::Matching(pattern.to_owned())
            }
        };
        let http_session = match fields.word("httpSessionHandling", "None").as_str() {
            "None" => HttpSession::None,
            "onExchange" => HttpSession::Exchange,
            "onIntegrationFlow" => HttpSession::Flow,
            _ => {
                let values = "must be None, onExchange or onIntegrationFlow";
                fields.setting("httpSessionHandling", values);
                HttpSession::None
            }
        };
        if fields.switch("corsEnabled", false) {
            let message = "CORS is not supported: browsers of other origins cannot call the flow";
            fields.warning("corsEnabled", Code::UnsupportedFeature, message.to_owned());
        }
        let namespaces = namespaces(&fields.text("namespaceMapping"));
        self.namespaces.clone_from(&namespaces);
        Settings {
            return_exception_to_sender,
            allowed_headers,
            namespaces,
            http_session,
        }
    }
}

/// Reads `xmlns:p=uri;xmlns:q='uri'`. What is not such a pair is skipped.
fn namespaces(text: &str) -> IndexMap<String, String> {
    text.split(';')
        .filter_map(|pair| {
            let (_, declaration) = pair.split_once("xmlns:")?;
            let (prefix, uri) = declaration.split_once('=')?;
            let uri = uri.trim().trim_matches(['"', '\'']).trim();
            let prefix = prefix.trim();
            (!prefix.is_empty() && !uri.is_empty()).then(|| (prefix.to_owned(), uri.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespace_mappings_are_read_leniently() {
        for (text, expected) in [
            ("", &[][..]),
            ("xmlns:p=urn:a", &[("p", "urn:a")]),
            (
                "xmlns:p=urn:a;xmlns:q=http://x/?a=b",
                &[("p", "urn:a"), ("q", "http://x/?a=b")],
            ),
            (
                "xmlns:p=\"urn:a\"; xmlns:q = 'urn:b' ;",
                &[("p", "urn:a"), ("q", "urn:b")],
            ),
            ("xmlns:p=urn:a;:", &[("p", "urn:a")]),
            (
                "rubbish;xmlns=urn:default;xmlns:=x;xmlns:e=;xmlns:p=urn:a",
                &[("p", "urn:a")],
            ),
        ] {
            let read = namespaces(text);
            let read: Vec<_> = read.iter().map(|(p, u)| (p.as_str(), u.as_str())).collect();
            assert_eq!(read, expected, "{text}");
        }
    }
}
