//! Conversions between the XML of a flow and the two wire formats.

use super::edm::tests::edm;
use super::edm::{Edm, Resource};
use super::entity::Content;
use super::{atom, flow_xml, json};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const NIL: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";

fn orders(edm: &Edm) -> Resource<'_> {
    edm.resource("Orders").unwrap()
}

/// What a flow sees of entities.
fn flow(edm: &Edm, content: Content) -> String {
    let entities = match content {
        Content::Feed { entities, .. } => entities,
        Content::Entity(entity) => vec![entity],
        other => panic!("not entities: {other:?}"),
    };
    let text = flow_xml::write_entities(edm, orders(edm), &entities);
    text.strip_prefix(XML).unwrap().to_owned()
}

fn entry(properties: &str, links: &str) -> String {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:d='http://schemas.microsoft.com/ado/2007/08/dataservices' \
        xmlns:m='http://schemas.microsoft.com/ado/2007/08/dataservices/metadata'><entry>{links}\
        <content><m:properties>{properties}</m:properties></content></entry>\
        <link rel='next' href='Orders?$skiptoken=2'/></feed>"
    )
}

#[test]
fn atom_becomes_plain_xml() {
    let related = "http://schemas.microsoft.com/ado/2007/08/dataservices/related";
    let links = format!(
        "<link rel='edit' href='Orders(1)'/>\
        <link rel='{related}/to_Item' type='application/atom+xml;type=feed'><m:inline><feed>\
        <entry><content><m:properties><d:No>1</d:No></m:properties></content></entry>\
        <entry><content><m:properties><d:No>2</d:No></m:properties></content></entry></feed></m:inline></link>\
        <link rel='{related}/to_Buyer' type='application/atom+xml;type=entry'><m:inline/></link>"
    );
    let properties = "<d:Id>a &amp; b</d:Id><d:Total m:null='true'/><d:Paid/>\
        <d:CreatedAt>2024-01-31T00:00:00</d:CreatedAt>\
        <d:ShipTo m:type='com.shop.Address'><d:City>Jena</d:City><d:Since m:null='true'/></d:ShipTo>";
    let content = atom::read(entry(properties, &links).as_bytes()).unwrap();
    let Content::Feed { next, .. } = &content else {
        panic!("no feed");
    };
    assert_eq!(next.as_deref(), Some("Orders?$skiptoken=2"));
    assert_eq!(
        flow(&edm(), content),
        format!(
            "<Orders><OrderType><Id>a &amp; b</Id><Total {NIL}/><Paid/>\
            <CreatedAt>2024-01-31T00:00:00.000</CreatedAt>\
            <ShipTo><City>Jena</City><Since {NIL}/></ShipTo>\
            <to_Item><ItemType><No>1</No></ItemType><ItemType><No>2</No></ItemType></to_Item>\
            <to_Buyer/></OrderType></Orders>"
        )
    );
}

#[test]
fn json_becomes_the_same_xml() {
    let edm = edm();
    let body = r#"{"d":{"results":[{"__metadata":{"type":"com.shop.OrderType"},"Id":"a & b","Total":null,
        "Paid":true,"Lines":3,"CreatedAt":"/Date(1706659200000)/","bad name":"x","Note":"a\u0000b",
        "ShipTo":{"__metadata":{},"City":"Jena","Since":null},
        "to_Item":{"results":[{"No":1},{"No":2}]},"to_Buyer":{"__deferred":{"uri":"x"}}}],
        "__next":"http://x/Orders?$skiptoken=2"}}"#;
    let content = json::read(body.as_bytes(), &edm, "com.shop.OrderType", None).unwrap();
    let Content::Feed { next, .. } = &content else {
        panic!("no feed");
    };
    assert_eq!(next.as_deref(), Some("http://x/Orders?$skiptoken=2"));
    assert_eq!(
        flow(&edm, content),
        format!(
            "<Orders><OrderType><Id>a &amp; b</Id><Total {NIL}/><Paid>true</Paid><Lines>3</Lines>\
            <CreatedAt>2024-01-31T00:00:00.000</CreatedAt><Note>a\u{fffd}b</Note>\
            <ShipTo><City>Jena</City><Since {NIL}/></ShipTo>\
            <to_Item><ItemType><No>1</No></ItemType><ItemType><No>2</No></ItemType></to_Item>\
            </OrderType></Orders>"
        )
    );
}

#[test]
fn empty_results_are_an_empty_set() {
    let edm = edm();
    for body in [r#"{"d":{"results":[]}}"#, r#"{"d":[]}"#] {
        let content = json::read(body.as_bytes(), &edm, "com.shop.OrderType", None).unwrap();
        assert_eq!(flow(&edm, content), "<Orders/>");
    }
    let feed = atom::read(b"<feed xmlns='http://www.w3.org/2005/Atom'/>").unwrap();
    assert_eq!(flow(&edm, feed), "<Orders/>");
}

#[test]
fn expanded_single_entities_are_wrapped_in_the_navigation_property() {
    let edm = edm();
    let cases = [
        (
            r#"{"Name":"Ada"}"#,
            "<to_Buyer><BuyerType><Name>Ada</Name></BuyerType></to_Buyer>",
        ),
        ("null", "<to_Buyer/>"),
    ];
    for (buyer, expected) in cases {
        let body = format!(r#"{{"d":{{"Id":"1","to_Buyer":{buyer}}}}}"#);
        let content = json::read(body.as_bytes(), &edm, "com.shop.OrderType", None).unwrap();
        let expected = format!("<Orders><OrderType><Id>1</Id>{expected}</OrderType></Orders>");
        assert_eq!(flow(&edm, content), expected);
    }
}

const REQUEST: &str = "<Orders><OrderType><Id>1</Id><Total>9.50</Total><Lines>2</Lines><Paid>false</Paid>\
    <CreatedAt>2024-01-31T00:00:00.000</CreatedAt>\
    <ChangedAt xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>\
    <ShipTo><City>A &lt; B</City></ShipTo>\
    <to_Item><ItemType><No>1</No></ItemType></to_Item></OrderType></Orders>";

#[test]
fn requests_are_written_in_either_format() {
    let edm = edm();
    let entity = flow_xml::read_entity(&edm, orders(&edm), REQUEST.as_bytes()).unwrap();
    assert_eq!(
        json::write(&edm, "com.shop.OrderType", &entity),
        r#"{"Id":"1","Total":"9.50","Lines":2,"Paid":false,"CreatedAt":"/Date(1706659200000)/","ChangedAt":null,"ShipTo":{"City":"A < B"},"to_Item":[{"No":1}]}"#
    );
    let written = atom::write(&edm, "com.shop.OrderType", &entity, "2024-01-01T00:00:00Z");
    for piece in [
        "<category term=\"com.shop.OrderType\"",
        "<d:Id>1</d:Id><d:Total m:type=\"Edm.Decimal\">9.50</d:Total>",
        "<d:ChangedAt m:type=\"Edm.DateTimeOffset\" m:null=\"true\"/>",
        "<d:ShipTo m:type=\"com.shop.Address\"><d:City>A &lt; B</d:City></d:ShipTo>",
        "related/to_Item\" type=\"application/atom+xml;type=feed\"",
        "<category term=\"com.shop.ItemType\"",
    ] {
        assert!(written.contains(piece), "{piece} in {written}");
    }
    // What was written reads back as what it was.
    let Content::Entity(read) = atom::read(written.as_bytes()).unwrap() else {
        panic!("no entry");
    };
    assert_eq!(read, entity);
}

#[test]
fn a_request_sends_one_entity() {
    let edm = edm();
    let read = |body: &str| flow_xml::read_entity(&edm, orders(&edm), body.as_bytes());
    assert!(read("<OrderType><Id>1</Id></OrderType>").is_ok());
    assert!(read("<a:Orders xmlns:a='x'><a:OrderType/></a:Orders>").is_ok());
    let errors = [
        ("<Orders/>", "holds no <OrderType>"),
        (
            "<Orders><OrderType/><OrderType/></Orders>",
            "several <OrderType>",
        ),
        ("{}", "well-formed"),
        ("", "well-formed"),
    ];
    for (body, part) in errors {
        let error = read(body).unwrap_err();
        assert!(error.contains(part), "{body}: {error}");
    }
}

#[test]
fn functions_return_structures_and_values() {
    let edm = edm();
    let data = "xmlns:d='http://schemas.microsoft.com/ado/2007/08/dataservices'";
    let nothing =
        "xmlns:m='http://schemas.microsoft.com/ado/2007/08/dataservices/metadata' m:null='true'";
    let cities = "<F><Address><City>A</City></Address><Address><City>B</City></Address></F>";
    let cases = [
        (
            format!("<d:F {data}>5</d:F>"),
            r#"{"d":{"F":5}}"#,
            "Edm.Int32",
            "<F>5</F>",
        ),
        (
            format!("<d:F {data} {nothing}/>"),
            r#"{"d":{"F":null}}"#,
            "Edm.Int32",
            &format!("<F {NIL}/>"),
        ),
        (
            format!("<d:F {data}><d:element>1</d:element><d:element>2</d:element></d:F>"),
            r#"{"d":{"results":[1,2]}}"#,
            "Collection(Edm.Int32)",
            "<F><element>1</element><element>2</element></F>",
        ),
        (
            format!("<d:F {data}><d:City>A</d:City></d:F>"),
            r#"{"d":{"F":{"City":"A"}}}"#,
            "com.shop.Address",
            "<F><Address><City>A</City></Address></F>",
        ),
        (
            format!(
                "<d:F {data}><d:element><d:City>A</d:City></d:element><d:element><d:City>B</d:City></d:element></d:F>"
            ),
            r#"{"d":{"results":[{"City":"A"},{"City":"B"}]}}"#,
            "Collection(com.shop.Address)",
            cities,
        ),
    ];
    for (xml, object, returns, expected) in cases {
        let from_atom = atom::read(xml.as_bytes()).unwrap();
        // A function's value is no entity, whatever structure it has.
        let from_json = json::read(object.as_bytes(), &edm, "", Some("F")).unwrap();
        for content in [from_atom, from_json] {
            let text = flow_xml::write_value(&edm, "F", returns, &content);
            assert_eq!(text.strip_prefix(XML).unwrap(), expected);
        }
    }
}

#[test]
fn answers_that_are_no_odata_are_refused() {
    let edm = edm();
    for body in ["", "[]", "{}", "<html/>"] {
        assert!(
            json::read(body.as_bytes(), &edm, "com.shop.OrderType", None).is_err(),
            "{body}"
        );
    }
    assert!(atom::read(b"{}").is_err());
}
