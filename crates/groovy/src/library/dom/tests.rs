use crate::testing::vm;
use crate::value::Value;
use crate::vm::Vm;

fn document(vm: &mut Vm, text: &str) -> Value {
    let builder = super::factory::DOM_BUILDER
        .static_method("newInstance")
        .unwrap();
    let builder = builder(vm, &[]).unwrap();
    vm.invoke(&builder, "parseText", &[Value::text(text)])
        .unwrap()
}

fn call(vm: &mut Vm, on: &Value, name: &str, args: &[Value]) -> Value {
    vm.invoke(on, name, args).unwrap()
}

#[test]
fn lists_follow_changes() {
    let mut vm = vm();
    let document = document(&mut vm, "<r><a/><b><a/></b></r>");
    let list = call(
        &mut vm,
        &document,
        "getElementsByTagName",
        &[Value::text("a")],
    );
    let length = |vm: &mut Vm| match call(vm, &list, "getLength", &[]) {
        Value::Int(length) => length,
        _ => -1,
    };
    assert_eq!(length(&mut vm), 2);
    let root = vm.get(&document, "documentElement").unwrap();
    let first = vm.get(&root, "firstChild").unwrap();
    call(&mut vm, &root, "removeChild", &[first]);
    assert_eq!(length(&mut vm), 1);
}

#[test]
fn a_node_cannot_be_below_itself() {
    let mut vm = vm();
    let document = document(&mut vm, "<r><a/></r>");
    let root = vm.get(&document, "documentElement").unwrap();
    let child = vm.get(&root, "firstChild").unwrap();
    let refused = vm.invoke(&child, "appendChild", &[root]);
    assert!(crate::testing::shown(&mut vm, refused).contains("HIERARCHY_REQUEST_ERR"));
}
