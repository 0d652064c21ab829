use super::*;
use crate::testing::vm;

fn parsed(vm: &mut Vm, text: &str) -> Value {
    let parser = construct(vm, &[]).unwrap();
    vm.invoke(&parser, "parseText", &[Value::text(text)])
        .unwrap()
}

fn call(vm: &mut Vm, on: &Value, name: &str, args: &[Value]) -> Value {
    vm.invoke(on, name, args).unwrap()
}

fn text(vm: &mut Vm, value: &Value) -> String {
    vm.text(value).unwrap().to_string()
}

#[test]
fn properties_are_the_children_of_that_name() {
    let mut vm = vm();
    let root = parsed(&mut vm, "<r xmlns='u'> <a i='1'>x</a> <a i='2'>y</a> </r>");
    let name = call(&mut vm, &root, "name", &[]);
    assert_eq!(text(&mut vm, &name), "{u}r");
    let a = vm.get(&root, "a").unwrap();
    assert_eq!(a.class().name(), "groovy.util.NodeList");
    let joined = call(&mut vm, &a, "text", &[]);
    assert_eq!(text(&mut vm, &joined), "xy");
    let second = call(&mut vm, &a, "getAt", &[Value::Int(1)]);
    let attribute = vm.get(&second, "@i").unwrap();
    assert_eq!(text(&mut vm, &attribute), "2");
    let children = call(&mut vm, &root, "children", &[]);
    let size = call(&mut vm, &children, "size", &[]);
    assert!(matches!(size, Value::Int(2)));
}

#[test]
fn nodes_are_made_moved_and_printed() {
    let mut vm = vm();
    let root = parsed(&mut vm, "<r><a>x</a><b/></r>");
    let args = [Value::text("c"), Value::text("<t>")];
    call(&mut vm, &root, "appendNode", &args);
    let first = vm.get(&root, "a").unwrap();
    let first = call(&mut vm, &first, "getAt", &[Value::Int(0)]);
    assert!(matches!(
        call(&mut vm, &root, "remove", &[first]),
        Value::Bool(true)
    ));
    let node = root.downcast_rc::<Node>().unwrap();
    let expected = "<r>\n  <b/>\n  <c>&lt;t&gt;</c>\n</r>\n";
    assert_eq!(markup(&mut vm, &node).unwrap().as_str(), expected);
    assert_eq!(
        text(&mut vm, &root),
        "r[attributes={}; value=[b[attributes={}; value=[]], c[attributes={}; value=<t>]]]"
    );
}

#[test]
fn endless_nesting_is_refused() {
    let mut vm = vm();
    let root = parsed(&mut vm, "<r/>");
    call(&mut vm, &root, "append", std::slice::from_ref(&root));
    for method in ["text", "depthFirst", "toString"] {
        assert!(vm.invoke(&root, method, &[]).is_err(), "{method}");
    }
    root.downcast::<Node>().unwrap().release();
}
