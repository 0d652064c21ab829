//! Reading a value of an object or array as a class: `getInt`, `optString` and the like.

use crate::library::args;
use crate::library::number::parse;
use crate::ops::number::{double_value, int_value, is_number, long_value};
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::write::quoted;
use super::{JsonArray, JsonObject, caused, is_null, json_exception, number, unless_thrown};

/// A table of members with the readers that objects and arrays have alike: `get…` throws where there is
/// nothing of its kind, `opt…` gives a default.
macro_rules! with_readers {
    ($($own:tt,)*) => {
        &[
            $($own,)*
            ("get", read::get),
            ("opt", read::opt),
            ("getBigDecimal", |vm, this, args| read::strict(vm, this, args, Kind::BigDecimal)),
            ("optBigDecimal", |vm, this, args| read::lenient(vm, this, args, Kind::BigDecimal)),
            ("getBigInteger", |vm, this, args| read::strict(vm, this, args, Kind::BigInteger)),
            ("optBigInteger", |vm, this, args| read::lenient(vm, this, args, Kind::BigInteger)),
            ("getBoolean", |vm, this, args| read::strict(vm, this, args, Kind::Boolean)),
            ("optBoolean", |vm, this, args| read::lenient(vm, this, args, Kind::Boolean)),
            ("getDouble", |vm, this, args| read::strict(vm, this, args, Kind::Double)),
            ("optDouble", |vm, this, args| read::lenient(vm, this, args, Kind::Double)),
            ("getFloat", |vm, this, args| read::strict(vm, this, args, Kind::Float)),
            ("optFloat", |vm, this, args| read::lenient(vm, this, args, Kind::Float)),
            ("getInt", |vm, this, args| read::strict(vm, this, args, Kind::Int)),
            ("optInt", |vm, this, args| read::lenient(vm, this, args, Kind::Int)),
            ("getJSONArray", |vm, this, args| read::strict(vm, this, args, Kind::Array)),
            ("optJSONArray", |vm, this, args| read::lenient(vm, this, args, Kind::Array)),
            ("getJSONObject", |vm, this, args| read::strict(vm, this, args, Kind::Object)),
            ("optJSONObject", |vm, this, args| read::lenient(vm, this, args, Kind::Object)),
            ("getLong", |vm, this, args| read::strict(vm, this, args, Kind::Long)),
            ("optLong", |vm, this, args| read::lenient(vm, this, args, Kind::Long)),
            ("getNumber", |vm, this, args| read::strict(vm, this, args, Kind::Number)),
            ("optNumber", |vm, this, args| read::lenient(vm, this, args, Kind::Number)),
            ("getString", |vm, this, args| read::strict(vm, this, args, Kind::String)),
            ("optString", |vm, this, args| read::lenient(vm, this, args, Kind::String)),
        ]
    };
}
pub(super) use with_readers;

/// What a value is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Long,
    Float,
    Double,
    Number,
    BigInteger,
    BigDecimal,
    Boolean,
    String,
    Object,
    Array,
}

/// A value, found by its key or index; `Null` when there is none.
struct Found {
    place: String,
    of_array: bool,
    value: Value,
}

fn find(vm: &mut Vm, this: &Value, key: &Value) -> Result<Found> {
    if let Some(JsonObject(map)) = this.downcast() {
        let key = match key {
            Value::Null => return Err(json_exception("Null key.")),
            other => args::text(vm, other)?,
        };
        return Ok(Found {
            place: format!("JSONObject[{}]", quoted(&key)),
            of_array: false,
            value: map.get_str(&key).unwrap_or_default(),
        });
    }
    let Some(JsonArray(list)) = this.downcast() else {
        return Err(Thrown::mismatch());
    };
    let index = args::int(key)?;
    let value = usize::try_from(index).ok().and_then(|at| list.get(at));
    Ok(Found {
        place: format!("JSONArray[{index}]"),
        of_array: true,
        value: value.unwrap_or_default(),
    })
}

/// `opt(key)`
pub(super) fn opt(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] if this.downcast::<JsonObject>().is_some() => Ok(Value::Null),
        [key] => Ok(find(vm, this, key)?.value),
        _ => Err(Thrown::mismatch()),
    }
}

/// `get(key)`
pub(super) fn get(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    Ok(present(vm, this, args)?.value)
}

/// `isNull(key)`
pub(super) fn missing(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let value = opt(vm, this, args)?;
    Ok(Value::Bool(is_null(&value)))
}

fn present(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Found> {
    let [key] = args else {
        return Err(Thrown::mismatch());
    };
    let found = find(vm, this, key)?;
    if found.value.is_null() {
        return Err(json_exception(format!("{} not found.", found.place)));
    }
    Ok(found)
}

/// `getInt(key)` and the like.
pub(super) fn strict(vm: &mut Vm, this: &Value, args: &[Value], kind: Kind) -> Result<Value> {
    let found = present(vm, this, args)?;
    match converted(vm, &found.value, kind) {
        Ok(Value::Null) => Err(json_exception(found.complaint(vm, kind)?)),
        Ok(value) => Ok(value),
        Err(cause) => Err(caused(found.complaint(vm, kind)?, cause)),
    }
}

impl Found {
    fn complaint(&self, vm: &mut Vm, kind: Kind) -> Result<String> {
        let wanted = match (kind, self.of_array) {
            (Kind::Int, _) => "int",
            (Kind::Long, _) => "long",
            (Kind::Float, _) => "float",
            (Kind::Double, _) => "double",
            (Kind::Number, _) => "number",
            (Kind::BigInteger, _) => "BigInteger",
            (Kind::BigDecimal, _) => "BigDecimal",
            (Kind::Boolean, false) => "Boolean",
            (Kind::Boolean, true) => "boolean",
            (Kind::String, false) => "string",
            (Kind::String, true) => "String",
            (Kind::Object, _) => "JSONObject",
            (Kind::Array, _) => "JSONArray",
        };
        let class = self.value.class().name();
        let mut complaint = format!("{} is not a {wanted} (class {class}", self.place);
        let compound = matches!(
            self.value,
            Value::Map(_) | Value::List(_) | Value::Set(_) | Value::Range(_)
        );
        let json = self.value.downcast::<JsonObject>().is_some()
            || self.value.downcast::<JsonArray>().is_some();
        if !compound && !json {
            complaint.push_str(" : ");
            complaint.push_str(&vm.to_string(&self.value)?);
        }
        complaint.push_str(").");
        Ok(complaint)
    }
}

/// The value as a kind; `Null` or what parsing its text throws when it is none.
fn converted(vm: &mut Vm, value: &Value, kind: Kind) -> Result<Value> {
    let numeric = is_number(value);
    Ok(match kind {
        Kind::Object => instance::<JsonObject>(value),
        Kind::Array => instance::<JsonArray>(value),
        Kind::String => value.as_str().map_or(Value::Null, |_| value.clone()),
        Kind::Boolean => boolean(value),
        _ if numeric && is_primitive(kind) => cast(value, kind),
        Kind::Number if numeric => value.clone(),
        _ if is_null(value) && !is_primitive(kind) && kind != Kind::Number => Value::Null,
        _ => {
            let text = vm.to_string(value)?;
            parsed(value, &text, kind)?
        }
    })
}

fn is_primitive(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Long | Kind::Float | Kind::Double)
}

fn instance<T: crate::object::Object>(value: &Value) -> Value {
    match value.downcast::<T>() {
        Some(_) => value.clone(),
        None => Value::Null,
    }
}

fn boolean(value: &Value) -> Value {
    match value {
        Value::Bool(_) => value.clone(),
        Value::Str(text) if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        Value::Str(text) if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        _ => Value::Null,
    }
}

/// A number as a primitive, cut off as Java does.
fn cast(value: &Value, kind: Kind) -> Value {
    let cast = match kind {
        Kind::Int => int_value(value).map(Value::Int),
        Kind::Long => long_value(value).map(Value::Long),
        #[expect(clippy::cast_possible_truncation, reason = "floatValue() rounds")]
        Kind::Float => double_value(value).map(|number| Value::Float(number as f32)),
        _ => double_value(value).map(Value::Double),
    };
    cast.unwrap_or_default()
}

fn parsed(value: &Value, text: &str, kind: Kind) -> Result<Value> {
    match kind {
        Kind::Int => parse::integer(text).map(Value::Int),
        Kind::Long => parse::long(text).map(Value::Long),
        Kind::Float => parse::float(text).map(Value::Float),
        Kind::Double => parse::double(text).map(Value::Double),
        Kind::BigInteger => number::big_integer(value, text),
        Kind::BigDecimal => number::big_decimal(value, text),
        _ => number::of_text(text),
    }
}

/// `optInt(key)`, `optInt(key, other)` and the like.
pub(super) fn lenient(vm: &mut Vm, this: &Value, args: &[Value], kind: Kind) -> Result<Value> {
    let (key, other) = match args {
        [key] => (key, usual(kind)),
        [key, other] => (key, default(vm, other, kind)?),
        _ => return Err(Thrown::mismatch()),
    };
    let value = opt(vm, this, std::slice::from_ref(key))?;
    if is_null(&value) {
        return Ok(other);
    }
    let read = match kind {
        Kind::String => Value::Str(vm.to_string(&value)?),
        _ if is_primitive(kind) => {
            // The text is read as any number first: "5.7" is 5.
            let number = unless_thrown(converted(vm, &value, Kind::Number))?;
            number.map_or(Value::Null, |number| cast(&number, kind))
        }
        _ => unless_thrown(converted(vm, &value, kind))?.unwrap_or_default(),
    };
    Ok(match read {
        Value::Null => other,
        read => read,
    })
}

/// What is read where nothing else is asked for.
fn usual(kind: Kind) -> Value {
    match kind {
        Kind::Int => Value::Int(0),
        Kind::Long => Value::Long(0),
        Kind::Float => Value::Float(f32::NAN),
        Kind::Double => Value::Double(f64::NAN),
        Kind::Boolean => Value::Bool(false),
        Kind::String => Value::Str(Str::from("")),
        _ => Value::Null,
    }
}

fn default(vm: &mut Vm, other: &Value, kind: Kind) -> Result<Value> {
    if is_primitive(kind) {
        return match is_number(other) {
            true => Ok(cast(other, kind)),
            false => Err(Thrown::mismatch()),
        };
    }
    match (kind, other) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::String, other) => args::text(vm, other).map(Value::Str),
        (_, other) => Ok(other.clone()),
    }
}
