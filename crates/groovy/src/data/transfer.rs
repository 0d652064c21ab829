//! From values to data and back.

use std::rc::Rc;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Data, ExceptionData};
use crate::class::ClassRef;
use crate::compile::library_class;
use crate::library::throwable;
use crate::list::List;
use crate::map::Map;
use crate::script_class::Instance;
use crate::text::Str;
use crate::throwable::{Throwable, throw};
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// How deep data may be.
const DEPTH: u32 = 200;
const DATE: &str = "java.util.Date";

impl Vm {
    /// A value of this run with this content.
    ///
    /// # Errors
    /// When a bound is reached.
    pub fn import(&mut self, data: &Data) -> Result<Value> {
        self.step(1)?;
        Ok(match data {
            Data::Null => Value::Null,
            Data::Bool(yes) => Value::Bool(*yes),
            Data::Int(n) => Value::Int(*n),
            Data::Long(n) => Value::Long(*n),
            Data::Float(n) => Value::Float(*n),
            Data::Double(n) => Value::Double(*n),
            Data::Char(c) => Value::Char(*c),
            Data::BigInteger(n) => Value::big((**n).clone()),
            Data::Decimal(n) => Value::decimal((**n).clone()),
            Data::Text(text) => Value::text(text.clone()),
            Data::Bytes(bytes) => Value::bytes(bytes.to_vec()),
            Data::List(items) => Value::list(self.import_all(items)?),
            Data::Map(kind, entries) => {
                let map = Map::new(*kind);
                for (key, value) in entries.iter() {
                    let key = self.import(key)?;
                    map.put(key, self.import(value)?);
                }
                Value::Map(map)
            }
            Data::Set(kind, items) => Value::Set(Map::set_of(*kind, self.import_all(items)?)),
            Data::Date(millis) => return self.import_date(*millis),
            Data::Exception(data) => return self.import_exception(data),
        })
    }

    fn import_all(&mut self, items: &[Data]) -> Result<Vec<Value>> {
        items.iter().map(|item| self.import(item)).collect()
    }

    fn import_date(&mut self, millis: i64) -> Result<Value> {
        match library_class(DATE) {
            Some(class) => self.new_instance(&ClassRef::Native(class), &[Value::Long(millis)]),
            None => Ok(Value::Long(millis)),
        }
    }

    fn import_exception(&mut self, data: &ExceptionData) -> Result<Value> {
        let class = throwable::foreign::class(&data.class);
        let message = data.message.clone().map(Str::from);
        let mut throwable = Throwable::new(class.unwrap_or(&throwable::RUNTIME), message);
        if class.is_none() {
            throwable.foreign = Some(data.class.clone().into());
        }
        *throwable.cause.borrow_mut() = self.import(&data.cause)?;
        *throwable.frames.borrow_mut() = data.frames.clone();
        for (name, value) in &data.details {
            let value = self.import(value)?;
            throwable.details.push((Str::from(name.clone()), value));
        }
        Ok(Value::object(throwable))
    }

    /// The content of a value, to be kept beyond the run. Objects that are no data become their
    /// text.
    ///
    /// # Errors
    /// When it is too deep, as a value that holds itself is.
    pub fn export(&mut self, value: &Value) -> Result<Data> {
        self.export_at(value, 0)
    }

    fn export_at(&mut self, value: &Value, depth: u32) -> Result<Data> {
        self.step(1)?;
        if depth > DEPTH {
            let message = "the value holds itself, or is too deep to be kept";
            return Err(throw("IllegalArgumentException", message));
        }
        Ok(match value {
            Value::Null => Data::Null,
            Value::Bool(yes) => Data::Bool(*yes),
            Value::Byte(n) => Data::Int(i32::from(*n)),
            Value::Short(n) => Data::Int(i32::from(*n)),
            Value::Int(n) => Data::Int(*n),
            Value::Long(n) => Data::Long(*n),
            Value::Float(n) => Data::Float(*n),
            Value::Double(n) => Data::Double(*n),
            Value::Char(c) => Data::Char(*c),
            Value::BigInteger(n) => Data::BigInteger(Arc::new((**n).clone())),
            Value::Decimal(n) => Data::Decimal(Arc::new((**n).clone())),
            Value::Str(text) => Data::Text(text.shared()),
            Value::Bytes(bytes) => Data::Bytes(bytes.borrow().clone().into()),
            Value::List(list) => Data::List(self.export_list(list, depth)?),
            Value::Range(_) => {
                let items = self.items(value)?;
                Data::List(self.export_all(&items, depth)?)
            }
            Value::Map(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (key, value) in map.to_vec() {
                    let key = self.export_at(&key, depth + 1)?;
                    entries.push((key, self.export_at(&value, depth + 1)?));
                }
                Data::Map(map.kind(), Arc::new(entries))
            }
            Value::Set(set) => Data::Set(set.kind(), self.export_all(&set.keys(), depth)?),
            Value::Object(_) => return self.export_object(value, depth),
            Value::GString(_) | Value::Closure(_) | Value::Class(_) => self.export_text(value)?,
        })
    }

    fn export_list(&mut self, list: &Rc<List>, depth: u32) -> Result<Arc<Vec<Data>>> {
        self.export_all(&list.to_vec(), depth)
    }

    fn export_all(&mut self, items: &[Value], depth: u32) -> Result<Arc<Vec<Data>>> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            all.push(self.export_at(item, depth + 1)?);
        }
        Ok(Arc::new(all))
    }

    fn export_object(&mut self, value: &Value, depth: u32) -> Result<Data> {
        if value.class().name() == DATE
            && let Value::Long(millis) = self.invoke(value, "getTime", &[])?
        {
            return Ok(Data::Date(millis));
        }
        let of_script = value.downcast::<Instance>().and_then(Instance::throwable);
        let throwable = value.downcast::<Throwable>().or(of_script.as_deref());
        let Some(throwable) = throwable else {
            return self.export_text(value);
        };
        let cause = throwable.cause.borrow().clone();
        let mut details = Vec::with_capacity(throwable.details.len());
        for (name, detail) in &throwable.details {
            details.push((name.shared(), self.export_at(detail, depth + 1)?));
        }
        let message = throwable.message.borrow().as_ref().map(Str::shared);
        Ok(Data::Exception(Arc::new(ExceptionData {
            class: SmolStr::new(throwable.class_name()),
            message,
            cause: self.export_at(&cause, depth + 1)?,
            frames: throwable.frames.borrow().clone(),
            details,
        })))
    }

    fn export_text(&mut self, value: &Value) -> Result<Data> {
        Ok(Data::Text(self.text(value)?.shared()))
    }
}
