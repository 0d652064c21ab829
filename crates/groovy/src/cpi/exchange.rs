//! `message.exchange`: the few members of Camel's exchange that scripts read.

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Names of headers and properties of Camel.
pub(super) static CAMEL_EXCHANGE: Class =
    Class::interface("org.apache.camel.Exchange").constants(&[
        ("CHARSET_NAME", || Value::text("CamelCharsetName")),
        ("CONTENT_TYPE", || Value::text("Content-Type")),
        ("EXCEPTION_CAUGHT", || Value::text("CamelExceptionCaught")),
        ("FILE_NAME", || Value::text("CamelFileName")),
        ("HTTP_METHOD", || Value::text("CamelHttpMethod")),
        ("HTTP_PATH", || Value::text("CamelHttpPath")),
        ("HTTP_QUERY", || Value::text("CamelHttpQuery")),
        ("HTTP_RESPONSE_CODE", || {
            Value::text("CamelHttpResponseCode")
        }),
        ("HTTP_URI", || Value::text("CamelHttpUri")),
        ("HTTP_URL", || Value::text("CamelHttpUrl")),
    ]);

pub(super) static EXCHANGE: Class = Class::new("org.apache.camel.impl.DefaultExchange")
    .extends(&[&CAMEL_EXCHANGE])
    .methods(&[
        ("getExchangeId", exchange_id),
        ("getContext", context),
        ("getProperty", property),
        ("getProperties", properties),
    ]);

pub(super) static CAMEL_CONTEXT: Class =
    Class::interface("org.apache.camel.CamelContext").methods(&[
        // Scripts look for endpoints of Camel, of which a flow has none here.
        ("getEndpoints", |_, _, _| Ok(Value::list(Vec::new()))),
        ("getName", context_name),
    ]);

pub(super) struct Exchange {
    pub(super) id: Str,
    pub(super) context: Str,
    /// The message it belongs to.
    pub(super) message: Value,
}

impl Object for Exchange {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&EXCHANGE)
    }
}

struct CamelContext(Str);

impl Object for CamelContext {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CAMEL_CONTEXT)
    }
}

fn of(this: &Value) -> Result<&Exchange> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn exchange_id(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::Str(of(this)?.id.clone()))
}

fn context(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::object(CamelContext(of(this)?.context.clone())))
}

fn context_name(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let context = this
        .downcast::<CamelContext>()
        .ok_or_else(Thrown::mismatch)?;
    Ok(Value::Str(context.0.clone()))
}

fn property(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    vm.invoke(&of(this)?.message, "getProperty", args)
}

fn properties(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    vm.invoke(&of(this)?.message, "getProperties", args)
}
