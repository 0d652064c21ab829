use lockgate_core::clock::Timestamp;
use lockgate_core::limits;

use super::*;
use crate::model::{ComplexType, EntityType, Property};
use crate::value::Row;

static ARTIFACT: ComplexType = ComplexType {
    name: "IntegrationArtifact",
    properties: &[Property::text("Id"), Property::text("Name")],
};
static LOG: EntityType = EntityType::new(
    "Log",
    &[
        Property::text("MessageGuid").key(),
        Property::text("Status"),
        Property::text("Comment"),
        Property::time("LogEnd"),
        Property::int64("Size"),
        Property::boolean("Archived"),
        Property::time_text("ModifiedAt"),
        Property::complex("IntegrationArtifact", &ARTIFACT),
    ],
);

fn row() -> Row {
    let artifact = Row::new().with("Id", "flow1").with("Name", "Flow 1");
    Row::new()
        .with("MessageGuid", "AFq4")
        .with("Status", "COMPLETED")
        .with("LogEnd", Timestamp::from_micros(1_409_529_600_500_000))
        .with("Size", 26_i64)
        .with("Archived", true)
        .with("ModifiedAt", Timestamp::from_secs(1_614_866_100))
        .with("IntegrationArtifact", artifact)
}

fn holds(text: &str) -> bool {
    let filter = Filter::parse(text, &LOG);
    let filter = filter.unwrap_or_else(|error| panic!("{text}: {error}"));
    filter.matches(&row(), &LOG)
}

#[test]
fn conditions_hold_or_do_not() {
    for text in [
        "Status eq 'COMPLETED'",
        "'COMPLETED' eq Status",
        "Status ne 'FAILED' and IntegrationArtifact/Id eq 'flow1'",
        "Status eq 'FAILED' or Status eq 'RETRY' or Status eq 'COMPLETED'",
        "not (Status eq 'FAILED')",
        "not Archived eq false",
        "Archived",
        "Archived eq true",
        "(((Status eq 'COMPLETED')))",
        "substringof('MPL', Status)",
        "substringof('MPL',Status) eq true",
        "substringof('x',Status) eq false",
        "substringof('x',Status) ne true",
        "startswith(IntegrationArtifact/Name,'Flow') and endswith(Status,'TED')",
        "startswith(tolower(Status),'comp')",
        "length(Status) eq 9",
        "concat(trim(Status),'!') eq 'COMPLETED!'",
        "Size gt 25 and Size ge 26 and Size lt 27L and Size le 26",
        "Size eq '26'",
        "Size gt 25.5",
        "LogEnd gt datetime'2014-09-01T00:00:00'",
        "LogEnd lt datetime'2014-09-01T00:00:01.000Z'",
        "LogEnd ge '2014-09-01T00:00:00'",
        "LogEnd eq datetimeoffset'2014-09-01T02:00:00.5+02:00'",
        "ModifiedAt eq '1614866100000'",
        "ModifiedAt eq 1614866100000",
        "Comment eq ''",
        "Comment ne null",
    ] {
        assert!(holds(text), "{text}");
        assert!(!holds(&format!("not ({text})")), "{text}");
    }
}

#[test]
fn and_binds_tighter_than_or() {
    assert!(holds(
        "Status eq 'COMPLETED' or Status eq 'x' and Size eq 0"
    ));
    assert!(!holds(
        "(Status eq 'COMPLETED' or Status eq 'x') and Size eq 0"
    ));
}

#[test]
fn malformed_conditions_are_bad_requests() {
    for text in [
        "",
        "Status",
        "Status eq",
        "eq 'x'",
        "Status eq 'x' and",
        "Status eq 'x' Status",
        "(Status eq 'x'",
        "Status eq 'x')",
        "Status eq 'x",
        "Unknown eq 'x'",
        "IntegrationArtifact/Unknown eq 'x'",
        "Status/Id eq 'x'",
        "LogEnd gt 'yesterday'",
        "LogEnd gt datetime'x'",
        "Size eq 'x'",
        "Archived eq 'perhaps'",
        "unknown(Status,'x')",
        "startswith(Status)",
        "startswith(Status,'x') gt true",
        "length(Status)",
        "Status & 'x'",
    ] {
        let error = Filter::parse(text, &LOG).unwrap_err();
        assert_eq!(error.status, 400, "{text}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let chain = |terms: usize| vec!["Archived"; terms].join(" or ");
    assert!(holds(&chain(limits::ODATA_FILTER_TERMS)));
    let error = Filter::parse(&chain(limits::ODATA_FILTER_TERMS + 1), &LOG).unwrap_err();
    assert!(error.message.contains("properties and values"), "{error}");
    let nested = |depth: usize| format!("{}Archived{}", "(".repeat(depth), ")".repeat(depth));
    assert!(holds(&nested(limits::ODATA_FILTER_DEPTH)));
    for deep in [
        nested(limits::ODATA_FILTER_DEPTH + 1),
        format!("{}Archived", "not ".repeat(limits::ODATA_FILTER_DEPTH + 1)),
    ] {
        let error = Filter::parse(&deep, &LOG).unwrap_err();
        assert!(error.message.contains("nested deeper"), "{error}");
    }
}

#[test]
fn what_is_pushed_down_is_easy_to_see() {
    let text = "Status eq 'FAILED' and 5 lt Size and (LogEnd ge datetime'2014-09-01T00:00:00')";
    let filter = Filter::parse(text, &LOG).unwrap();
    let found: Vec<_> = filter
        .conjuncts()
        .iter()
        .map(|one| one.comparison().unwrap())
        .map(|(path, comparison, _)| (path.join("/"), comparison))
        .collect();
    let expected = [
        ("Status", Comparison::Equal),
        ("Size", Comparison::Greater),
        ("LogEnd", Comparison::GreaterOrEqual),
    ];
    assert_eq!(
        found,
        expected.map(|(path, comparison)| (path.to_owned(), comparison))
    );
}
