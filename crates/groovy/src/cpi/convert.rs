//! Between bodies and the types that scripts ask for.

use bytes::Bytes;

use super::Content;
use crate::class::{Class, ClassRef};
use crate::data::Data;
use crate::library::io::{self, InputStream};
use crate::library::string::encoding;
use crate::object::Object;
use crate::ops::cast;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// The body as it lies in the message: bytes are a stream, as adapters deliver them.
pub(super) fn body_value(vm: &mut Vm, content: &Content) -> Result<Value> {
    match &content.body {
        Data::Bytes(bytes) => Ok(io::input_stream(bytes.clone())),
        other => vm.import(other),
    }
}

/// Starts a stream from its beginning again, so that everybody reads all of it.
pub(super) fn rewind(body: &Value, content: &Content) {
    if let (Some(stream), Data::Bytes(bytes)) = (body.downcast::<InputStream>(), &content.body) {
        stream.restart(bytes.clone());
    }
}

/// What the next step gets: nothing, bytes or text.
pub(super) fn body_data(vm: &mut Vm, body: &Value) -> Result<Data> {
    if let Some(bytes) = bytes_of(body) {
        return Ok(Data::Bytes(bytes));
    }
    match body {
        Value::Null => Ok(Data::Null),
        other => Ok(Data::Text(text_of(vm, other, None)?.shared())),
    }
}

/// The bytes of an array or a stream.
fn bytes_of(value: &Value) -> Option<Bytes> {
    match value {
        Value::Bytes(bytes) => Some(Bytes::copy_from_slice(&bytes.borrow())),
        other => Some(other.downcast::<InputStream>()?.take_all()),
    }
}

pub(super) fn text_of(vm: &mut Vm, value: &Value, charset: Option<&str>) -> Result<Str> {
    if let Some(bytes) = bytes_of(value) {
        vm.reserve(bytes.len())?;
        return Ok(encoding::decode(&bytes, charset.unwrap_or("UTF-8"))?.into());
    }
    match value {
        Value::Object(reader) if reader.class().name().ends_with("Reader") => {
            let text = vm.invoke(value, "getText", &[])?;
            vm.text(&text)
        }
        other => vm.to_string(other),
    }
}

/// `getBody(Class)` and `getHeader(name, Class)`: the value as one of this class; `null` when there
/// is no way from the one to the other.
pub(super) fn to_class(
    vm: &mut Vm,
    value: &Value,
    class: &ClassRef,
    charset: Option<&str>,
) -> Result<Value> {
    if value.is_null() || cast::is_instance(value, class) {
        return Ok(value.clone());
    }
    match class.name().as_str() {
        "java.lang.String" => Ok(Value::Str(text_of(vm, value, charset)?)),
        "[B" => {
            let bytes = to_bytes(vm, value, charset)?;
            vm.reserve(bytes.len())?;
            Ok(Value::bytes(bytes.to_vec()))
        }
        "java.io.InputStream" => Ok(io::input_stream(to_bytes(vm, value, charset)?)),
        "java.io.Reader" => match bytes_of(value) {
            Some(bytes) => Ok(io::bytes_reader(bytes, charset.unwrap_or("UTF-8"))),
            None => Ok(io::text_reader(text_of(vm, value, charset)?)),
        },
        "java.lang.Integer" | "java.lang.Long" | "java.lang.Double" => {
            let text = Value::Str(text_of(vm, value, charset)?);
            Ok(cast::as_type(vm, &text, class).unwrap_or(Value::Null))
        }
        "java.lang.Boolean" => Ok(
            match text_of(vm, value, charset)?.to_ascii_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::Null,
            },
        ),
        _ => Ok(Value::Null),
    }
}

pub(super) fn to_bytes(vm: &mut Vm, value: &Value, charset: Option<&str>) -> Result<Bytes> {
    if let Some(bytes) = bytes_of(value) {
        return Ok(bytes);
    }
    let text = text_of(vm, value, charset)?;
    Ok(encoding::encode(&text, charset.unwrap_or("UTF-8"))?.into())
}

pub(super) static X509_CERTIFICATE: Class =
    Class::new("java.security.cert.X509Certificate").methods(&[("getEncoded", encoded)]);

/// A certificate, as DER.
pub(super) struct X509(pub(super) Bytes);

impl Object for X509 {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&X509_CERTIFICATE)
    }
}

fn encoded(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let certificate = this.downcast::<X509>().ok_or_else(Thrown::mismatch)?;
    Ok(Value::bytes(certificate.0.to_vec()))
}
