use std::cell::RefCell;

use super::*;
use crate::closure::Closure;
use crate::testing::vm;

static SINK: Class = Class::new("Sink").methods(&[("write", |vm, this, args| {
    let text = vm.text(&args[0])?;
    let sink: &Sink = this.downcast().unwrap();
    sink.0.borrow_mut().push_str(&text);
    Ok(Value::Null)
})]);

struct Sink(RefCell<String>);

impl Object for Sink {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&SINK)
    }
}

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(Map::linked(
        entries
            .iter()
            .map(|(key, value)| (Value::text(*key), value.clone())),
    ))
}

/// What `run` writes.
fn written(run: impl Fn(&mut Vm, &Value) + 'static) -> String {
    let mut vm = vm();
    let sink = Rc::new(Sink(RefCell::default()));
    let builder = construct(&mut vm, &[Value::Object(sink.clone())]).unwrap();
    run(&mut vm, &builder);
    sink.0.take()
}

fn call(vm: &mut Vm, builder: &Value, name: &str, args: &[Value]) {
    vm.invoke(builder, name, args).unwrap();
}

fn closure(builder: &Value, run: impl Fn(&mut Vm, &Value) + 'static) -> Value {
    let builder = builder.clone();
    Closure::native(0, move |vm, _| {
        run(vm, &builder);
        Ok(Value::Null)
    })
}

#[test]
fn elements_are_indented_and_escaped() {
    let text = written(|vm, b| {
        let inner = closure(b, |vm, b| {
            call(vm, b, "b", &[Value::text("t&<>\"")]);
            call(vm, b, "c", &[]);
            let e = closure(b, |vm, b| call(vm, b, "e", &[]));
            call(vm, b, "d", &[Value::text("1"), e]);
        });
        call(vm, b, "r", &[map(&[("a", Value::text("x<\"'>"))]), inner]);
    });
    let expected = "<r a='x&lt;\"&apos;&gt;'>\n  <b>t&amp;&lt;&gt;\"</b>\n  <c />\n  <d>1\n    <e />\n  </d>\n</r>";
    assert_eq!(text, expected);
}

#[test]
fn empty_and_null_differ_and_quotes_can_be_double() {
    let text = written(|vm, b| {
        call(vm, b, "setDoubleQuotes", &[Value::Bool(true)]);
        let inner = closure(b, |vm, b| {
            call(vm, b, "x", &[Value::Null]);
            call(vm, b, "y", &[Value::text("")]);
        });
        call(vm, b, "r", &[map(&[("b", Value::Null)]), inner]);
    });
    assert_eq!(text, "<r b=\"\">\n  <x />\n  <y></y>\n</r>");
}

#[test]
fn mkp_writes_between_elements() {
    let text = written(|vm, b| {
        let mkp = vm.get(b, "mkp").unwrap();
        call(
            vm,
            &mkp,
            "xmlDeclaration",
            &[map(&[("version", Value::text("1.0"))])],
        );
        let inner = closure(b, move |vm, b| {
            call(vm, &mkp, "yield", &[Value::text("<x>")]);
            call(vm, &mkp, "yieldUnescaped", &[Value::text("<y/>")]);
            call(
                vm,
                b,
                "n:z",
                &[map(&[("xmlns:n", Value::text("u"))]), Value::Null],
            );
        });
        call(vm, b, "r", &[inner]);
    });
    let expected = "<?xml version='1.0'?>\n<r>&lt;x&gt;<y/>\n  <n:z xmlns:n='u' />\n</r>";
    assert_eq!(text, expected);
}
