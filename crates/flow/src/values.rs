//! Value mappings: groups of values that mean the same in different places.

use lockgate_xml::serialise::{escape_attribute, escape_text};
use lockgate_xml::{Source, XmlError};

/// Where a bundle has its value mapping.
pub const FILE: &str = "value_mapping.xml";

/// All groups of a value mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueMapping {
    /// In the order of the document.
    pub groups: Vec<Group>,
}

/// Agency and schema.
pub type Place = (String, String);

/// Values that mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// One for each place.
    pub entries: Vec<Entry>,
}

/// A value in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether it is taken when several groups match.
    pub is_default: bool,
    /// Agency and schema.
    pub place: Place,
    /// The value.
    pub value: String,
}

impl ValueMapping {
    /// Reads the document; no file at all is one without groups.
    ///
    /// # Errors
    /// When it is no XML.
    pub fn parse(bytes: Option<&[u8]>) -> Result<Self, XmlError> {
        let Some(bytes) = bytes else {
            return Ok(Self::default());
        };
        let source = Source::from_bytes(bytes)?;
        let document = source.document()?;
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

    /// What a value in one place is in another: the default when there are several.
    #[must_use]
    pub fn mapped(&self, from: &Place, value: &str, to: &Place) -> Option<&str> {
        let mut first = None;
        for group in &self.groups {
            let Some(target) = group.at(to) else { continue };
            if group.at(from).is_none_or(|source| source.value != value) {
                continue;
            }
            if target.is_default {
                return Some(&target.value);
            }
            first = first.or(Some(target.value.as_str()));
        }
        first
    }

    /// The document.
    #[must_use]
    pub fn to_xml(&self) -> String {
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
    #[must_use]
    pub fn at(&self, place: &Place) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.place == *place)
    }

    /// The value in a place, to be changed.
    pub fn at_mut(&mut self, place: &Place) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.place == *place)
    }

    /// Sets the value in a place.
    pub fn set(&mut self, place: &Place, value: &str) {
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
        let document = ValueMapping::parse(Some(xml.as_bytes())).unwrap();
        let group = &document.groups[0];
        assert_eq!(group.id, "g\"1");
        let place = ("A & B".to_owned(), "S".to_owned());
        let entry = group.at(&place).unwrap();
        assert_eq!((entry.is_default, entry.value.as_str()), (true, "<1>"));
        let again = ValueMapping::parse(Some(document.to_xml().as_bytes())).unwrap();
        assert_eq!(again, document);
        assert_eq!(ValueMapping::parse(None).unwrap(), ValueMapping::default());
        assert!(ValueMapping::parse(Some(b"<vm")).is_err());
    }

    #[test]
    fn the_default_is_taken_when_a_value_is_mapped_to_several() {
        let place = |name: &str| (name.to_owned(), String::new());
        let entry = |name: &str, value: &str, is_default| Entry {
            is_default,
            place: place(name),
            value: value.to_owned(),
        };
        let group = |target: Entry| Group {
            id: String::new(),
            entries: vec![entry("A", "1", false), target],
        };
        let mapping = ValueMapping {
            groups: vec![
                group(entry("C", "c", false)),
                group(entry("B", "first", false)),
                group(entry("B", "default", true)),
            ],
        };
        assert_eq!(
            mapping.mapped(&place("A"), "1", &place("B")),
            Some("default")
        );
        assert_eq!(mapping.mapped(&place("A"), "1", &place("C")), Some("c"));
        assert_eq!(mapping.mapped(&place("C"), "c", &place("A")), Some("1"));
        assert_eq!(mapping.mapped(&place("A"), "2", &place("B")), None);
        assert_eq!(mapping.mapped(&place("B"), "first", &place("C")), None);
    }
}
