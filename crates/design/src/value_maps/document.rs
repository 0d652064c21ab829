//! `value_mapping.xml`: groups of values that mean the same in different places.

use lockgate_xml::Source;
use lockgate_xml::serialise::{escape_attribute, escape_text};

use crate::error::{Error, Result};

/// The whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) groups: Vec<Group>,
}

/// Values that mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) entries: Vec<Entry>,
}

/// A value in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Whether it is taken when several groups match.
    pub(super) is_default: bool,
    /// Agency and schema.
    pub(super) place: (String, String),
    pub(super) value: String,
}

impl Document {
    /// Reads the document; no file at all is one without groups.
    pub(super) fn parse(bytes: Option<&[u8]>) -> Result<Self> {
        let Some(bytes) = bytes else {
            return Ok(Self::default());
        };
        let unreadable = |error: &dyn std::fmt::Display| {
            Error::Invalid(format!(
                "The entries of the value mapping cannot be read: {error}"
            ))
        };
        let source = Source::from_bytes(bytes).map_err(|error| unreadable(&error))?;
        let document = source.document().map_err(|error| unreadable(&error))?;
        let root = document.tree().root_element();
        let mut groups = Vec::new();
        for group in root.children().filter(|node| node.has_tag_name("group")) {
            let mut entries = Vec::new();
            for entry in group.children().filter(|node| node.has_tag_name("entry")) {
                let text = |name: &str| {
                    let child = entry.children().find(|node| node.has_tag_name(name));
                    let texts = child.into_iter().flat_map(|node| node.children());
                    texts.filter_map(|node| node.text()).collect::<String>()
                };
                entries.push(Entry {
                    is_default: entry.attribute("isDefault") == Some("true"),
                    place: (text("agency"), text("schema")),
                    value: text("value"),
                });
            }
            groups.push(Group {
                id: group.attribute("id").unwrap_or_default().to_owned(),
                entries,
            });
        }
        Ok(Self { groups })
    }

    pub(super) fn to_xml(&self) -> String {
        let mut xml =
            String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><vm version=\"2.0\">");
        for group in &self.groups {
            xml += &format!("<group id=\"{}\">", escape_attribute(&group.id));
            for entry in &group.entries {
                let default = if entry.is_default {
                    " isDefault=\"true\""
                } else {
                    ""
                };
                xml += &format!(
                    "<entry{default}><agency>{}</agency><schema>{}</schema><value>{}</value></entry>",
                    escape_text(&entry.place.0),
                    escape_text(&entry.place.1),
                    escape_text(&entry.value)
                );
            }
            xml += "</group>";
        }
        xml + "</vm>"
    }
}

impl Group {
    /// The value in a place.
    pub(super) fn at(&self, place: &(String, String)) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.place == *place)
    }

    pub(super) fn at_mut(&mut self, place: &(String, String)) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.place == *place)
    }

    /// Sets the value in a place.
    pub(super) fn set(&mut self, place: &(String, String), value: &str) {
        match self.at_mut(place) {
            Some(entry) => value.clone_into(&mut entry.value),
            None => self.entries.push(Entry {
                is_default: false,
                place: place.clone(),
                value: value.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let xml = "<vm version=\"2.0\"><group id=\"g&quot;1\">\n\
            <entry isDefault=\"true\"><agency>A &amp; B</agency><schema>S</schema>\
            <value>&lt;1&gt;</value></entry>\
            <entry><agency>C</agency><schema>T</schema><value/></entry></group></vm>";
        let document = Document::parse(Some(xml.as_bytes())).unwrap();
        let group = &document.groups[0];
        assert_eq!(group.id, "g\"1");
        let place = ("A & B".to_owned(), "S".to_owned());
        let entry = group.at(&place).unwrap();
        assert_eq!((entry.is_default, entry.value.as_str()), (true, "<1>"));
        let again = Document::parse(Some(document.to_xml().as_bytes())).unwrap();
        assert_eq!(again, document);
        assert_eq!(Document::parse(None).unwrap(), Document::default());
        assert!(Document::parse(Some(b"<vm")).is_err());
    }
}
