use super::*;
use crate::closure::Closure;
use crate::testing::vm;

fn slurp(vm: &mut Vm, text: &str) -> Value {
    let slurper = construct(vm, &[]).unwrap();
    vm.invoke(&slurper, "parseText", &[Value::text(text)])
        .unwrap()
}

/// The text of `steps` from a document: names, and indexes in brackets.
fn at(document: &str, steps: &[&str]) -> String {
    let mut vm = vm();
    let mut value = slurp(&mut vm, document);
    for step in steps {
        value = match step
            .strip_prefix('[')
            .and_then(|step| step.strip_suffix(']'))
        {
            Some(index) => {
                let index = Value::Int(index.parse().unwrap());
                vm.invoke(&value, "getAt", &[index]).unwrap()
            }
            None => match step.strip_suffix("()") {
                Some(method) => vm.invoke(&value, method, &[]).unwrap(),
                None => vm.get(&value, step).unwrap(),
            },
        };
    }
    match value {
        Value::Int(number) => number.to_string(),
        other => vm.text(&other).unwrap().to_string(),
    }
}

#[test]
fn paths_go_down_up_and_to_attributes() {
    let document = "<r k='0'><a i='1'>x<b>1</b></a><a i='2'>y<b>2</b></a><c/></r>";
    for (steps, expected) in [
        (&["a"][..], "x1y2"),
        (&["a", "b"], "12"),
        (&["a", "[1]", "b"], "2"),
        (&["a", "b", "[-1]"], "2"),
        (&["a", "b", "[7]", "size()"], "0"),
        (&["a", "@i"], "12"),
        (&["a", "[1]", "@i"], "2"),
        (&["a", "size()"], "2"),
        (&["zz", "yy", "size()"], "0"),
        (&["a", "b", ".."], "x1y2"),
        (&["a", "b", "[0]", "..", "..", "name()"], "r"),
        (&["*", "size()"], "3"),
        (&["children()", "[2]", "name()"], "c"),
        (&["@k"], "0"),
    ] {
        assert_eq!(at(document, steps), expected, "{steps:?}");
    }
}

#[test]
fn a_prefix_is_ignored_unless_it_is_asked_for() {
    let document = "<r xmlns:n='u' n:k='3'><n:a>1</n:a></r>";
    assert_eq!(at(document, &["a"]), "1");
    assert_eq!(at(document, &["n:a"]), "");
    assert_eq!(at(document, &["@n:k"]), "3");
    assert_eq!(at(document, &["@k"]), "");
    let mut vm = vm();
    let root = slurp(&mut vm, document);
    let map = crate::map::Map::linked([(Value::text("p"), Value::text("u"))]);
    let root = vm
        .invoke(&root, "declareNamespace", &[Value::Map(map)])
        .unwrap();
    let found = vm.get(&root, "p:a").unwrap();
    assert_eq!(vm.text(&found).unwrap().as_str(), "1");
}

#[test]
fn bodies_change_at_once_and_filters_look_each_time() {
    let mut vm = vm();
    let root = slurp(&mut vm, "<r><a>1</a><a>2</a></r>");
    let a = vm.get(&root, "a").unwrap();
    let keep = Closure::native(1, |vm, args| {
        let text = vm.text(&args[0])?;
        Ok(Value::Bool(text.as_str() == "2"))
    });
    let kept = vm.invoke(&a, "findAll", &[keep]).unwrap();
    assert_eq!(vm.text(&kept).unwrap().as_str(), "2");
    let first = vm.invoke(&a, "getAt", &[Value::Int(0)]).unwrap();
    vm.invoke(&first, "replaceBody", &[Value::text("2")])
        .unwrap();
    assert_eq!(vm.text(&kept).unwrap().as_str(), "22");
    vm.set(&root, "@new", &Value::text("v")).unwrap();
    let attribute = vm.get(&root, "@new").unwrap();
    assert_eq!(vm.text(&attribute).unwrap().as_str(), "v");
}
