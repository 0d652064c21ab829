//! `java.lang.Object` with what Groovy adds to every object, and `java.lang.Class`.

mod inspect;

use std::time::Duration;

use crate::class::Class;
use crate::closure::Strategy;
use crate::library::args;
pub use crate::library::class::CLASS;
use crate::library::collection::{Iter, visit};
use crate::ops::{cast, equal, hash};
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.lang.Object`
pub static OBJECT: Class = Class::new("java.lang.Object")
    .constructor(|_, args| match args {
        [] => Ok(Value::object(Plain)),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[
        ("any", visit::any),
        ("asType", as_type),
        ("collect", visit::collect),
        ("dump", inspect::dump),
        ("each", visit::each),
        ("eachWithIndex", visit::each_with_index),
        ("equals", equals),
        ("every", visit::every),
        ("find", visit::find),
        ("findAll", visit::find_all),
        ("findIndexOf", visit::find_index),
        ("findIndexValues", visit::find_indexes),
        ("findLastIndexOf", visit::find_last_index),
        ("findResult", visit::find_result),
        ("getAt", get_at),
        ("getClass", |_, this, _| Ok(Value::Class(this.class()))),
        ("getMetaClass", meta_class),
        ("getProperty", get_at),
        ("grep", visit::grep),
        ("hasProperty", has_property),
        ("hashCode", |_, this, _| {
            Ok(Value::Int(hash::java_hash(this)))
        }),
        ("identity", with),
        ("inject", visit::inject),
        ("inspect", inspect::inspect),
        ("invokeMethod", invoke_method),
        ("is", is),
        ("isCase", is_case),
        ("iterator", |vm, this, _| Iter::over(vm, this)),
        ("print", print),
        ("printf", printf),
        ("println", println),
        ("putAt", put_at),
        ("respondsTo", responds_to),
        ("setProperty", put_at),
        ("sleep", sleep),
        ("split", visit::split),
        ("sprintf", sprintf),
        ("toString", |vm, this, _| vm.text(this).map(Value::Str)),
        ("toString", |vm, this, _| vm.to_string(this).map(Value::Str)),
        ("use", |vm, _, args| vm.use_categories(args)),
        ("with", with),
    ]);
/// `java.lang.Comparable`
pub static COMPARABLE: Class = Class::interface("java.lang.Comparable");

/// What `null` says its class is.
pub static NULL_OBJECT: Class = Class::new("org.codehaus.groovy.runtime.NullObject");

pub(super) static CLASSES: &[&Class] = &[&OBJECT, &COMPARABLE, &NULL_OBJECT];

/// `new Object()`
struct Plain;

impl crate::object::Object for Plain {
    fn class(&self) -> crate::class::ClassRef {
        crate::class::ClassRef::Native(&OBJECT)
    }
}

fn one(args: &[Value]) -> Result<&Value> {
    match args {
        [one] => Ok(one),
        _ => Err(Thrown::mismatch()),
    }
}

fn as_type(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match one(args)? {
        Value::Class(class) => cast::as_type(vm, this, class),
        _ => Err(Thrown::mismatch()),
    }
}

fn equals(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let other = one(args)?;
    let same = this.is_same(other) || equal::java_equals(vm, this, other)?;
    Ok(Value::Bool(same))
}

fn is(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(this.is_same(one(args)?)))
}

/// A label of a `switch`: equal things.
fn is_case(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    vm.equals(this, one(args)?).map(Value::Bool)
}

/// `with { }`
fn with(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let closure = args::closure(one(args)?)?;
    let closure = closure.rehydrated(this.clone(), Strategy::DelegateFirst);
    vm.call(&Value::Closure(closure), std::slice::from_ref(this))
}

/// `this['name']`, `getProperty('name')`
fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let name = args::text(vm, one(args)?)?;
    vm.get(this, &name)
}

/// `this['name'] = value`, `setProperty('name', value)`
fn put_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, value] = args else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    vm.set(this, &name, value)?;
    Ok(Value::Null)
}

/// `invokeMethod(name, arguments)`
fn invoke_method(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, arguments] = args else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    match arguments {
        Value::List(list) if list.is_array() => vm.invoke(this, &name, &list.to_vec()),
        Value::Null => vm.invoke(this, &name, &[]),
        one => vm.invoke(this, &name, std::slice::from_ref(one)),
    }
}

fn responds_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let Some(name) = args.first() else {
        return Err(Thrown::mismatch());
    };
    let name = args::text(vm, name)?;
    let known = vm.table(this).method(&name).is_some();
    // What Groovy gives is a list of methods, of which only the truth is of use.
    Ok(Value::list(if known {
        vec![Value::Str(name)]
    } else {
        Vec::new()
    }))
}

fn has_property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let name = args::text(vm, one(args)?)?;
    if vm.table(this).getter(&name).is_some() {
        return Ok(Value::Str(name));
    }
    Ok(Value::Null)
}

fn meta_class(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Err(throw(
        "java.lang.SecurityException",
        "metaClass is not available to scripts: call methods and properties by their names",
    ))
}

/// `print(value)`
pub(crate) fn print(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    let text = vm.text(one(args)?)?;
    vm.print(&text)?;
    Ok(Value::Null)
}

/// `println()`, `println(value)`
pub(crate) fn println(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    if let [value] = args {
        let text = vm.text(value)?;
        vm.print(&text)?;
    } else if !args.is_empty() {
        return Err(Thrown::mismatch());
    }
    vm.print("\n")?;
    Ok(Value::Null)
}

fn sprintf(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    formatted(vm, args).map(Value::Str)
}

/// The text that `String.format` makes of a format and values, which may be in one list.
pub(crate) fn formatted(vm: &mut Vm, args: &[Value]) -> Result<Str> {
    let [format, values @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let mut all = vec![Value::Str(args::text(vm, format)?)];
    match values {
        [Value::List(list)] => all.extend(list.to_vec()),
        values => all.extend_from_slice(values),
    }
    let format = crate::library::string::STRING.static_method("format");
    let text = format.ok_or_else(Thrown::mismatch)?(vm, &all)?;
    vm.text(&text)
}

/// `printf(format, values…)`
pub(crate) fn printf(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = sprintf(vm, this, args)?;
    print(vm, this, &[text])
}

/// `sleep(milliseconds)`
pub(crate) fn sleep(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    let Some(millis) = args.first() else {
        return Err(Thrown::mismatch());
    };
    let millis = args::long(millis)?;
    let Ok(millis) = u64::try_from(millis) else {
        return Err(throw(
            "java.lang.IllegalArgumentException",
            "timeout value is negative",
        ));
    };
    vm.sleep(Duration::from_millis(millis))?;
    Ok(Value::Null)
}
