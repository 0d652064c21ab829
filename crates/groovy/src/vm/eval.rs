//! Expressions.

use std::rc::Rc;

use crate::ast::{Access, BinaryOp};
use crate::class::ClassRef;
use crate::closure::Closure;
use crate::code::{Entry, Expr, MakeClosure, Name, NewArray, Property, Text, TypeRef};
use crate::compile::{RED_ZONE, STACK};
use crate::gstring::GString;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::ops;
use crate::range::Range;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::call::ScriptCode;
use crate::vm::frame::Frame;

impl Vm {
    pub(crate) fn eval(&mut self, f: &Frame<'_>, expr: &Expr) -> Result<Value> {
        match expr {
            Expr::Null => Ok(Value::Null),
            Expr::Bool(yes) => Ok(Value::Bool(*yes)),
            Expr::Int(n) => Ok(Value::Int(*n)),
            Expr::Const(id) => Ok(f.loaded.constant(*id)),
            Expr::Local(slot) => Ok(self.local(f, *slot)),
            Expr::Cell(slot) => Ok(self
                .cell(f, *slot)
                .map(|cell| cell.get())
                .unwrap_or_default()),
            Expr::Captured(slot) => {
                let cell = f.captured.get(*slot as usize);
                Ok(cell.map(|cell| cell.get()).unwrap_or_default())
            }
            Expr::This => Ok(f.this.clone()),
            Expr::Call(call) => self.eval_call(f, call),
            Expr::CallFree(call) => self.eval_free(f, call),
            Expr::Property(property) => self.eval_property(f, property),
            Expr::Binary(op, both) => {
                let left = self.eval(f, &both.0)?;
                let right = self.eval(f, &both.1)?;
                self.binary(*op, &left, &right)
            }
            Expr::Assign(both) => self.assign(f, &both.0, &both.1),
            Expr::Not(value) => Ok(Value::Bool(!self.condition(f, value)?)),
            Expr::And(both) => Ok(Value::Bool(
                self.condition(f, &both.0)? && self.condition(f, &both.1)?,
            )),
            Expr::Or(both) => Ok(Value::Bool(
                self.condition(f, &both.0)? || self.condition(f, &both.1)?,
            )),
            Expr::Ternary(parts) => {
                if self.condition(f, &parts.0)? {
                    self.eval(f, &parts.1)
                } else {
                    self.eval(f, &parts.2)
                }
            }
            Expr::Elvis(both) => {
                let value = self.eval(f, &both.0)?;
                if self.truth(&value)? {
                    return Ok(value);
                }
                self.eval(f, &both.1)
            }
            Expr::GString(text) => self.eval_gstring(f, text),
            Expr::Closure(make) => Ok(self.eval_closure(f, make)),
            Expr::Index(index) => {
                let object = self.eval(f, &index.object)?;
                self.with_args(f, &index.args, |vm, args| vm.index(&object, args))
            }
            other => self.eval_rare(f, other),
        }
    }

    fn eval_rare(&mut self, f: &Frame<'_>, expr: &Expr) -> Result<Value> {
        match expr {
            Expr::Long(n) => Ok(Value::Long(*n)),
            Expr::Float(n) => Ok(Value::Float(*n)),
            Expr::Double(n) => Ok(Value::Double(*n)),
            Expr::Owner => Ok(f.closure.map(|one| one.owner.clone()).unwrap_or_default()),
            Expr::Delegate => {
                let delegate = f.closure.map(|one| one.delegate.borrow().clone());
                Ok(delegate.unwrap_or_default())
            }
            Expr::Class(ty) => self.class_of(f, *ty).map(Value::Class),
            Expr::Variable(name) => self.variable(f, *name),
            Expr::Field(class, at) => Ok(self.field(f, *class, *at)),
            Expr::Static(class, at) => {
                let class = f.loaded.class(*class);
                class.static_field(self, *at)
            }
            Expr::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                self.eval_into(f, items, &mut list)?;
                Ok(Value::list(list))
            }
            Expr::Map(entries) => self.eval_map(f, entries),
            Expr::Range { ends, inclusive } => {
                let from = self.eval(f, &ends.0)?;
                let to = self.eval(f, &ends.1)?;
                Range::between(self, from, to, !*inclusive).map(Value::Range)
            }
            Expr::MethodPointer(both) => {
                let object = self.eval(f, &both.0)?;
                let name = self.name(f, &both.1)?;
                Ok(Self::method_pointer(object, name))
            }
            Expr::CallSuper(call) => self.eval_super(f, call),
            Expr::New(new) => self.eval_new(f, new),
            Expr::NewArray(new) => self.eval_array(f, new),
            Expr::Unary(op, value) => {
                let value = self.eval(f, value)?;
                ops::arith::unary(self, *op, &value)
            }
            Expr::Update(op, both) => self.update(f, *op, &both.0, &both.1),
            Expr::MultiAssign(both) => {
                let values = self.eval(f, &both.1)?;
                for (index, place) in both.0.iter().enumerate() {
                    let value = self.nth(&values, index)?;
                    self.store(f, place, value)?;
                }
                Ok(values)
            }
            Expr::Step { up, prefix, place } => self.step_place(f, *up, *prefix, place),
            Expr::Cast(..) | Expr::As(..) | Expr::InstanceOf(..) => self.eval_typed(f, expr),
            Expr::Deep(inner) => stacker::maybe_grow(RED_ZONE, STACK, || self.eval(f, inner)),
            Expr::Note(column, inner) => {
                let value = self.eval(f, inner)?;
                self.note(*column, &value);
                Ok(value)
            }
            Expr::Spread(_) => Err(throw(
                "IllegalArgumentException",
                "cannot spread a value here",
            )),
            _ => Ok(Value::Null),
        }
    }

    /// Expressions with a type.
    fn eval_typed(&mut self, f: &Frame<'_>, expr: &Expr) -> Result<Value> {
        match expr {
            Expr::Cast(ty, value) => {
                let value = self.eval(f, value)?;
                let class = self.class_of(f, *ty)?;
                self.cast(&value, &class)
            }
            Expr::As(ty, value) => {
                let value = self.eval(f, value)?;
                let class = self.class_of(f, *ty)?;
                self.as_type(&value, &class)
            }
            Expr::InstanceOf(ty, value) => {
                let value = self.eval(f, value)?;
                let ty = f.loaded.unit.types.get(*ty as usize);
                Ok(Value::Bool(
                    ty.is_some_and(|ty| Self::catches(f, &value, ty)),
                ))
            }
            _ => Ok(Value::Null),
        }
    }

    /// The class with this number.
    pub(crate) fn class_of(&self, f: &Frame<'_>, ty: u32) -> Result<ClassRef> {
        if let Some(class) = f.loaded.class_ref(ty) {
            return Ok(class.clone());
        }
        let name = match f.loaded.unit.types.get(ty as usize) {
            Some(TypeRef::Unknown(name)) => name.as_str(),
            _ => "",
        };
        Err(throw(
            "NoClassDefFoundError",
            format!(
                "{}: this class is not available to scripts",
                name.replace('.', "/")
            ),
        ))
    }

    /// The text of a member's name.
    pub(crate) fn name<'a>(&mut self, f: &Frame<'a>, name: &'a Name) -> Result<NameText<'a>> {
        Ok(match name {
            Name::Fixed(id) => NameText::Fixed(f.loaded.unit.name(*id)),
            Name::Computed(expr) => {
                let value = self.eval(f, expr)?;
                NameText::Computed(self.text(&value)?)
            }
        })
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
        if let (Value::Int(a), Value::Int(b)) = (left, right) {
            let (a, b) = (*a, *b);
            match op {
                BinaryOp::Plus => return Ok(Value::Int(a.wrapping_add(b))),
                BinaryOp::Minus => return Ok(Value::Int(a.wrapping_sub(b))),
                BinaryOp::Multiply => return Ok(Value::Int(a.wrapping_mul(b))),
                BinaryOp::Remainder if b != 0 => return Ok(Value::Int(a.wrapping_rem(b))),
                BinaryOp::BitAnd => return Ok(Value::Int(a & b)),
                BinaryOp::BitOr => return Ok(Value::Int(a | b)),
                BinaryOp::Less => return Ok(Value::Bool(a < b)),
                BinaryOp::LessOrEqual => return Ok(Value::Bool(a <= b)),
                BinaryOp::Greater => return Ok(Value::Bool(a > b)),
                BinaryOp::GreaterOrEqual => return Ok(Value::Bool(a >= b)),
                BinaryOp::Equal => return Ok(Value::Bool(a == b)),
                BinaryOp::NotEqual => return Ok(Value::Bool(a != b)),
                _ => {}
            }
        }
        Ok(Value::Bool(match op {
            BinaryOp::Equal => self.equals(left, right)?,
            BinaryOp::NotEqual => !self.equals(left, right)?,
            BinaryOp::Identical => left.is_same(right),
            BinaryOp::NotIdentical => !left.is_same(right),
            BinaryOp::Less => self.compare(left, right)?.is_lt(),
            BinaryOp::LessOrEqual => self.compare(left, right)?.is_le(),
            BinaryOp::Greater => self.compare(left, right)?.is_gt(),
            BinaryOp::GreaterOrEqual => self.compare(left, right)?.is_ge(),
            BinaryOp::Compare => return Ok(Value::Int(self.compare(left, right)? as i32)),
            BinaryOp::In => self.is_case(right, left)?,
            BinaryOp::Find | BinaryOp::Match => return self.matched(op, left, right),
            op => return ops::arith::binary(self, op, left, right),
        }))
    }

    fn eval_property(&mut self, f: &Frame<'_>, property: &Property) -> Result<Value> {
        let object = self.eval(f, &property.object)?;
        if let (Value::Map(map), Name::Fixed(id), false, Access::Plain) =
            (&object, &property.name, property.attribute, property.access)
            && map.is_plain()
        {
            return Ok(map.get_str(f.loaded.unit.name(*id)).unwrap_or_default());
        }
        let name = self.name(f, &property.name)?;
        match property.access {
            Access::Safe if object.is_null() => Ok(Value::Null),
            Access::Spread => {
                if object.is_null() {
                    return Ok(Value::Null);
                }
                let mut values = Vec::new();
                for item in self.items(&object)? {
                    self.step(1)?;
                    values.push(if item.is_null() {
                        Value::Null
                    } else if property.attribute {
                        self.attribute(&item, &name)?
                    } else {
                        self.get(&item, &name)?
                    });
                }
                Ok(Value::list(values))
            }
            _ if property.attribute => self.attribute(&object, &name),
            _ => self.get(&object, &name),
        }
    }

    fn eval_gstring(&mut self, f: &Frame<'_>, text: &Text) -> Result<Value> {
        let mut values = Vec::with_capacity(text.values.len());
        for value in &text.values {
            values.push(self.eval(f, value)?);
        }
        Ok(Value::GString(Rc::new(GString {
            strings: std::sync::Arc::clone(&text.strings),
            values,
        })))
    }

    fn eval_closure(&mut self, f: &Frame<'_>, make: &MakeClosure) -> Value {
        let captured = self.capture(f, &make.captures);
        let code = ScriptCode::new(f.loaded, make.function, captured);
        let owner = match f.closure {
            Some(closure) => Value::Closure(Rc::clone(closure)),
            None => f.this.clone(),
        };
        Value::Closure(Closure::new(Rc::new(code), owner, f.this.clone()))
    }

    /// Values of items or arguments, spread ones taken apart.
    pub(crate) fn eval_into(
        &mut self,
        f: &Frame<'_>,
        exprs: &[Expr],
        into: &mut Vec<Value>,
    ) -> Result<()> {
        for expr in exprs {
            match expr {
                Expr::Spread(inner) => {
                    let value = self.eval(f, inner)?;
                    let items = self.items(&value)?;
                    self.step(items.len() as u64)?;
                    into.extend(items);
                }
                other => into.push(self.eval(f, other)?),
            }
        }
        Ok(())
    }

    fn eval_map(&mut self, f: &Frame<'_>, entries: &[Entry]) -> Result<Value> {
        let map = Map::new(MapKind::Linked);
        for entry in entries {
            match entry {
                Entry::Pair(key, value) => {
                    let key = self.eval(f, key)?;
                    let value = self.eval(f, value)?;
                    map.put(key, value);
                }
                Entry::Spread(other) => {
                    if let Value::Map(other) = self.eval(f, other)? {
                        self.step(other.len() as u64)?;
                        for (key, value) in other.to_vec() {
                            map.put(key, value);
                        }
                    }
                }
            }
        }
        Ok(Value::Map(map))
    }

    fn eval_array(&mut self, f: &Frame<'_>, new: &NewArray) -> Result<Value> {
        let class = self.class_of(f, new.ty)?;
        if let Some(init) = &new.init {
            let mut items = Vec::with_capacity(init.len());
            self.eval_into(f, init, &mut items)?;
            return self.cast(&Value::list(items), &class);
        }
        let mut sizes = Vec::with_capacity(new.sizes.len());
        for size in &new.sizes {
            match self.eval(f, size)? {
                Value::Int(size) => match usize::try_from(size) {
                    Ok(size) => sizes.push(size),
                    Err(_) => {
                        let message = size.to_string();
                        return Err(throw("NegativeArraySizeException", message));
                    }
                },
                other => {
                    let int = ClassRef::Primitive(&crate::library::number::INTEGER);
                    let size = self.cast(&other, &int)?;
                    if let Value::Int(size) = size {
                        sizes.push(usize::try_from(size).unwrap_or_default());
                    }
                }
            }
        }
        self.array(&class, &sizes)
    }

    fn array(&mut self, class: &ClassRef, sizes: &[usize]) -> Result<Value> {
        let (Some((size, inner)), ClassRef::Array(element)) = (sizes.split_first(), class) else {
            return Ok(Value::Null);
        };
        self.reserve(size.saturating_mul(size_of::<Value>()))?;
        self.step(*size as u64)?;
        if let ClassRef::Primitive(class) = &**element {
            if class.name == "java.lang.Byte" {
                return Ok(Value::bytes(vec![0; *size]));
            }
            let zero = ops::cast::cast(self, &Value::Int(0), element).unwrap_or_default();
            let items = vec![zero; *size];
            return Ok(Value::List(List::new(ListKind::Primitives(class), items)));
        }
        let mut items = Vec::with_capacity(*size);
        for _ in 0..*size {
            items.push(self.array(element, inner)?);
        }
        let kind = match &**element {
            ClassRef::Native(class) => ListKind::Array(class),
            _ => ListKind::Array(&crate::library::object::OBJECT),
        };
        Ok(Value::List(List::new(kind, items)))
    }
}

/// The text of a member's name.
pub(crate) enum NameText<'a> {
    Fixed(&'a str),
    Computed(crate::text::Str),
}

impl std::ops::Deref for NameText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Computed(name) => name,
        }
    }
}
