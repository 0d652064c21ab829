//! Classes that a script declares, and their objects.

mod construct;
mod instance;
mod object;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use crate::class::{Class, ClassRef, ScriptClass};
use crate::code::{ClassDef, ClassId, FieldDef, FunctionId, Kind, NameId, TypeRef};
use crate::library::object::OBJECT;
use crate::list::{List, ListKind};
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::call::Callee;
use crate::vm::frame::SharedCell;
use crate::vm::loaded::Loaded;
use crate::vm::member::accessor;

pub(crate) use instance::Instance;

/// A class of the script in a run.
pub(crate) struct ClassObject {
    this: Weak<Self>,
    loaded: Weak<Loaded>,
    id: ClassId,
    name: Str,
    above: Above,
    /// Fields of superclasses, which come first in its objects.
    offset: usize,
    /// All fields of its objects.
    fields: usize,
    statics: RefCell<Vec<Value>>,
    ready: Cell<bool>,
    table: OnceCell<&'static Class>,
}

/// The superclass.
#[derive(Clone)]
enum Above {
    Object,
    Script(Rc<ClassObject>),
    Native(&'static Class),
}

impl ClassObject {
    pub(crate) fn new(loaded: Rc<Loaded>, id: ClassId) -> Rc<Self> {
        let def = loaded.unit.classes.get(id as usize);
        let above = match def.and_then(|def| def.superclass.as_ref()) {
            Some(TypeRef::Script(above)) if *above != id => Above::Script(loaded.class(*above)),
            Some(TypeRef::Native(class)) => Above::Native(class.0),
            _ => Above::Object,
        };
        let offset = match &above {
            Above::Script(above) => above.fields,
            _ => 0,
        };
        let own = def.map_or(0, |def| def.fields.len());
        let statics = def.map_or(0, |def| def.statics.len());
        Rc::new_cyclic(|this| Self {
            this: this.clone(),
            name: def.map_or_else(|| "".into(), |def| def.name.clone().into()),
            loaded: Rc::downgrade(&loaded),
            id,
            above,
            offset,
            fields: offset + own,
            statics: RefCell::new(vec![Value::Null; statics]),
            ready: Cell::new(false),
            table: OnceCell::new(),
        })
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Forgets the static fields, when the run is over.
    pub(crate) fn release(&self) {
        drop(self.statics.take());
    }

    fn rc(&self) -> Result<Rc<Self>> {
        self.this.upgrade().ok_or_else(ended)
    }

    fn loaded(&self) -> Result<Rc<Loaded>> {
        self.loaded.upgrade().ok_or_else(ended)
    }

    fn def<'a>(&self, loaded: &'a Loaded) -> Option<&'a ClassDef> {
        loaded.unit.classes.get(self.id as usize)
    }

    /// The table with the methods that the library gives to its objects.
    pub(crate) fn table(&self) -> &'static Class {
        self.table.get_or_init(|| {
            let mut waiting = self.supers();
            while let Some(class) = waiting.pop() {
                match class {
                    ClassRef::Native(class) if class.interface => return class,
                    ClassRef::Script(class) => waiting.extend(class.supers()),
                    _ => {}
                }
            }
            &OBJECT
        })
    }

    fn kind(&self) -> Option<Kind> {
        let loaded = self.loaded.upgrade()?;
        self.def(&loaded).map(|def| def.kind)
    }

    /// The class as a value.
    fn value(&self) -> Value {
        match self.this.upgrade() {
            Some(class) => Value::Class(ClassRef::Script(class)),
            None => Value::Null,
        }
    }

    /// Sets the static fields, the first time something of the class is used.
    fn ready(&self, vm: &mut Vm) -> Result<()> {
        if self.ready.replace(true) {
            return Ok(());
        }
        if let Above::Script(above) = &self.above {
            above.ready(vm)?;
        }
        let loaded = self.loaded()?;
        if let Some(init) = self.def(&loaded).and_then(|def| def.static_init) {
            vm.run(&callee(&loaded, init, &self.value(), &[]), &[])?;
        }
        Ok(())
    }

    pub(crate) fn static_field(&self, vm: &mut Vm, at: u32) -> Result<Value> {
        self.ready(vm)?;
        let statics = self.statics.borrow();
        Ok(statics.get(at as usize).cloned().unwrap_or_default())
    }

    pub(crate) fn set_static_field(&self, vm: &mut Vm, at: u32, value: Value) -> Result<()> {
        self.ready(vm)?;
        if let Some(place) = self.statics.borrow_mut().get_mut(at as usize) {
            *place = value;
        }
        Ok(())
    }

    /// Constants of an enum, in order.
    pub(crate) fn constants(&self, vm: &mut Vm) -> Result<Vec<Value>> {
        self.ready(vm)?;
        let loaded = self.loaded()?;
        let count = self.def(&loaded).map_or(0, |def| def.constants.len());
        Ok(self.statics.borrow().iter().take(count).cloned().collect())
    }

    /// The static field with this name, here or above, and its class.
    fn find_static(&self, name: &str) -> Option<(Rc<Self>, u32)> {
        let loaded = self.loaded.upgrade()?;
        let id = loaded.unit.id(name)?;
        let def = self.def(&loaded)?;
        if let Some(at) = def.statics.iter().position(|field| field.name == id) {
            return Some((self.this.upgrade()?, u32::try_from(at).ok()?));
        }
        for interface in &def.interfaces {
            if let TypeRef::Script(interface) = interface
                && let Some(found) = loaded.class(*interface).find_static(name)
            {
                return Some(found);
            }
        }
        match &self.above {
            Above::Script(above) => above.find_static(name),
            _ => None,
        }
    }

    /// The method that takes these arguments, of this class or one above it.
    fn find_method(
        &self,
        vm: &mut Vm,
        loaded: &Rc<Loaded>,
        name: NameId,
        args: &[Value],
        only_static: bool,
    ) -> Result<Option<FunctionId>> {
        let Some(def) = self.def(loaded) else {
            return Ok(None);
        };
        if let Some(own) = def.methods.get(&name) {
            let usable = |id: &&FunctionId| {
                let function = loaded.function(**id);
                !function.is_abstract && (function.is_static || !only_static)
            };
            if let [one] = own.as_slice() {
                let function = loaded.function(*one);
                let plain = function.params.len() == args.len()
                    && function.params.iter().all(|param| param.ty.is_none());
                if plain && usable(&one) {
                    return Ok(Some(*one));
                }
            }
            let usable: Vec<FunctionId> = own.iter().filter(usable).copied().collect();
            if let Some(found) = vm.choose(loaded, &usable, args)? {
                return Ok(Some(found));
            }
        }
        match &self.above {
            Above::Script(above) => above.find_method(vm, loaded, name, args, only_static),
            _ => Ok(None),
        }
    }

    /// The field with this name: its place in objects and its declaration.
    fn find_field<'a>(&self, loaded: &'a Loaded, name: NameId) -> Option<(usize, &'a FieldDef)> {
        let def = self.def(loaded)?;
        let own = def
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.name == name);
        if let Some((at, field)) = own {
            return Some((self.offset + at, field));
        }
        match &self.above {
            Above::Script(above) => above.find_field(loaded, name),
            _ => None,
        }
    }
}

impl std::fmt::Debug for ClassObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl ScriptClass for ClassObject {
    fn name(&self) -> &str {
        &self.name
    }

    fn supers(&self) -> Vec<ClassRef> {
        let Some(loaded) = self.loaded.upgrade() else {
            return Vec::new();
        };
        let Some(def) = self.def(&loaded) else {
            return Vec::new();
        };
        let above = def.superclass.iter().chain(&def.interfaces);
        above.filter_map(|ty| loaded.resolve(ty)).collect()
    }

    fn is_interface(&self) -> bool {
        self.kind() == Some(Kind::Interface)
    }

    fn is_enum(&self) -> bool {
        self.kind() == Some(Kind::Enum)
    }

    fn construct(&self, vm: &mut Vm, args: &[Value]) -> Result<Value> {
        self.make(vm, args, &Value::Null, Box::default(), None)
    }

    fn call_static(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Result<Option<Value>> {
        self.ready(vm)?;
        let loaded = self.loaded()?;
        if let Some(id) = loaded.unit.id(name)
            && let Some(id) = self.find_method(vm, &loaded, id, args, true)?
        {
            return vm
                .run(&callee(&loaded, id, &self.value(), &[]), args)
                .map(Some);
        }
        if self.is_enum() {
            return self.call_enum(vm, name, args);
        }
        match self.find_static(name) {
            Some((class, at)) => {
                let value = class.static_field(vm, at)?;
                match value {
                    Value::Closure(_) => vm.call(&value, args).map(Some),
                    _ => Ok(None),
                }
            }
            None => Ok(None),
        }
    }

    fn get_static(&self, vm: &mut Vm, name: &str) -> Result<Option<Value>> {
        if let Some((class, at)) = self.find_static(name) {
            return class.static_field(vm, at).map(Some);
        }
        let getter = accessor("get", name);
        self.call_static(vm, &getter, &[])
    }

    fn set_static(&self, vm: &mut Vm, name: &str, value: &Value) -> Result<bool> {
        match self.find_static(name) {
            Some((class, at)) => {
                class.set_static_field(vm, at, value.clone())?;
                Ok(true)
            }
            None => {
                let setter = accessor("set", name);
                let done = self.call_static(vm, &setter, std::slice::from_ref(value))?;
                Ok(done.is_some())
            }
        }
    }
}

impl ClassObject {
    fn call_enum(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Result<Option<Value>> {
        let constants = self.constants(vm)?;
        match (name, args) {
            ("values", []) => Ok(Some(Value::List(List::new(
                ListKind::Array(&OBJECT),
                constants,
            )))),
            ("valueOf", [name]) => {
                let name = vm.text(name)?;
                let found = constants.iter().find(|one| {
                    let instance = one.downcast::<Instance>();
                    let constant = instance.and_then(|one| one.constant.as_ref());
                    constant.is_some_and(|(own, _)| own.as_str() == Some(&name))
                });
                found.cloned().map(Some).ok_or_else(|| {
                    let class = self.name.replace('$', ".");
                    let message = format!("No enum constant {class}.{name}");
                    throw("IllegalArgumentException", message)
                })
            }
            _ => Ok(None),
        }
    }
}

/// What a run that is over answers to objects that outlived it.
fn ended() -> Thrown {
    throw("IllegalStateException", "the run of this object is over")
}

fn captured(this: &Value) -> Box<[Rc<SharedCell>]> {
    let instance = this.downcast::<Instance>();
    instance
        .map(|instance| instance.captured.clone())
        .unwrap_or_default()
}

fn callee<'a>(
    loaded: &'a Rc<Loaded>,
    id: FunctionId,
    this: &'a Value,
    captured: &'a [Rc<SharedCell>],
) -> Callee<'a> {
    Callee {
        loaded,
        id,
        this,
        closure: None,
        captured,
    }
}
