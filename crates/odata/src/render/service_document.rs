//! The service document: which sets there are.

use lockgate_xml::serialise::escape_attribute;
use serde_json::json;

use super::{Rendered, XML};
use crate::service::Service;

pub(super) fn json(service: &Service) -> Rendered {
    let names: Vec<_> = service.sets().map(|set| set.name()).collect();
    super::json::wrapped(json!({"EntitySets": names}))
}

pub(super) fn atom(service: &Service, base: &str) -> Rendered {
    let collections: String = service
        .sets()
        .map(|set| {
            let name = set.name();
            format!(r#"<collection href="{name}"><atom:title>{name}</atom:title></collection>"#)
        })
        .collect();
    Rendered {
        content_type: XML,
        text: format!(
            r#"<?xml version="1.0" encoding="utf-8"?><service xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom" xml:base="{}/"><workspace><atom:title>Default</atom:title>{collections}</workspace></service>"#,
            escape_attribute(base)
        ),
    }
}
