//! Who asked the platform, as the platform says.

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use lockgate_core::limits;
use lockgate_web::json::parse_strict;
use serde_json::{Map, Value};

/// `<platform> <Base64 of a JSON object>`.
const HEADER: &str = "x-broker-api-originating-identity";

/// Platforms forget the padding, or do not.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who asked, in one line: nothing is decided by it, so what cannot be read is left out.
pub(crate) fn originating(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(HEADER)?.to_str().ok()?;
    let (platform, encoded) = text.trim().split_once(' ')?;
    let decoded = TOLERANT.decode(encoded.trim()).ok()?;
    let identity = parse_strict(&decoded, limits::BROKER_JSON_DEPTH).ok()?;
    let told = told(platform, identity.as_object()?);
    let line = format!("{platform} {told}");
    let printable = line.chars().map(|c| if c.is_control() { ' ' } else { c });
    let bounded: String = printable.take(limits::ORIGINATING_IDENTITY).collect();
    Some(bounded.into())
}

/// What is worth keeping of an identity.
fn told(platform: &str, identity: &Map<String, Value>) -> String {
    let known: &[&str] = match platform {
        "cloudfoundry" => &["user_id"],
        // Its `extra` is large and may hold anything.
        "kubernetes" => &["username", "uid", "groups"],
        _ => return Value::Object(identity.clone()).to_string(),
    };
    let kept = known
        .iter()
        .filter_map(|name| Some((*name, identity.get(*name)?)))
        .map(|(name, value)| format!("{name}={value}"));
    kept.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use serde_json::json;

    use super::*;

    fn read(field: &str) -> Option<String> {
        let headers = [(HEADER.parse().unwrap(), field.parse().unwrap())];
        originating(&headers.into_iter().collect()).map(|line| line.to_string())
    }

    fn field(platform: &str, identity: &Value) -> String {
        format!("{platform} {}", STANDARD.encode(identity.to_string()))
    }

    #[test]
    fn the_platforms_of_the_profile_are_read_and_others_are_kept() {
        let cloud_foundry = field("cloudfoundry", &json!({"user_id": "683ea748"}));
        assert_eq!(
            read(&cloud_foundry).unwrap(),
            r#"cloudfoundry user_id="683ea748""#
        );
        let kubernetes = json!({"username": "duke", "uid": "c2dde2", "groups": ["admin", "dev"],
            "extra": {"mydata": ["data1"]}});
        assert_eq!(
            read(&field("kubernetes", &kubernetes)).unwrap(),
            r#"kubernetes username="duke" uid="c2dde2" groups=["admin","dev"]"#
        );
        let other = field("my-platform", &json!({"who": "me"}));
        assert_eq!(read(&other).unwrap(), r#"my-platform {"who":"me"}"#);
        let unpadded = STANDARD_NO_PAD.encode(r#"{"user_id":"a"}"#);
        assert!(read(&format!("cloudfoundry {unpadded}")).is_some());
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_the_rest_is_bounded() {
        for text in [
            "",
            "cloudfoundry",
            "cloudfoundry !!",
            "cloudfoundry e30x",
            "x W10=",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        let long = field("other", &json!({"x": "y".repeat(5_000), "\u{7}": 1}));
        let line = read(&long).unwrap();
        assert_eq!(line.chars().count(), limits::ORIGINATING_IDENTITY);
    }
}
