use super::*;
use crate::testing::vm;

fn text(expression: &str) -> String {
    let mut vm = vm();
    let document = "<r><a i='1'>x<b>2</b></a><a i='2'>y<b>3</b></a><c> d  e </c></r>";
    let source = Source::of_text(&mut vm, &[Value::text(document)]).unwrap();
    let options = Options {
        namespaces: true,
        doctype: false,
        everything: true,
        blanks: true,
    };
    let dom = Dom::of(&source.parse(&mut vm, options).unwrap());
    let xpath = Value::object(XPath::default());
    let node = Node::value(&dom, arena::DOCUMENT);
    match vm.invoke(&xpath, "evaluate", &[Value::text(expression), node]) {
        Ok(value) => vm.text(&value).unwrap().to_string(),
        Err(thrown) => crate::testing::failure(thrown),
    }
}

#[test]
fn expressions_select_and_compute() {
    for (expression, expected) in [
        ("/r/a[2]/b", "3"),
        ("//b", "2"),
        ("count(//b)", "2"),
        ("sum(//b) * 2 - 1", "9"),
        ("/r/a[@i='2']/@i", "2"),
        ("//b[../@i = 2]", "3"),
        ("string(//a[last()])", "y3"),
        ("//a[position()=1]/following-sibling::*[1]/b", "3"),
        ("//c/preceding::b[1]", "3"),
        ("//c/preceding-sibling::a[1]/@i", "2"),
        ("name(//b/ancestor::*[last()])", "r"),
        ("normalize-space(/r/c)", "d e"),
        ("substring('12345', 2, 3)", "234"),
        ("substring-after('a=b', '=')", "b"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("concat('a', 1 div 2, true())", "a0.5true"),
        ("//a/b | //c", "2"),
        ("boolean(//zz) or 1 > 2", "false"),
        ("/r/a/text()", "x"),
        ("-(3 mod 2)", "-1"),
        ("*[local-name()='r']/c[contains(., 'd')]/@none", ""),
    ] {
        assert_eq!(text(expression), expected, "{expression}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    for expression in ["/r[", "nope()", "1 +", "a:b", "//", "''['"] {
        assert!(
            text(expression).starts_with("!XPathExpressionException"),
            "{expression}"
        );
    }
    assert!(text(&"(".repeat(5000)).starts_with("!XPathExpressionException"));
}
