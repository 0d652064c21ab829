//! `groovy.xml.QName` and `groovy.xml.Namespace`.

use std::any::Any;

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `groovy.xml.QName`
pub(super) static QNAME: Class = Class::new("groovy.xml.QName")
    .constructor(construct)
    .statics(&[("valueOf", value_of)])
    .methods(&[
        ("getNamespaceURI", |_, this, _| {
            Ok(Value::Str(name(this)?.uri.clone()))
        }),
        ("getLocalPart", |_, this, _| {
            Ok(Value::Str(name(this)?.local.clone()))
        }),
        ("getPrefix", |_, this, _| {
            Ok(Value::Str(name(this)?.prefix.clone()))
        }),
        ("getQualifiedName", |_, this, _| {
            Ok(Value::Str(name(this)?.qualified()))
        }),
        ("matches", matches),
    ]);

/// `groovy.xml.Namespace`
pub(super) static NAMESPACE: Class = Class::new("groovy.xml.Namespace")
    .constructor(construct_namespace)
    .methods(&[("get", name_in)]);

/// A name with a namespace.
pub(crate) struct QName {
    pub(crate) uri: Str,
    pub(crate) local: Str,
    pub(crate) prefix: Str,
}

impl QName {
    pub(crate) fn qualified(&self) -> Str {
        match self.prefix.as_str() {
            "" => self.local.clone(),
            prefix => format!("{prefix}:{}", self.local).into(),
        }
    }

    /// Whether it is `prefix:name` or `namespace:name`.
    fn is_written(&self, text: &str, wild: bool) -> bool {
        let Some((prefix, local)) = text.rsplit_once(':') else {
            return wild && self.prefix.is_empty() && text == self.local.as_str();
        };
        if local.is_empty() {
            return false;
        }
        let same = prefix == self.prefix.as_str() || prefix == self.uri.as_str();
        (same || (wild && prefix == "*"))
            && (local == self.local.as_str() || (wild && local == "*"))
    }

    /// Whether a name matches, `*` standing for any part.
    pub(super) fn matches(&self, other: &Value) -> bool {
        if let Some(other) = other.downcast::<Self>() {
            let same = |a: &str, b: &str| a == b || a == "*" || b == "*";
            return same(&self.uri, &other.uri) && same(&self.local, &other.local);
        }
        other
            .as_str()
            .is_some_and(|text| self.is_written(text, true))
    }

    fn is(&self, other: &Self) -> bool {
        self.uri == other.uri && self.local == other.local
    }
}

impl Object for QName {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&QNAME)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(match self.uri.as_str() {
            "" => self.local.clone(),
            uri => format!("{{{uri}}}{}", self.local).into(),
        }))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        if let Some(text) = other.as_str() {
            return Ok(self.is_written(text, false));
        }
        Ok(other.downcast::<Self>().is_some_and(|other| self.is(other)))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other: &dyn Any = other;
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.is(other))
    }

    fn hash(&self) -> Option<i32> {
        let uri = self.uri.java_hash();
        Some(uri.wrapping_mul(29).wrapping_add(self.local.java_hash()))
    }
}

fn name(this: &Value) -> Result<&QName> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn construct(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let part = |vm: &mut Vm, value: &Value| match value {
        Value::Null => Ok("".into()),
        other => args::text(vm, other),
    };
    let (uri, local, prefix) = match args {
        [local] => ("".into(), local, "".into()),
        [uri, local] => (part(vm, uri)?, local, "".into()),
        [uri, local, prefix] => (part(vm, uri)?, local, part(vm, prefix)?),
        _ => return Err(Thrown::mismatch()),
    };
    if local.is_null() {
        return Err(throw(
            "IllegalArgumentException",
            "invalid QName local part",
        ));
    }
    let local = args::text(vm, local)?;
    Ok(Value::object(QName { uri, local, prefix }))
}

fn value_of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = args::text(vm, text)?;
    let name = match text.strip_prefix('{') {
        None => QName {
            uri: "".into(),
            local: text.clone(),
            prefix: "".into(),
        },
        Some(rest) => match rest.split_once('}') {
            Some((uri, local)) if !local.is_empty() => QName {
                uri: uri.into(),
                local: local.into(),
                prefix: "".into(),
            },
            _ => return Err(throw("IllegalArgumentException", "invalid QName literal")),
        },
    };
    if name.local.is_empty() {
        return Err(throw("IllegalArgumentException", "invalid QName literal"));
    }
    Ok(Value::object(name))
}

fn matches(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::Bool(name(this)?.matches(other)))
}

/// A namespace: its properties are names in it.
struct Namespace {
    uri: Str,
    prefix: Str,
}

impl Object for Namespace {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&NAMESPACE)
    }

    fn get(&self, _vm: &mut Vm, _this: &Value, name: &str) -> Result<Option<Value>> {
        Ok(Some(match name {
            "uri" => Value::Str(self.uri.clone()),
            "prefix" => Value::Str(self.prefix.clone()),
            local => self.name(local.into()),
        }))
    }
}

impl Namespace {
    fn name(&self, local: Str) -> Value {
        Value::object(QName {
            uri: self.uri.clone(),
            local,
            prefix: self.prefix.clone(),
        })
    }
}

fn construct_namespace(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let mut parts: [Str; 2] = ["".into(), "".into()];
    if args.len() > parts.len() {
        return Err(Thrown::mismatch());
    }
    for (part, given) in parts.iter_mut().zip(args) {
        *part = args::text(vm, given)?;
    }
    let [uri, prefix] = parts;
    Ok(Value::object(Namespace { uri, prefix }))
}

fn name_in(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (Some(namespace), [local]) = (this.downcast::<Namespace>(), args) else {
        return Err(Thrown::mismatch());
    };
    Ok(namespace.name(args::text(vm, local)?))
}
