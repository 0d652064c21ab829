//! Objects of classes of the script.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::{Above, ClassObject, callee};
use crate::code::{FieldDef, Kind};
use crate::cycles;
use crate::cycles::Watched;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::Throwable;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::SharedCell;
use crate::vm::loaded::Loaded;

/// An object of a class of the script.
pub(crate) struct Instance {
    pub(super) this: Weak<Self>,
    pub(crate) class: Rc<ClassObject>,
    pub(super) fields: RefCell<Vec<Value>>,
    /// What a superclass of the library makes of it.
    pub(crate) base: RefCell<Option<Value>>,
    pub(super) captured: Box<[Rc<SharedCell>]>,
    /// The `this` it was made in.
    pub(super) outer: Value,
    pub(super) constant: Option<(Value, i32)>,
    pub(super) watched: Cell<bool>,
}

impl Instance {
    pub(crate) fn field(&self, at: usize) -> Value {
        self.fields.borrow().get(at).cloned().unwrap_or_default()
    }

    pub(crate) fn set_field(&self, at: usize, value: Value) {
        if value.is_compound()
            && !self.watched.replace(true)
            && let Some(this) = self.this.upgrade()
        {
            let object: Rc<dyn Object> = this;
            cycles::watch(Watched::Object(Rc::downgrade(&object)));
        }
        if let Some(place) = self.fields.borrow_mut().get_mut(at) {
            *place = value;
        }
    }

    /// The exception under an object of an exception class of the script.
    pub(crate) fn throwable(&self) -> Option<Rc<Throwable>> {
        self.base.borrow().as_ref()?.downcast_rc::<Throwable>()
    }

    /// An exception made by a superclass bears the name of the class.
    pub(super) fn named(&self, base: Value) -> Value {
        let Some(throwable) = base.downcast::<Throwable>() else {
            return base;
        };
        let mut named = Throwable::new(throwable.class, throwable.message.borrow().clone());
        named.foreign = Some(self.class.name.clone());
        *named.cause.borrow_mut() = throwable.cause.borrow().clone();
        Value::object(named)
    }

    pub(super) fn call_own(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let loaded = self.class.loaded()?;
        let Some(id) = loaded.unit.id(name) else {
            return Ok(None);
        };
        let Some(id) = self.class.find_method(vm, &loaded, id, args, false)? else {
            return Ok(None);
        };
        let function = loaded.function(id);
        if function.is_static {
            let class = self.class.value();
            return vm.run(&callee(&loaded, id, &class, &[]), args).map(Some);
        }
        vm.run(&callee(&loaded, id, this, &self.captured), args)
            .map(Some)
    }

    /// A getter or setter of a property, or a method of a constant of an enum.
    pub(super) fn call_made(
        &self,
        vm: &mut Vm,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let loaded = self.class.loaded()?;
        if let Some((constant, ordinal)) = &self.constant {
            match (name, args) {
                ("name", []) => return Ok(Some(constant.clone())),
                ("ordinal", []) => return Ok(Some(Value::Int(*ordinal))),
                ("getDeclaringClass", []) => return Ok(Some(self.class.value())),
                ("compareTo", [other]) => {
                    let other = other
                        .downcast::<Self>()
                        .and_then(|other| other.constant.as_ref());
                    let (_, other) = other.ok_or_else(Thrown::mismatch)?;
                    return Ok(Some(Value::Int(ordinal.wrapping_sub(*other))));
                }
                _ => {}
            }
        }
        let property = |rest: &str| {
            let mut chars = rest.chars();
            let first = chars
                .next()?
                .to_lowercase()
                .chain(chars)
                .collect::<String>();
            let id = loaded.unit.id(&first).or_else(|| loaded.unit.id(rest))?;
            self.class
                .find_field(&loaded, id)
                .filter(|(_, field)| field.property)
        };
        match args {
            [] => {
                let rest = name.strip_prefix("get").or_else(|| name.strip_prefix("is"));
                Ok(rest.and_then(property).map(|(at, _)| self.field(at)))
            }
            [value] => {
                let Some((at, field)) = name.strip_prefix("set").and_then(property) else {
                    return Ok(None);
                };
                if field.is_final {
                    return Ok(None);
                }
                self.store(vm, &loaded, at, field, value)?;
                Ok(Some(Value::Null))
            }
            _ => Ok(None),
        }
    }

    pub(super) fn store(
        &self,
        vm: &mut Vm,
        loaded: &Rc<Loaded>,
        at: usize,
        field: &FieldDef,
        value: &Value,
    ) -> Result<()> {
        let value = match field.ty.and_then(|ty| loaded.class_ref(ty)) {
            Some(class) => vm.cast(value, class)?,
            None => value.clone(),
        };
        self.set_field(at, value);
        Ok(())
    }

    /// A method of the superclass in the library.
    pub(super) fn call_base(
        &self,
        vm: &mut Vm,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let base = self.base.borrow().clone();
        let Some(base) = base else {
            return Ok(None);
        };
        if name == "getClass" || (name == "toString" && self.throwable().is_some()) {
            return Ok(None);
        }
        vm.try_invoke(&base, name, args)
    }

    pub(super) fn is_script(&self) -> bool {
        self.class.kind() == Some(Kind::Script)
    }

    /// What its own `asBoolean` says.
    pub(crate) fn truth_of(&self, vm: &mut Vm) -> Result<Option<bool>> {
        if !self.has_method("asBoolean") {
            return Ok(None);
        }
        let Some(this) = self.value() else {
            return Ok(None);
        };
        match self.call_own(vm, &this, "asBoolean", &[])? {
            Some(truth) => vm.truth(&truth).map(Some),
            None => Ok(None),
        }
    }

    /// Whether its class or one above declares a method of this name.
    pub(crate) fn has_method(&self, name: &str) -> bool {
        let mut class = Some(Rc::clone(&self.class));
        while let Some(one) = class {
            let Some(loaded) = one.loaded.upgrade() else {
                return false;
            };
            let found = loaded.unit.id(name).zip(one.def(&loaded));
            if found.is_some_and(|(id, def)| def.methods.contains_key(&id)) {
                return true;
            }
            class = match &one.above {
                Above::Script(above) => Some(Rc::clone(above)),
                _ => None,
            };
        }
        false
    }

    /// The object as a value.
    pub(super) fn value(&self) -> Option<Value> {
        let this = self.this.upgrade()?;
        Some(Value::Object(this))
    }

    /// `Name(a, b)`, as `@ToString` has it.
    pub(super) fn listed(&self, vm: &mut Vm) -> Result<Str> {
        let fields = self.fields.borrow().clone();
        let loaded = self.class.loaded()?;
        let def = self.class.def(&loaded);
        let names = def.filter(|def| def.derives.names);
        let mut texts = Vec::with_capacity(fields.len());
        for (at, field) in fields.iter().enumerate() {
            let text = vm.text(field)?;
            let name = at.checked_sub(self.class.offset);
            let name = names.and_then(|def| def.fields.get(name?));
            texts.push(match name {
                Some(field) => format!("{}:{text}", loaded.unit.name(field.name)),
                None => text.to_string(),
            });
        }
        Ok(format!("{}({})", self.class.name, texts.join(", ")).into())
    }
}
