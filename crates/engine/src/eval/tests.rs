//! Every rule of Simple templates and predicates, one row each.

use std::sync::Arc;

use bytes::Bytes;
use lockgate_core::clock::{ManualClock, SharedClock, Timestamp};
use lockgate_flow::expr::{Predicate, Template};
use lockgate_flow::plan::HttpSession;

use super::condition::Condition;
use super::*;

/// 2026-11-23T06:00:00Z.
const NOW: Timestamp = Timestamp::from_secs(1_795_413_600);

fn with_context<T>(run: impl FnOnce(&EvalContext<'_>) -> T) -> T {
    let flow = FlowInfo {
        id: "Orders".to_owned(),
        http_session: HttpSession::None,
    };
    let clock: SharedClock = Arc::new(ManualClock::at(NOW));
    run(&EvalContext {
        flow: &flow,
        clock: &clock,
    })
}

fn exchange() -> Exchange {
    let mut exchange = Exchange {
        body: Body::Text("<a>b</a>".into()),
        ..Exchange::default()
    };
    exchange.headers.set("cXML Version", "1.2");
    exchange.headers.set("Code", Value::Int(200));
    exchange.headers.set("CamelFileName", "dir/in.2024.csv");
    exchange.headers.set("empty", "");
    for (name, value) in [
        ("a", Value::from("A")),
        ("Y", Value::from("a")),
        ("X_A", Value::from("nested")),
        ("http.StatusCode", Value::Int(404)),
        ("retryQuery_$filter", Value::from("f")),
        ("text", Value::from("  Mixed é ")),
        ("n", Value::from("10")),
        ("m", Value::from("9")),
        ("yes", Value::Bool(true)),
        ("half", Value::Number(0.5)),
        (
            "list",
            Value::List(Arc::new([Value::from("x"), Value::Int(2)])),
        ),
        ("bytes", Value::Bytes(Bytes::from_static("é".as_bytes()))),
        ("SAP_MessageProcessingLogID", Value::from("id-1")),
    ] {
        exchange.set_property(name, value);
    }
    exchange
}

fn text_of(source: &str, exchange: &Exchange) -> Result<String, StepError> {
    let template = Template::parse(source).unwrap();
    with_context(|context| text(&template, exchange, context))
}

fn value_of(source: &str, exchange: &Exchange) -> Value {
    let template = Template::parse(source).unwrap();
    with_context(|context| value(&template, exchange, context)).unwrap()
}

fn holds(source: &str, exchange: &Exchange) -> bool {
    let condition = Condition::new(&Predicate::parse(source).unwrap()).unwrap();
    with_context(|context| condition.holds(exchange, context)).unwrap()
}

#[test]
fn templates_give_the_documented_text() {
    let exchange = exchange();
    for (source, expected) in [
        ("plain {text} with $ and }", "plain {text} with $ and }"),
        (r"a\nb\tc\rd\}", "a\nb\tc\rd}"),
        ("[${body}]", "[<a>b</a>]"),
        ("${in.body}", "<a>b</a>"),
        ("${bodyAs(String)}", "<a>b</a>"),
        ("${bodyAs(String).substring(1,2)}", "a"),
        ("${in.body.length}", "8"),
        ("${property.a}-${property.A}-", "A--"),
        ("${header.code}/${in.header.CODE}", "200/200"),
        ("${header.cXML Version}", "1.2"),
        ("${property.http.StatusCode}", "404"),
        ("${property.retryQuery_$filter}", "f"),
        ("${property.X_${property.Y.toUpperCase()}}", "nested"),
        ("${property.X_${property.a}}", "nested"),
        ("${property.text.trim().length()}", "7"),
        ("${property.text.trim().toLowerCase()}", "mixed é"),
        ("${property.text.substring(2,7)}", "Mixed"),
        ("${property.list}", "[x, 2]"),
        ("${property.list.size()}", "2"),
        ("${property.list[0]}${property.list[last]}", "x2"),
        ("${property.missing.size()}", ""),
        ("${property.bytes}", "é"),
        ("${property.half} ${property.yes}", "0.5 true"),
        ("a${null}b", "ab"),
        ("${camelId}", "Orders"),
        ("${exchangeId}", "id-1"),
        ("${date:now:yyyy-MM-dd'T'HH:mm:ss}", "2026-11-23T06:00:00"),
        (
            "${date-with-timezone:now:Europe/Berlin:HH:mm z}",
            "07:00 CET",
        ),
        ("${date:now-2h:HH}${date:now+2h30m:HHmm}", "040830"),
        ("${file:name}", "dir/in.2024.csv"),
        ("${file:onlyname}", "in.2024.csv"),
        ("${file:onlyname.noext}", "in.2024"),
        ("${file:ext}", "csv"),
        ("${exception.message}", ""),
    ] {
        assert_eq!(text_of(source, &exchange).unwrap(), expected, "{source}");
    }
}

#[test]
fn a_single_function_gives_the_raw_value() {
    let mut exchange = exchange();
    assert!(matches!(
        value_of("${header.Code}", &exchange),
        Value::Int(200)
    ));
    assert!(matches!(
        value_of("${property.list}", &exchange),
        Value::List(_)
    ));
    assert!(matches!(value_of("${null}", &exchange), Value::Null));
    assert!(matches!(
        value_of("${property.none}", &exchange),
        Value::Null
    ));
    assert!(matches!(
        value_of("${property.none.trim()}", &exchange),
        Value::Null
    ));
    assert!(matches!(value_of(" ${header.Code}", &exchange), Value::Text(t) if &*t == " 200"));
    assert!(matches!(value_of("", &exchange), Value::Text(t) if t.is_empty()));
    exchange.body = Body::Bytes(Bytes::from_static(b"\xe9"));
    assert!(matches!(value_of("${body}", &exchange), Value::Bytes(_)));
    assert!(matches!(
        value_of("${bodyAs(String)}", &exchange),
        Value::Text(_)
    ));
}

#[test]
fn binary_values_are_read_in_the_exchange_character_set() {
    let mut exchange = exchange();
    exchange.body = Body::Bytes(Bytes::from_static(b"\xe9"));
    exchange.headers.set("CamelCharsetName", "ISO-8859-1");
    assert_eq!(text_of("${body}", &exchange).unwrap(), "é");
    assert_eq!(text_of("${body.length}", &exchange).unwrap(), "1");
    assert_eq!(text_of("${property.bytes}", &exchange).unwrap(), "Ã©");
    assert!(holds("${body} = 'é'", &exchange));
}

#[test]
fn the_caught_exception_is_told() {
    let mut exchange = exchange();
    let error = StepError::of_class("a.B", "it broke");
    exchange.set_property(names::EXCEPTION_CAUGHT, Value::Error(Arc::new(error)));
    exchange.set_property(names::ERROR_STEP, "CallActivity_1");
    assert_eq!(
        text_of("${exception.message}", &exchange).unwrap(),
        "it broke"
    );
    assert_eq!(
        text_of("${exception.getMessage()}", &exchange).unwrap(),
        "it broke"
    );
    assert_eq!(
        text_of("${exception.stacktrace}", &exchange).unwrap(),
        "a.B: it broke\n\tat CallActivity_1"
    );
    assert_eq!(
        text_of("${property.CamelExceptionCaught}", &exchange).unwrap(),
        "a.B: it broke"
    );
}

#[test]
fn a_method_that_a_value_does_not_have_is_an_error() {
    let exchange = exchange();
    for (source, class) in [
        (
            "${property.a.frobnicate()}",
            "org.apache.camel.component.bean.MethodNotFoundException",
        ),
        (
            "${property.list.toUpperCase()}",
            "org.apache.camel.component.bean.MethodNotFoundException",
        ),
        (
            "${property.a.substring(0,9)}",
            "java.lang.StringIndexOutOfBoundsException",
        ),
        (
            "${property.a.substring(-1)}",
            "java.lang.StringIndexOutOfBoundsException",
        ),
        ("${property.list[2]}", "java.lang.IndexOutOfBoundsException"),
    ] {
        assert_eq!(
            text_of(source, &exchange).unwrap_err().class,
            class,
            "{source}"
        );
    }
}

#[test]
fn conditions_hold_as_documented() {
    let exchange = exchange();
    for (source, expected) in [
        // Equality and its coercions.
        ("${property.a} = 'A'", true),
        ("${property.a} == 'A'", true),
        ("${property.a} = \"A\"", true),
        ("${property.a} = 'a'", false),
        ("${property.a} != 'a'", true),
        ("'${property.a}' = 'A'", true),
        ("${property.a} = '${property.a}'", true),
        ("${property.a} = ${property.a}", true),
        ("${header.Code} = '200'", true),
        ("${header.Code} = 200", true),
        ("${header.Code} = '200.0'", false),
        ("${property.n} = 10", true),
        ("${property.n} = '10.0'", false),
        ("${property.yes} = 'true'", true),
        ("${property.yes} = 'TRUE'", true),
        ("${property.yes} = 'x'", false),
        ("${property.yes} = true", true),
        ("${property.half} = '0.50'", true),
        ("'true' = 'true'  ", true),
        // Null.
        ("${property.none} = null", true),
        ("${property.none} != null", false),
        ("${property.a} = null", false),
        ("${property.none} = ''", false),
        ("${property.none} != ''", true),
        ("${header.empty} = ''", true),
        ("${header.empty} != null", true),
        ("${property.none} = 'v'", false),
        ("${property.none} != 'v'", true),
        ("${property.none} < 1", false),
        ("${property.none} > 1", false),
        ("${property.none} contains 'a'", false),
        ("${property.none} not contains 'a'", true),
        ("${property.none} in 'a,b'", false),
        ("${property.none} not in 'a,b'", true),
        ("${property.none} regex '.*'", false),
        ("${property.none} not regex '.*'", true),
        // Order: by number when both are numbers, else by text.
        ("${property.n} > ${property.m}", true),
        ("${property.n} > '9'", true),
        ("${property.n} >= 10", true),
        ("${property.m} <= 8", false),
        ("${property.n} < '9x'", true),
        ("${property.a} > 'B'", false),
        // Containment.
        ("${property.text} contains 'Mixed'", true),
        ("${property.text} contains 'mixed'", false),
        ("${property.text} not contains 'mixed'", true),
        ("${property.list} contains 'x'", true),
        ("${property.list} contains '2'", true),
        ("${property.list} contains 'y'", false),
        ("${property.a} in 'B,A'", true),
        ("${property.a} in 'B, A'", false),
        ("${property.a} not in 'B,C'", true),
        ("${header.Code} in '200,201'", true),
        // Regular expressions match the whole value.
        ("${property.n} regex '[0-9]+'", true),
        ("${property.n} regex '[0-9]'", false),
        ("${property.n} not regex '[0-9]'", true),
        ("${property.n} regex '${property.n}'", true),
        // Single values.
        ("${property.a}", true),
        ("${property.none}", false),
        ("${header.empty}", false),
        ("'false'", false),
        // Strictly from left to right.
        ("'a' = 'a' or 'a' = 'a' and 'a' = 'b'", false),
        ("'a' = 'b' and 'a' = 'b' or 'a' = 'a'", true),
        ("'a' = 'a' and 'a' = 'b'", false),
        ("'a' = 'b' or 'a' = 'a'", true),
        // Typographic quotes are text.
        ("${property.a} = ‘A’", false),
    ] {
        assert_eq!(holds(source, &exchange), expected, "{source}");
    }
}

#[test]
fn both_sides_of_a_connective_are_evaluated() {
    let predicate = Predicate::parse("'a' = 'b' and ${property.a.frobnicate()} = 'x'").unwrap();
    let condition = Condition::new(&predicate).unwrap();
    assert!(with_context(|context| condition.holds(&exchange(), context)).is_err());
}

#[test]
fn an_unusable_regular_expression_is_found_when_preparing() {
    let predicate =
        Predicate::parse("${property.a} regex '(' or ${property.a} regex '(?=x)'").unwrap();
    assert_eq!(Condition::new(&predicate).unwrap_err().len(), 2);
    let dynamic = Predicate::parse("${property.a} regex '${property.text}('").unwrap();
    let condition = Condition::new(&dynamic).unwrap();
    let error = with_context(|context| condition.holds(&exchange(), context)).unwrap_err();
    assert_eq!(error.class, "java.util.regex.PatternSyntaxException");
}
