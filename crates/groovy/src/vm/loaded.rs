//! What a run makes of a unit: constants as values, types as classes, classes with their statics.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::class::ClassRef;
use crate::code::{ClassId, Const, ConstId, Function, FunctionId, TypeId, TypeRef, Unit};
use crate::script_class::ClassObject;
use crate::value::Value;

/// A unit in a run.
pub(crate) struct Loaded {
    pub(crate) unit: Arc<Unit>,
    consts: Vec<OnceCell<Value>>,
    types: Vec<OnceCell<ClassRef>>,
    classes: Vec<OnceCell<Rc<ClassObject>>>,
}

impl Loaded {
    pub(crate) fn new(unit: Arc<Unit>) -> Rc<Self> {
        fn cells<T>(count: usize) -> Vec<OnceCell<T>> {
            std::iter::repeat_with(OnceCell::new).take(count).collect()
        }
        Rc::new(Self {
            consts: cells(unit.consts.len()),
            types: cells(unit.types.len()),
            classes: cells(unit.classes.len()),
            unit,
        })
    }

    /// A constant.
    pub(crate) fn constant(&self, id: ConstId) -> Value {
        let Some(cell) = self.consts.get(id as usize) else {
            return Value::Null;
        };
        let make = || match self.unit.consts.get(id as usize) {
            Some(Const::Str(text)) => Value::text(text.clone()),
            Some(Const::BigInteger(number)) => Value::big(number.clone()),
            Some(Const::Decimal(number)) => Value::decimal(number.clone()),
            None => Value::Null,
        };
        cell.get_or_init(make).clone()
    }

    /// A function.
    pub(crate) fn function(&self, id: FunctionId) -> &Function {
        self.unit
            .functions
            .get(id as usize)
            .expect("invariant: the compiler numbers only functions it has made")
    }

    /// A type; `None` when the library does not have it.
    pub(crate) fn class_ref(self: &Rc<Self>, id: TypeId) -> Option<&ClassRef> {
        let cell = self.types.get(id as usize)?;
        if let Some(class) = cell.get() {
            return Some(class);
        }
        let class = self.resolve(self.unit.types.get(id as usize)?)?;
        Some(cell.get_or_init(|| class))
    }

    /// A type that has no number.
    pub(crate) fn resolve(self: &Rc<Self>, ty: &TypeRef) -> Option<ClassRef> {
        Some(match ty {
            TypeRef::Native(class) => ClassRef::Native(class.0),
            TypeRef::Primitive(class) => ClassRef::Primitive(class.0),
            TypeRef::Array(element) => ClassRef::Array(Rc::new(self.resolve(element)?)),
            TypeRef::Script(id) => ClassRef::Script(self.class(*id)),
            TypeRef::Unknown(_) => return None,
        })
    }

    /// A class of the unit.
    pub(crate) fn class(self: &Rc<Self>, id: ClassId) -> Rc<ClassObject> {
        let make = || ClassObject::new(Rc::clone(self), id);
        match self.classes.get(id as usize) {
            Some(cell) => Rc::clone(cell.get_or_init(make)),
            None => make(),
        }
    }

    /// Forgets what classes hold, when the run is over.
    pub(crate) fn release(&self) {
        for class in self.classes.iter().filter_map(OnceCell::get) {
            class.release();
        }
    }
}
