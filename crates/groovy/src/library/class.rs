//! `java.lang.Class`.

use crate::class::{Class, ClassRef};
use crate::library::object::OBJECT;
use crate::list::{List, ListKind};
use crate::ops::cast;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.lang.Class`
pub static CLASS: Class = Class::new("java.lang.Class")
    .statics(&[("forName", for_name)])
    .methods(&[
        ("asSubclass", itself),
        ("cast", cast_to),
        ("getCanonicalName", canonical_name),
        ("getComponentType", component_type),
        ("getEnumConstants", enum_constants),
        ("getInterfaces", interfaces),
        ("getName", name),
        ("getPackage", package),
        ("getSimpleName", simple_name),
        ("getSuperclass", superclass),
        ("getTypeName", canonical_name),
        ("isArray", is_array),
        ("isAssignableFrom", is_assignable_from),
        ("isCase", is_instance),
        ("isEnum", is_enum),
        ("isInstance", is_instance),
        ("isInterface", is_interface),
        ("isPrimitive", is_primitive),
        ("newInstance", new_instance),
        ("toString", to_string),
    ]);
/// `void`
pub static VOID: Class = Class::new("java.lang.Void");

pub(super) static CLASSES: &[&Class] = &[&CLASS, &VOID];

fn of(this: &Value) -> Result<&ClassRef> {
    match this {
        Value::Class(class) => Ok(class),
        _ => Err(Thrown::mismatch()),
    }
}

fn one(args: &[Value]) -> Result<&Value> {
    match args {
        [one] => Ok(one),
        _ => Err(Thrown::mismatch()),
    }
}

fn for_name(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let name = one(args)?.as_str().ok_or_else(Thrown::mismatch)?;
    match crate::compile::library_class(name) {
        Some(class) => Ok(Value::class_of(class)),
        None => Err(throw("ClassNotFoundException", name.clone())),
    }
}

fn itself(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(this.clone())
}

fn cast_to(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (class, value) = (of(this)?, one(args)?);
    if value.is_null() || cast::is_instance(value, class) {
        return Ok(value.clone());
    }
    vm.cast(value, class)
}

fn name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::text(of(this)?.name()))
}

fn simple_name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::text(of(this)?.simple_name()))
}

fn canonical_name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut dims = String::new();
    let mut class = of(this)?.clone();
    while let ClassRef::Array(element) = class {
        dims.push_str("[]");
        class = (*element).clone();
    }
    let name = class.name().replace('$', ".");
    Ok(Value::text(format!("{name}{dims}")))
}

fn component_type(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(match of(this)? {
        ClassRef::Array(element) => Value::Class((**element).clone()),
        _ => Value::Null,
    })
}

/// `package a.b`
fn package(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let name = of(this)?.name();
    let package = name.rsplit_once('.').map(|(package, _)| package.to_owned());
    Ok(package.map_or(Value::Null, Value::text))
}

fn enum_constants(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    if is_enum_class(this)? {
        return vm.invoke(this, "values", &[]);
    }
    Ok(Value::Null)
}

fn classes(items: Vec<Value>) -> Value {
    Value::List(List::new(ListKind::Array(&CLASS), items))
}

/// Superclass and interfaces.
fn supers(this: &Value) -> Result<Vec<ClassRef>> {
    Ok(match of(this)? {
        ClassRef::Native(class) => class
            .supers
            .iter()
            .map(|one| ClassRef::Native(one))
            .collect(),
        ClassRef::Script(class) => class.supers(),
        _ => Vec::new(),
    })
}

fn is_interface_class(class: &ClassRef) -> bool {
    match class {
        ClassRef::Native(class) => class.interface,
        ClassRef::Script(class) => class.is_interface(),
        _ => false,
    }
}

fn interfaces(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let all = supers(this)?.into_iter().filter(is_interface_class);
    Ok(classes(all.map(Value::Class).collect()))
}

fn superclass(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let class = of(this)?;
    if is_interface_class(class) || *class == ClassRef::Native(&OBJECT) {
        return Ok(Value::Null);
    }
    let above = supers(this)?
        .into_iter()
        .find(|one| !is_interface_class(one));
    Ok(Value::Class(above.unwrap_or(ClassRef::Native(&OBJECT))))
}

fn is_array(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(matches!(of(this)?, ClassRef::Array(_))))
}

fn is_primitive(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(matches!(of(this)?, ClassRef::Primitive(_))))
}

fn is_interface(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(is_interface_class(of(this)?)))
}

fn is_enum_class(this: &Value) -> Result<bool> {
    Ok(matches!(of(this)?, ClassRef::Script(class) if class.is_enum()))
}

fn is_enum(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(is_enum_class(this)?))
}

fn is_instance(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(cast::is_instance(one(args)?, of(this)?)))
}

fn is_assignable_from(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(Value::Bool(of(one(args)?)?.is_a(of(this)?)))
}

fn new_instance(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let class = of(this)?.clone();
    match args {
        [Value::List(list)] if list.is_array() => vm.new_instance(&class, &list.to_vec()),
        args => vm.new_instance(&class, args),
    }
}

fn to_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    vm.to_string(this).map(Value::Str)
}
