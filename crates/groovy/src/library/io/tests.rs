//! Rules of readers, writers and streams that surprise.

use bytes::Bytes;

use super::{bytes_reader, input_stream, text_reader};
use crate::closure::Closure;
use crate::library;
use crate::testing::vm;
use crate::thrown::Why;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: &str, args: &[Value]) -> Value {
    let class = library::classes()
        .find(|known| known.name.ends_with(class))
        .unwrap();
    class.construct.unwrap()(vm, args).unwrap()
}

fn call(vm: &mut Vm, object: &Value, name: &str, args: &[Value]) -> String {
    let result = vm.invoke(object, name, args);
    match result {
        Ok(value) => vm.text(&value).unwrap().to_string(),
        Err(thrown) => match &*thrown.0 {
            Why::Exception(exception) => vm.text(exception).unwrap().to_string(),
            other => format!("{other:?}"),
        },
    }
}

#[test]
fn lines_end_in_three_ways_and_the_last_need_not_end() {
    let mut vm = vm();
    let reader = text_reader("a\nb\r\nc\r\rd");
    assert_eq!(call(&mut vm, &reader, "readLine", &[]), "a");
    assert_eq!(call(&mut vm, &reader, "readLines", &[]), "[b, c, , d]");
    assert_eq!(call(&mut vm, &reader, "readLine", &[]), "null");
    let numbered = Closure::native(2, |_, args| Ok(args[1].clone()));
    let reader = text_reader("x\ny\n");
    assert_eq!(call(&mut vm, &reader, "eachLine", &[numbered]), "2");
}

#[test]
fn a_reader_reads_utf16_units_and_refuses_when_closed() {
    let mut vm = vm();
    let reader = bytes_reader(Bytes::from_static("😀b".as_bytes()), "UTF-8");
    assert_eq!(call(&mut vm, &reader, "read", &[]), 0xd83d.to_string());
    assert_eq!(call(&mut vm, &reader, "read", &[]), 0xde00.to_string());
    assert_eq!(call(&mut vm, &reader, "getText", &[]), "b");
    assert_eq!(call(&mut vm, &reader, "read", &[]), "-1");
    call(&mut vm, &reader, "close", &[]);
    assert_eq!(
        call(&mut vm, &reader, "read", &[]),
        "java.io.IOException: Stream closed"
    );
}

#[test]
fn a_stream_around_a_stream_reads_the_same_bytes() {
    let mut vm = vm();
    let inner = input_stream(Bytes::from_static(b"a\xe4c"));
    assert_eq!(call(&mut vm, &inner, "read", &[]), "97");
    let outer = new(
        &mut vm,
        "java.io.InputStreamReader",
        &[inner.clone(), Value::text("ISO-8859-1")],
    );
    assert_eq!(call(&mut vm, &outer, "getText", &[]), "äc");
    assert_eq!(call(&mut vm, &inner, "available", &[]), "0");
    let buffer = Value::bytes(vec![0; 2]);
    assert_eq!(
        call(&mut vm, &inner, "read", std::slice::from_ref(&buffer)),
        "-1"
    );
    let unknown = [inner, Value::text("nope")];
    let class = library::classes()
        .find(|c| c.name == "java.io.InputStreamReader")
        .unwrap();
    assert!(class.construct.unwrap()(&mut vm, &unknown).is_err());
}

#[test]
fn writers_write_through_to_the_innermost() {
    let mut vm = vm();
    let text = new(&mut vm, "java.io.StringWriter", &[]);
    let buffered = new(
        &mut vm,
        "java.io.BufferedWriter",
        std::slice::from_ref(&text),
    );
    let print = new(&mut vm, "java.io.PrintWriter", &[buffered]);
    call(&mut vm, &print, "println", &[Value::Int(1)]);
    call(&mut vm, &print, "write", &[Value::Int(65)]);
    call(&mut vm, &print, "append", &[Value::Null]);
    assert_eq!(call(&mut vm, &text, "toString", &[]), "1\nAnull");

    let bytes = new(&mut vm, "java.io.ByteArrayOutputStream", &[]);
    let writer = new(
        &mut vm,
        "java.io.OutputStreamWriter",
        &[bytes.clone(), Value::text("ISO-8859-1")],
    );
    call(&mut vm, &writer, "leftShift", &[Value::text("ä")]);
    call(&mut vm, &bytes, "write", &[Value::Int(256 + 66)]);
    assert_eq!(call(&mut vm, &bytes, "size", &[]), "2");
    assert_eq!(
        call(&mut vm, &bytes, "toString", &[Value::text("ISO-8859-1")]),
        "äB"
    );
}

#[test]
fn what_reaches_out_is_refused_with_a_reason() {
    let mut vm = vm();
    let file = library::classes()
        .find(|class| class.name == "java.io.File")
        .unwrap();
    let refused = file.construct.unwrap()(&mut vm, &[Value::text("/etc/passwd")]).unwrap_err();
    let Why::Exception(exception) = &*refused.0 else {
        panic!("no exception")
    };
    let text = vm.text(exception).unwrap();
    assert!(text.starts_with("java.lang.SecurityException: The file system is not available"));
}
