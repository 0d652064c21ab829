//! Assignments.

use crate::ast::{Access, BinaryOp};
use crate::code::{Expr, Name, Place, Property};
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::eval::NameText;
use crate::vm::frame::Frame;

/// A place whose parts are evaluated, so that they are evaluated once.
enum Found<'a> {
    Simple(&'a Place),
    Property(Value, NameText<'a>, &'a Property),
    Index(Value, Vec<Value>),
}

impl Vm {
    pub(crate) fn assign<'a>(
        &mut self,
        f: &Frame<'a>,
        place: &'a Place,
        value: &Expr,
    ) -> Result<Value> {
        if let Place::Home(home, ty) = place {
            let value = self.eval(f, value)?;
            let value = self.coerced(f, value, *ty)?;
            self.write(f, *home, value.clone());
            return Ok(value);
        }
        let found = self.find(f, place)?;
        let value = self.eval(f, value)?;
        self.put(f, &found, value)
    }

    /// Stores a value.
    pub(crate) fn store<'a>(
        &mut self,
        f: &Frame<'a>,
        place: &'a Place,
        value: Value,
    ) -> Result<()> {
        let found = self.find(f, place)?;
        self.put(f, &found, value).map(drop)
    }

    /// `a op= b`
    pub(crate) fn update<'a>(
        &mut self,
        f: &Frame<'a>,
        op: BinaryOp,
        place: &'a Place,
        value: &Expr,
    ) -> Result<Value> {
        if let Place::Home(home, ty) = place {
            let old = self.read(f, *home);
            let right = self.eval(f, value)?;
            let new = self.binary(op, &old, &right)?;
            let new = self.coerced(f, new, *ty)?;
            self.write(f, *home, new.clone());
            return Ok(new);
        }
        let found = self.find(f, place)?;
        let old = self.read_place(f, &found)?;
        let right = self.eval(f, value)?;
        let new = self.binary(op, &old, &right)?;
        self.put(f, &found, new)
    }

    /// `++a`, `a--`
    pub(crate) fn step_place<'a>(
        &mut self,
        f: &Frame<'a>,
        up: bool,
        prefix: bool,
        place: &'a Place,
    ) -> Result<Value> {
        if let Place::Home(home, _) = place
            && let Value::Int(old) = self.read(f, *home)
        {
            let new = old.wrapping_add(if up { 1 } else { -1 });
            self.write(f, *home, Value::Int(new));
            return Ok(Value::Int(if prefix { new } else { old }));
        }
        let found = self.find(f, place)?;
        let old = self.read_place(f, &found)?;
        let new = match (&old, up) {
            (Value::Int(n), true) => Value::Int(n.wrapping_add(1)),
            (Value::Int(n), false) => Value::Int(n.wrapping_sub(1)),
            (Value::Long(n), true) => Value::Long(n.wrapping_add(1)),
            (Value::Long(n), false) => Value::Long(n.wrapping_sub(1)),
            (_, true) => self.invoke(&old, "next", &[])?,
            (_, false) => self.invoke(&old, "previous", &[])?,
        };
        let new = self.put(f, &found, new)?;
        Ok(if prefix { new } else { old })
    }

    fn find<'a>(&mut self, f: &Frame<'a>, place: &'a Place) -> Result<Found<'a>> {
        Ok(match place {
            Place::Property(property) => {
                let object = self.eval(f, &property.object)?;
                let name: NameText<'a> = match &property.name {
                    Name::Fixed(id) => NameText::Fixed(f.loaded.unit.name(*id)),
                    computed @ Name::Computed(_) => self.name(f, computed)?,
                };
                Found::Property(object, name, property)
            }
            Place::Index(index) => {
                let object = self.eval(f, &index.object)?;
                let mut args = Vec::with_capacity(index.args.len());
                self.eval_into(f, &index.args, &mut args)?;
                Found::Index(object, args)
            }
            Place::Nowhere(expr) => {
                self.eval(f, expr)?;
                return Err(throw(
                    "GroovyRuntimeException",
                    "cannot assign to this expression",
                ));
            }
            simple => Found::Simple(simple),
        })
    }

    fn read_place(&mut self, f: &Frame<'_>, found: &Found<'_>) -> Result<Value> {
        match found {
            Found::Simple(Place::Home(home, _)) => Ok(self.read(f, *home)),
            Found::Simple(Place::Variable(name)) => self.variable(f, *name),
            Found::Simple(Place::Field(class, at)) => Ok(self.field(f, *class, *at)),
            Found::Simple(Place::Static(class, at)) => {
                f.loaded.class(*class).static_field(self, *at)
            }
            Found::Simple(_) => Ok(Value::Null),
            Found::Property(object, name, property) => match property.access {
                Access::Safe if object.is_null() => Ok(Value::Null),
                _ if property.attribute => self.attribute(object, name),
                _ => self.get(object, name),
            },
            Found::Index(object, args) => self.index(object, args),
        }
    }

    fn put(&mut self, f: &Frame<'_>, found: &Found<'_>, value: Value) -> Result<Value> {
        match found {
            Found::Simple(place) => self.put_simple(f, place, value),
            Found::Property(object, name, property) => {
                self.put_property(object, name, property, &value)?;
                Ok(value)
            }
            Found::Index(object, args) => {
                self.set_index(object, args, &value)?;
                Ok(value)
            }
        }
    }

    fn put_simple(&mut self, f: &Frame<'_>, place: &Place, value: Value) -> Result<Value> {
        match place {
            Place::Home(home, ty) => {
                let value = self.coerced(f, value, *ty)?;
                self.write(f, *home, value.clone());
                Ok(value)
            }
            Place::Variable(name) => {
                self.set_variable(f, *name, &value)?;
                Ok(value)
            }
            Place::Field(class, at) => {
                let ty = field_type(f, *class, *at, false);
                let value = self.coerced(f, value, ty)?;
                self.set_field(f, *class, *at, value.clone());
                Ok(value)
            }
            Place::Static(class, at) => {
                let ty = field_type(f, *class, *at, true);
                let value = self.coerced(f, value, ty)?;
                let class = f.loaded.class(*class);
                class.set_static_field(self, *at, value.clone())?;
                Ok(value)
            }
            _ => Ok(value),
        }
    }

    fn put_property(
        &mut self,
        object: &Value,
        name: &str,
        property: &Property,
        value: &Value,
    ) -> Result<()> {
        match property.access {
            Access::Safe if object.is_null() => Ok(()),
            Access::Spread => {
                for item in self.items(object)? {
                    self.step(1)?;
                    self.set(&item, name, value)?;
                }
                Ok(())
            }
            _ if property.attribute => self.set_attribute(object, name, value),
            _ => self.set(object, name, value),
        }
    }
}

fn field_type(f: &Frame<'_>, class: u32, at: u32, is_static: bool) -> Option<u32> {
    let def = f.loaded.unit.classes.get(class as usize)?;
    let fields = if is_static { &def.statics } else { &def.fields };
    fields.get(at as usize)?.ty
}
