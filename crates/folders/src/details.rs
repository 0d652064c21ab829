//! What there is to know about a package itself.

use serde::{Deserialize, Serialize};

/// The details of a package, by the names of the OData API. Those that are empty are left out where
/// they may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Details {
    /// Technical id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Description, as HTML.
    pub description: String,
    /// One line about it.
    pub short_text: String,
    /// Version.
    pub version: String,
    /// Who made it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vendor: String,
    /// Whether it may be edited. A server decides that itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mode: String,
    /// Products it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub products: String,
    /// Words to find it by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub keywords: String,
    /// Countries it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub countries: String,
    /// Industries it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub industries: String,
    /// Lines of business it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub line_of_business: String,
}

/// How details stand in a file, and in the answers of the OData API.
#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    d: T,
}

impl Details {
    /// Reads details from JSON; members that are not known are left out.
    ///
    /// # Errors
    /// When it is not an object `d` of texts.
    pub fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        Ok(serde_json::from_slice::<Wrapped<Self>>(json)?.d)
    }

    /// The details as a file of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(&Wrapped { d: self });
        json.expect("invariant: texts can be JSON")
    }

    /// The names of members in which two packages differ.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let pairs = [
            ("Name", &self.name, &other.name),
            ("Description", &self.description, &other.description),
            ("ShortText", &self.short_text, &other.short_text),
            ("Version", &self.version, &other.version),
            ("Vendor", &self.vendor, &other.vendor),
            ("Mode", &self.mode, &other.mode),
            ("Products", &self.products, &other.products),
            ("Keywords", &self.keywords, &other.keywords),
            ("Countries", &self.countries, &other.countries),
            ("Industries", &self.industries, &other.industries),
            (
                "LineOfBusiness",
                &self.line_of_business,
                &other.line_of_business,
            ),
        ];
        let differing = pairs.iter().filter(|(_, own, other)| own != other);
        differing.map(|(name, _, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_wrapped_and_stay_as_they_are() {
        let json = r#"{"d":{"__metadata":{},"Id":"Shop","Name":"Shop","Mode":"EDIT_ALLOWED","Vendor":""}}"#;
        let details = Details::from_json(json.as_bytes()).unwrap();
        assert_eq!(
            (details.id.as_str(), details.mode.as_str()),
            ("Shop", "EDIT_ALLOWED")
        );
        let written = details.to_json();
        assert!(
            written.starts_with("{\n  \"d\": {\n    \"Id\": \"Shop\",\n"),
            "{written}"
        );
        assert!(!written.contains("Vendor"), "{written}");
        assert_eq!(Details::from_json(written.as_bytes()).unwrap(), details);
        assert!(Details::from_json(b"{\"Id\":\"Shop\"}").is_err());
    }

    #[test]
    fn differences_are_named_as_in_the_file() {
        let one = Details {
            id: "a".to_owned(),
            ..Details::default()
        };
        let other = Details {
            id: "b".to_owned(),
            short_text: "x".to_owned(),
            line_of_business: "y".to_owned(),
            ..Details::default()
        };
        assert_eq!(one.differing(&other), ["ShortText", "LineOfBusiness"]);
        assert!(one.differing(&one).is_empty());
    }
}
