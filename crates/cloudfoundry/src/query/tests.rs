//! The rules of query parameters, as tables.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

const SPEC: Spec = Spec {
    filters: &["available", "organization_guids", "type"],
    folded: &["names"],
    include: &["organization", "space.organization"],
    fields: &[
        ("space", &["guid", "name", "relationships.organization"]),
        ("space.organization", &["guid", "name"]),
    ],
    ..Spec::LIST
};

fn read(raw: &str) -> Result<Query, Failure> {
    Query::read(Some(raw), &SPEC)
}

fn detail(raw: &str) -> String {
    let failure = read(raw).map(|_| raw.to_owned()).unwrap_err();
    assert_eq!(
        (failure.status.as_u16(), failure.code),
        (400, 10005),
        "{raw}"
    );
    let detail = failure
        .detail
        .strip_prefix("The query parameter is invalid: ");
    detail.unwrap().to_owned()
}

#[test]
fn what_a_list_does_not_have_is_refused_with_what_it_has() {
    let valid = "'available', 'created_ats', 'fields', 'guids', 'include', 'label_selector', \
                 'names', 'order_by', 'organization_guids', 'page', 'per_page', 'type', \
                 'updated_ats'";
    let unknown =
        |names: &str| format!("Unknown query parameter(s): {names}. Valid parameters are: {valid}");
    let cases = [
        ("x=1", unknown("'x'")),
        ("y=1&names=a&x", unknown("'y', 'x'")),
        ("Names=a", unknown("'Names'")),
        ("names[]=a", unknown("'names[]'")),
        ("order_by[x]=a", unknown("'order_by[x]'")),
        ("names=a&names=a", "'names' is there twice".to_owned()),
        (
            "fields[space]=guid&fields[space]=name",
            "'fields[space]' is there twice".to_owned(),
        ),
        (
            "order_by=size",
            "Order by can only be: 'created_at', 'updated_at', 'name'".to_owned(),
        ),
        (
            "include=organization,quota",
            "Invalid included resource: 'quota'. Valid included resources are: 'organization', \
             'space.organization'"
                .to_owned(),
        ),
        (
            "fields[app]=guid",
            "Fields [app] valid resources are: 'space', 'space.organization'".to_owned(),
        ),
        (
            "fields=guid",
            "Fields [] valid resources are: 'space', 'space.organization'".to_owned(),
        ),
        (
            "fields[space.organization]=guid,size",
            "Fields valid keys for 'space.organization' are: 'guid', 'name'".to_owned(),
        ),
        (
            "label_selector=a%20b",
            "Invalid label_selector value".to_owned(),
        ),
        (
            "created_ats=yesterday",
            "created_ats: \"yesterday\" is not a date and time such as 2026-01-31T08:30:00Z"
                .to_owned(),
        ),
        (
            "created_ats[ne]=2026-01-31T08:30:00Z",
            "created_ats has no operator 'ne'".to_owned(),
        ),
        (
            "updated_ats[lt]=2026-01-31T08:30:00Z,2026-01-31T08:30:00Z",
            "updated_ats accepts only one value with an operator".to_owned(),
        ),
    ];
    for (raw, expected) in cases {
        assert_eq!(detail(raw), expected, "{raw}");
    }
}

#[test]
fn pages_are_positive_and_bounded() {
    for raw in ["page=0", "page=x", "page=-1", "page=99999999999", "page="] {
        assert_eq!(detail(raw), "Page must be a positive integer", "{raw}");
    }
    for raw in ["per_page=0", "per_page=5001", "per_page=x"] {
        assert_eq!(detail(raw), "Per page must be between 1 and 5000", "{raw}");
    }
    let query = read("page=3&per_page=5000").unwrap();
    assert_eq!((query.page, query.per_page), (3, 5_000));
}

#[test]
fn a_single_thing_has_no_pages() {
    let failure = Query::read(Some("page=1"), &Spec::ONE).unwrap_err();
    assert!(failure.detail.contains("'page'"));
    assert!(Query::read(None, &Spec::ONE).is_ok());
    assert!(Query::read(Some(""), &Spec::ONE).is_ok());
}

#[test]
fn a_comma_within_an_element_is_encoded_twice() {
    let cases: [(&str, &[&str]); 7] = [
        ("names=a%2Cb", &["a", "b"]),
        ("names=a%252Cb", &["a,b"]),
        ("names=a%252cb,c", &["a,b", "c"]),
        ("names=a+b", &["a b"]),
        ("names=a%2Bb", &["a+b"]),
        ("names=100%25", &["100%"]),
        ("names=%C3%A4", &["ä"]),
    ];
    for (raw, expected) in cases {
        let query = read(raw).unwrap();
        let expected: HashSet<String> = expected.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(query.wanted("names"), Some(&expected), "{raw}");
    }
}

#[test]
fn filters_compare_exactly_unless_they_are_said_not_to() {
    let query = read("names=Acme,b&type=key&guids=").unwrap();
    assert!(query.allows("names", "ACME"));
    assert!(query.allows("names", "b"));
    assert!(!query.allows("names", "c"));
    assert!(!query.allows("type", "Key"));
    assert!(query.allows("organization_guids", "whatever"));
    assert!(!query.allows_guid("guids", Uuid::nil()));
    assert!(!query.allows_any("names", None));
    assert!(query.allows_any("names", ["x", "B"]));
}

#[test]
fn flags_and_choices_have_one_legal_value() {
    let flag = |raw| read(raw).unwrap().flag("available");
    assert_eq!(flag(""), Ok(None));
    assert_eq!(flag("available=true"), Ok(Some(true)));
    assert_eq!(flag("available=false"), Ok(Some(false)));
    assert!(flag("available=yes").is_err());
    assert!(flag("available=true,false").is_err());
    let one_of = |raw: &str| {
        let query = read(raw).unwrap();
        let found = query.one_of("type", &["app", "key"]);
        found.map(|found| found.map(str::to_owned))
    };
    assert_eq!(one_of(""), Ok(None));
    assert_eq!(one_of("type=key"), Ok(Some("key".to_owned())));
    assert!(one_of("type=route").is_err());
    assert!(one_of("type=app,key").is_err());
}

struct Thing {
    name: &'static str,
    created_at: i64,
    metadata: Metadata,
}

impl Listed for Thing {
    fn guid(&self) -> Uuid {
        Uuid::nil()
    }
    fn name(&self) -> &str {
        self.name
    }
    fn created_at(&self) -> Timestamp {
        Timestamp::from_secs(self.created_at)
    }
    fn updated_at(&self) -> Timestamp {
        Timestamp::from_secs(-self.created_at)
    }
    fn metadata(&self) -> Option<&Metadata> {
        Some(&self.metadata)
    }
}

fn things() -> Vec<Thing> {
    let thing = |name, created_at| {
        let labels = BTreeMap::from([("name".to_owned(), Some(name))]);
        let labels = labels.into_iter();
        Thing {
            name,
            created_at,
            metadata: Metadata {
                labels: labels
                    .map(|(key, value)| (key, value.map(str::to_owned)))
                    .collect(),
                annotations: BTreeMap::new(),
            },
        }
    };
    vec![thing("b", 60), thing("a", 120), thing("c", 0)]
}

fn listed(raw: &str) -> String {
    let query = read(raw).unwrap();
    let mut things = things();
    things.retain(|thing| query.keeps(thing));
    query.order(&mut things);
    things.iter().map(|thing| thing.name).collect()
}

#[test]
fn lists_are_ordered_and_filtered_by_what_everything_has() {
    let cases = [
        ("", "cba"),
        ("order_by=name", "abc"),
        ("order_by=-name", "cba"),
        ("order_by=created_at", "cba"),
        ("order_by=-created_at", "abc"),
        ("order_by=updated_at", "abc"),
        ("names=A,C", "ca"),
        ("guids=x", ""),
        ("label_selector=name+in+(a,b)", "ba"),
        ("created_ats=1970-01-01T00:01:00Z", "b"),
        (
            "created_ats=1970-01-01T00:01:00Z,1970-01-01T00:00:00Z",
            "cb",
        ),
        ("created_ats[gt]=1970-01-01T00:01:00Z", "a"),
        ("created_ats[gte]=1970-01-01T00:01:00Z", "ba"),
        ("created_ats[lt]=1970-01-01T00:01:00Z", "c"),
        ("created_ats[lte]=1970-01-01T00:01:00Z", "cb"),
        (
            "created_ats%5Bgt%5D=1970-01-01T00:00:00Z&created_ats[lt]=1970-01-01T00:02:00Z",
            "b",
        ),
        ("updated_ats[lt]=1970-01-01T00:00:00Z", "ba"),
    ];
    for (raw, expected) in cases {
        assert_eq!(listed(raw), expected, "{raw}");
    }
}

#[test]
fn fields_cut_objects_down() {
    let query = read("fields[space]=name,relationships.organization").unwrap();
    let attributes = query.fields("space").unwrap();
    let space = json!({
        "guid": "g", "name": "dev",
        "relationships": {"organization": {"data": {"guid": "o"}}, "quota": {"data": null}},
    });
    assert_eq!(
        pick(&space, attributes),
        json!({"name": "dev", "relationships": {"organization": {"data": {"guid": "o"}}}})
    );
    assert!(query.fields("space.organization").is_none());
    assert!(query.wants_included());
    assert!(!read("names=a").unwrap().wants_included());
    assert!(
        read("include=organization")
            .unwrap()
            .includes("organization")
    );
}
