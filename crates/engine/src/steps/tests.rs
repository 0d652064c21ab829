//! Single steps: what they make of an exchange.

mod stores;
mod transactions;

use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use lockgate_flow::plan::*;
use lockgate_store::flows::LogLevel;
use lockgate_store::number_ranges::{self, NumberRange};
use lockgate_store::variables::{self, Scope};

use crate::error::StepError;
use crate::exchange::{Body, Exchange};
use crate::pipeline::{Op, Stage};
use crate::prepare::prepare;
use crate::run::Ending;
use crate::testing::*;
use crate::value::Value;

fn xml(text: &str) -> Exchange {
    Exchange {
        body: Body::Text(text.into()),
        ..Exchange::default()
    }
}

async fn apply(
    worker: &Worker,
    spec: StepSpec,
    exchange: Exchange,
) -> Result<Exchange, Arc<StepError>> {
    let mut plan = plan(vec![process(vec![spec], None)]);
    plan.settings.namespaces = IndexMap::from([("p".to_owned(), "urn:p".to_owned())]);
    let target = worker.target(&plan, LogLevel::Info);
    let finished = worker.runtime.run_for_test(target, exchange, false).await;
    match finished.ending {
        Ending::Failed(error) => Err(error),
        _ => Ok(finished.exchange),
    }
}

fn text(exchange: &Exchange) -> String {
    exchange
        .body_text()
        .unwrap()
        .unwrap_or_default()
        .into_owned()
}

fn property(exchange: &Exchange, name: &str) -> Option<String> {
    exchange
        .properties
        .get(name)?
        .to_text()
        .map(std::borrow::Cow::into_owned)
}

fn typed(name: &str, source: ValueSource, datatype: Datatype) -> Row {
    Row::Create {
        name: name.to_owned(),
        source,
        datatype,
    }
}

fn xpath(text: &str) -> ValueSource {
    ValueSource::XPath(text.to_owned())
}

fn constant(text: &str) -> ValueSource {
    ValueSource::Constant(text.to_owned())
}

fn expression(text: &str) -> ValueSource {
    ValueSource::Expression(template(text))
}

fn properties(rows: Vec<Row>) -> StepSpec {
    StepSpec::ContentModifier(ContentModifier {
        properties: rows,
        ..ContentModifier::default()
    })
}

#[tokio::test]
async fn headers_come_before_properties_and_both_before_the_body() {
    let worker = Worker::start().await;
    let spec = StepSpec::ContentModifier(ContentModifier {
        headers: vec![
            create("a", constant("1")),
            create("b", expression("${header.a}2")),
            create("early", ValueSource::Property("p".to_owned())),
        ],
        properties: vec![
            create("p", expression("${header.b}3")),
            create("q", ValueSource::Property("p".to_owned())),
            create("old", expression("${in.body}")),
            create("x", xpath("/a")),
        ],
        body: Some(BodySource::Expression(template(
            "${property.q}|${property.old}|${property.x}|${header.early}",
        ))),
    });
    let exchange = apply(&worker, spec, xml("<a>b</a>")).await.unwrap();
    assert_eq!(text(&exchange), "123|<a>b</a>|b|");
    assert!(exchange.headers.get("early").is_none());
}

#[tokio::test]
async fn constants_stay_as_they_are_and_templates_are_evaluated() {
    let worker = Worker::start().await;
    let body = |body| {
        StepSpec::ContentModifier(ContentModifier {
            properties: vec![create("c", constant("${header.a}"))],
            body: Some(body),
            ..ContentModifier::default()
        })
    };
    for (body_source, expected) in [
        (
            BodySource::Constant(r"a\n${body}".to_owned()),
            r"a\n${body}",
        ),
        (BodySource::Expression(template(r"a\n${body}")), "a\n<x/>"),
        (BodySource::Expression(template(r"a\nb")), "a\nb"),
        (BodySource::Expression(template("")), ""),
    ] {
        let exchange = apply(&worker, body(body_source), xml("<x/>"))
            .await
            .unwrap();
        assert_eq!(text(&exchange), expected);
        assert_eq!(property(&exchange, "c").unwrap(), "${header.a}");
    }
    let exchange = apply(
        &worker,
        body(BodySource::Expression(template("${null}"))),
        xml("<x/>"),
    )
    .await
    .unwrap();
    assert!(matches!(exchange.body, Body::Null));
}

#[tokio::test]
async fn values_are_converted_to_their_data_type() {
    let worker = Worker::start().await;
    let document = "<r xmlns:p='urn:p'><n>7</n><n>8</n><p:q>yes</p:q><t>true</t><e/></r>";
    let rows = vec![
        typed("first", xpath("//n"), Datatype::Text),
        typed("none", xpath("//missing"), Datatype::Text),
        typed("count", xpath("count(//n)"), Datatype::Text),
        typed("int", xpath("//n"), Datatype::Integer),
        typed("bool", xpath("//t = 'true'"), Datatype::Boolean),
        typed("node", xpath("//n"), Datatype::Node),
        typed("no node", xpath("//missing"), Datatype::Node),
        typed("nodes", xpath("//n"), Datatype::NodeList),
        typed("prefixed", xpath("//p:q"), Datatype::Text),
        typed("parsed", expression("4${property.int}"), Datatype::Integer),
        typed(
            "text of a number",
            expression("${property.int}"),
            Datatype::Unspecified,
        ),
        typed("flag", constant("TRUE"), Datatype::Boolean),
        typed("bytes", constant("é"), Datatype::Bytes),
        typed(
            "copy",
            ValueSource::Property("int".to_owned()),
            Datatype::Unspecified,
        ),
        typed(
            "embedded",
            expression("<x>${property.nodes}</x>"),
            Datatype::Text,
        ),
        typed("variable", xpath("//n[. = $int]"), Datatype::Text),
    ];
    let exchange = apply(&worker, properties(rows), xml(document))
        .await
        .unwrap();
    let value = |name: &str| exchange.properties.get(name);
    assert_eq!(property(&exchange, "first").unwrap(), "7");
    assert_eq!(property(&exchange, "none").unwrap(), "");
    assert_eq!(property(&exchange, "count").unwrap(), "2");
    assert!(matches!(value("int"), Some(Value::Int(7))));
    assert!(matches!(value("bool"), Some(Value::Bool(true))));
    assert!(
        matches!(value("node"), Some(Value::Xml(x)) if &**x == "<n xmlns:p=\"urn:p\">7</n>" || &**x == "<n>7</n>")
    );
    assert!(value("no node").is_none());
    assert_eq!(
        property(&exchange, "nodes")
            .unwrap()
            .matches("</n>")
            .count(),
        2
    );
    assert_eq!(property(&exchange, "prefixed").unwrap(), "yes");
    assert!(matches!(value("parsed"), Some(Value::Int(47))));
    assert!(matches!(value("text of a number"), Some(Value::Text(t)) if &**t == "7"));
    assert!(matches!(value("flag"), Some(Value::Bool(true))));
    assert!(matches!(value("bytes"), Some(Value::Bytes(b)) if b.as_ref() == "é".as_bytes()));
    assert!(matches!(value("copy"), Some(Value::Int(7))));
    assert!(
        property(&exchange, "embedded")
            .unwrap()
            .starts_with("<x><n")
    );
    assert_eq!(property(&exchange, "variable").unwrap(), "7");
    assert_eq!(
        text(&exchange),
        document,
        "reading does not change the body"
    );
}

#[tokio::test]
async fn what_does_not_convert_fails_the_step() {
    let worker = Worker::start().await;
    for (row, class) in [
        (
            typed("a", constant("x"), Datatype::Integer),
            "org.apache.camel.TypeConversionException",
        ),
        (
            typed("a", constant("x"), Datatype::Boolean),
            "org.apache.camel.TypeConversionException",
        ),
        (
            typed("a", xpath("//n"), Datatype::Integer),
            "javax.xml.xpath.XPathExpressionException",
        ),
    ] {
        let error = apply(&worker, properties(vec![row]), xml("<n>x</n>"))
            .await
            .unwrap_err();
        assert_eq!(error.class, class);
    }
    for body in [
        Body::Null,
        Body::Text("no xml".into()),
        Body::Bytes(Bytes::from_static(b"<a>")),
    ] {
        let exchange = Exchange {
            body,
            ..Exchange::default()
        };
        let error = apply(
            &worker,
            properties(vec![typed("a", xpath("//n"), Datatype::Text)]),
            exchange,
        )
        .await
        .unwrap_err();
        assert_eq!(error.class, "org.xml.sax.SAXParseException");
    }
}

#[tokio::test]
async fn headers_are_deleted_by_name_and_by_pattern() {
    let worker = Worker::start().await;
    let matching = |include: &str, exclude: &str| Row::DeleteMatching {
        include: vec![include.to_owned()],
        exclude: Some(exclude.to_owned())
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect(),
    };
    let named = |name: &str| Row::Delete {
        name: name.to_owned(),
    };
    for (row, left) in [
        (named("X-ONE"), "SAP_A,x-two"),
        (named("missing"), "SAP_A,X-One,x-two"),
        (named("X-*"), "SAP_A,X-One,x-two"),
        (matching("x-*", ""), "SAP_A"),
        (matching("*", ""), ""),
        (matching("*", "sap_*"), "SAP_A"),
        (matching("x-one", ""), "SAP_A,x-two"),
        (matching("*two", ""), "SAP_A,X-One,x-two"),
    ] {
        let mut exchange = Exchange::default();
        for name in ["SAP_A", "X-One", "x-two"] {
            exchange.headers.set(name, "v");
        }
        let spec = StepSpec::ContentModifier(ContentModifier {
            headers: vec![row.clone()],
            ..ContentModifier::default()
        });
        let exchange = apply(&worker, spec, exchange).await.unwrap();
        let own = |name: &str| name.starts_with("SAP_M");
        let mut names: Vec<_> = exchange
            .headers
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !own(name))
            .collect();
        names.sort_unstable();
        assert_eq!(names.join(","), left, "{row:?}");
    }
    let mut exchange = Exchange::default();
    exchange.set_property("Gone", "v");
    exchange.set_property("gone", "v");
    let exchange = apply(&worker, properties(vec![named("gone")]), exchange)
        .await
        .unwrap();
    assert!(exchange.properties.contains_key("Gone") && !exchange.properties.contains_key("gone"));
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn variables_and_numbers_come_from_the_store() {
    let worker = Worker::start().await;
    let mut tx = worker.store.begin().await.unwrap();
    let local = Scope::Local("Test".to_owned());
    variables::set(&mut tx, &local, "last", b"local")
        .await
        .unwrap();
    variables::set(&mut tx, &Scope::Global, "last", b"global")
        .await
        .unwrap();
    let range = NumberRange {
        name: "orders".to_owned(),
        min: 1,
        max: 9,
        next: 1,
        length: 3,
        rotate: false,
    };
    number_ranges::define(&mut tx, &range).await.unwrap();
    tx.commit().await.unwrap();
    let number = |correlation: Option<&str>| ValueSource::NumberRange {
        name: "orders".to_owned(),
        correlation: correlation.map(template),
    };
    let variable = |name: &str, default: Option<&str>| ValueSource::LocalVariable {
        name: template(name),
        default: default.map(str::to_owned),
    };
    let global = ValueSource::GlobalVariable {
        name: template("last"),
        default: None,
    };
    let rows = vec![
        create("name", constant("last")),
        create("local", variable("${property.name}", None)),
        create("global", global),
        create("defaulted", variable("missing", Some("d"))),
        create("missing", variable("missing", None)),
        create("one", number(None)),
        create("two", number(Some("${property.name}"))),
        create("again", number(Some("${property.name}"))),
        create("all", expression("${property.local}${property.one}")),
        create("node", xpath("/a")),
    ];
    let exchange = apply(&worker, properties(rows), xml("<a>b</a>"))
        .await
        .unwrap();
    for (name, expected) in [
        ("local", Some("local")),
        ("global", Some("global")),
        ("defaulted", Some("d")),
        ("missing", None),
        ("one", Some("001")),
        ("two", Some("002")),
        ("again", Some("002")),
        ("all", Some("local001")),
        ("node", Some("b")),
    ] {
        assert_eq!(property(&exchange, name).as_deref(), expected, "{name}");
    }
    let unknown = ValueSource::NumberRange {
        name: "unknown".to_owned(),
        correlation: None,
    };
    let error = apply(
        &worker,
        properties(vec![create("n", unknown)]),
        Exchange::default(),
    )
    .await
    .unwrap_err();
    assert!(error.message.contains("unknown"));
}

#[tokio::test]
async fn a_filter_replaces_the_body() {
    let worker = Worker::start().await;
    let document = "<r><i>1</i><i>2</i></r>";
    for (path, result, expected) in [
        ("//i", FilterResult::NodeList, "<i>1</i><i>2</i>"),
        ("//i", FilterResult::Node, "<i>1</i>"),
        ("//i", FilterResult::Text, "1"),
        ("//i", FilterResult::Integer, "1"),
        ("//i = '2'", FilterResult::Boolean, "true"),
        ("//none", FilterResult::NodeList, ""),
        ("//none", FilterResult::Node, ""),
        ("//none", FilterResult::Integer, ""),
        ("/", FilterResult::NodeList, document),
        ("r/i[2]", FilterResult::NodeList, "<i>2</i>"),
        ("//i[. = $wanted]", FilterResult::NodeList, "<i>2</i>"),
    ] {
        let spec = StepSpec::Filter(Filter {
            xpath: path.to_owned(),
            result,
        });
        let mut exchange = xml(document);
        exchange.set_property("wanted", "2");
        let exchange = apply(&worker, spec, exchange).await.unwrap();
        assert_eq!(text(&exchange), expected, "{path} {result:?}");
    }
}

#[tokio::test]
async fn converters_read_and_write_in_the_right_character_set() {
    let worker = Worker::start().await;
    let namespaces = || JsonNamespaces {
        enabled: true,
        mapping: IndexMap::new(),
        separator: ":".to_owned(),
    };
    let to_xml = StepSpec::JsonToXml(JsonToXml {
        added_root: Some(AddedRoot {
            name: "root".to_owned(),
            namespace: None,
        }),
        namespaces: namespaces(),
    });
    let mut exchange = Exchange {
        body: Body::Bytes(Bytes::from_static(b"{\"a\":\"\xe9\"}")),
        ..Exchange::default()
    };
    exchange.headers.set("CamelCharsetName", "ISO-8859-1");
    let converted = apply(&worker, to_xml.clone(), exchange).await.unwrap();
    assert!(text(&converted).ends_with("<root><a>é</a></root>"));
    let to_json = |encoding: Option<&str>| {
        StepSpec::XmlToJson(XmlToJson {
            suppress_root: true,
            streaming: None,
            namespaces: namespaces(),
            encoding: encoding.map(str::to_owned),
        })
    };
    let json = apply(&worker, to_json(None), xml("<r><a>é</a></r>"))
        .await
        .unwrap();
    assert_eq!(text(&json), "{\"a\":\"é\"}");
    let latin = apply(&worker, to_json(Some("ISO-8859-1")), xml("<r><a>é</a></r>"))
        .await
        .unwrap();
    assert_eq!(latin.body_bytes().unwrap().as_ref(), b"{\"a\":\"\xe9\"}");
    let error = apply(&worker, to_xml, xml("no json")).await.unwrap_err();
    assert_eq!(error.class, "JsonXmlException");
    assert!(
        error
            .message
            .starts_with("The body cannot be converted: expected")
    );
}

/// A long computation beside a row that reads from the store must leave the async threads too.
#[test]
fn rows_that_read_from_the_store_leave_computations_to_stages_of_their_own() {
    let variable = ValueSource::GlobalVariable {
        name: template("v"),
        default: None,
    };
    let rows = vec![
        create("before", xpath("//a[not(. = preceding::a)]")),
        create("stored", variable),
        create("after", xpath("/a")),
    ];
    let plan = plan(vec![process(vec![properties(rows)], None)]);
    let pipeline = prepare(&plan, &registry(&Peer::default())).unwrap();
    let Op::Series(stages) = &pipeline.processes[0].nodes[0].op else {
        panic!("not a series: {:?}", pipeline.processes[0].nodes[0].op);
    };
    let [Stage::Step(before), Stage::Wait(_), Stage::Step(after)] = stages.as_slice() else {
        panic!("{stages:?}");
    };
    let large = xml(&format!("<a>{}</a>", "x".repeat(1 << 20)));
    assert!(before.is_heavy(&large) && before.is_superlinear());
    assert!(after.is_heavy(&large) && !after.is_superlinear());
}

#[test]
fn preparing_reports_every_problem_at_once() {
    let bad_route = Route {
        name: "r".to_owned(),
        condition: condition("${property.a} regex '('"),
        target: None,
    };
    let router = StepSpec::Router(Router {
        routes: vec![bad_route],
        default: None,
        throw_on_default: false,
    });
    let to_json = StepSpec::XmlToJson(XmlToJson {
        suppress_root: false,
        streaming: None,
        namespaces: JsonNamespaces {
            enabled: false,
            mapping: IndexMap::new(),
            separator: ":".to_owned(),
        },
        encoding: Some("klingon".to_owned()),
    });
    let rows = vec![create("x", xpath("//[")), create("y", xpath("//q:a"))];
    let mut other = channel("");
    other.adapter = ReceiverKind::Mail;
    let steps = vec![
        properties(rows),
        router,
        to_json,
        call("invalid"),
        StepSpec::Send(other),
    ];
    let mut plan = plan(vec![process(steps, None)]);
    plan.settings.allowed_headers = AllowedHeaders::Matching("(".to_owned());
    let problems = prepare(&plan, &registry(&Peer::default())).unwrap_err();
    let elements: Vec<_> = problems
        .iter()
        .map(|problem| problem.element.as_str())
        .collect();
    assert_eq!(
        elements,
        ["allowed headers", "n0", "n0", "n1", "n2", "n3", "n4"]
    );
    assert!(problems.iter().all(|problem| problem.message.len() > 20));
}
