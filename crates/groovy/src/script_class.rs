//! Classes that a script declares, and their objects.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use crate::class::{Class, ClassRef, ScriptClass};
use crate::code::{ClassDef, ClassId, FieldDef, FunctionId, Kind, NameId, StmtKind, TypeRef};
use crate::cycles::{self, Watched};
use crate::library::object::{COMPARABLE, OBJECT};
use crate::library::script::{Binding, SCRIPT};
use crate::list::{List, ListKind};
use crate::object::Object;
use crate::ops;
use crate::text::Str;
use crate::throwable::{Throwable, throw};
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::call::Callee;
use crate::vm::frame::SharedCell;
use crate::vm::loaded::Loaded;
use crate::vm::member::accessor;

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
    ) -> Option<FunctionId> {
        let own = self.def(loaded)?.methods.get(&name);
        if let Some(own) = own {
            let usable = |id: &&FunctionId| {
                let function = loaded.function(**id);
                !function.is_abstract && (function.is_static || !only_static)
            };
            if let [one] = own.as_slice() {
                let function = loaded.function(*one);
                let plain = function.params.len() == args.len()
                    && function.params.iter().all(|param| param.ty.is_none());
                if plain && usable(&one) {
                    return Some(*one);
                }
            }
            let usable: Vec<FunctionId> = own.iter().filter(usable).copied().collect();
            if let Some(found) = vm.choose(loaded, &usable, args) {
                return Some(found);
            }
        }
        match &self.above {
            Above::Script(above) => above.find_method(vm, loaded, name, args, only_static),
            _ => None,
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

    /// Makes an object: what it takes from around it, and name and place when it is a constant.
    pub(crate) fn make(
        &self,
        vm: &mut Vm,
        args: &[Value],
        outer: &Value,
        captured: Box<[Rc<SharedCell>]>,
        constant: Option<(Value, i32)>,
    ) -> Result<Value> {
        self.ready(vm)?;
        let loaded = self.loaded()?;
        let def = self.def(&loaded);
        if def.is_some_and(|def| def.is_abstract) {
            return Err(throw("InstantiationException", self.name.clone()));
        }
        let inner = def.is_some_and(|def| def.inner);
        let instance = Rc::new_cyclic(|this: &Weak<Instance>| Instance {
            this: this.clone(),
            class: self
                .this
                .upgrade()
                .unwrap_or_else(|| Self::new(Rc::clone(&loaded), self.id)),
            fields: RefCell::new(vec![Value::Null; self.fields]),
            base: RefCell::default(),
            captured,
            outer: if inner { outer.clone() } else { Value::Null },
            constant,
            watched: Cell::new(false),
        });
        let this = Value::Object(instance);
        self.initialise(vm, &this, args)?;
        Ok(this)
    }

    /// Runs the constructor that takes these arguments.
    pub(crate) fn initialise(&self, vm: &mut Vm, this: &Value, args: &[Value]) -> Result<()> {
        let loaded = self.loaded()?;
        let Some(def) = self.def(&loaded) else {
            return Ok(());
        };
        if let Some(id) = vm.choose(&loaded, &def.constructors, args) {
            let function = loaded.function(id);
            let first = function.body.first().map(|first| &first.kind);
            if !matches!(first, Some(StmtKind::Construct(_))) {
                self.initialise_above(vm, this, &[])?;
                self.initialise_fields(vm, this)?;
            }
            let captured = captured(this);
            return vm
                .run(&callee(&loaded, id, this, &captured), args)
                .map(drop);
        }
        let no_args = vm.choose(&loaded, &def.constructors, &[]);
        match args {
            [Value::Map(map)] if def.constructors.is_empty() || no_args.is_some() => {
                self.initialise(vm, this, &[])?;
                for (name, value) in map.to_vec() {
                    let name = vm.text(&name)?;
                    vm.set(this, &name, &value)?;
                }
                Ok(())
            }
            _ if !def.constructors.is_empty() => {
                Err(vm.no_constructor(&ClassRef::Script(self.rc()?), args))
            }
            [] => {
                self.initialise_above(vm, this, &[])?;
                self.initialise_fields(vm, this)
            }
            _ if def.derives.tuple && args.len() <= def.fields.len() => {
                self.initialise(vm, this, &[])?;
                for (field, value) in def.fields.iter().zip(args) {
                    vm.set(this, loaded.unit.name(field.name), value)?;
                }
                Ok(())
            }
            _ if !matches!(self.above, Above::Object) && def.outer.is_some() => {
                self.initialise_above(vm, this, args)?;
                self.initialise_fields(vm, this)
            }
            _ => Err(vm.no_constructor(&ClassRef::Script(self.rc()?), args)),
        }
    }

    /// Runs the constructor of the superclass.
    pub(crate) fn initialise_above(&self, vm: &mut Vm, this: &Value, args: &[Value]) -> Result<()> {
        match &self.above {
            Above::Object => Ok(()),
            Above::Script(above) => above.initialise(vm, this, args),
            Above::Native(class) => {
                let Some(construct) = class.construct else {
                    return Ok(());
                };
                let base = match construct(vm, args) {
                    Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {
                        return Err(vm.no_constructor(&ClassRef::Native(class), args));
                    }
                    other => other?,
                };
                if let Some(instance) = this.downcast::<Instance>() {
                    *instance.base.borrow_mut() = Some(instance.named(base));
                }
                Ok(())
            }
        }
    }

    /// Sets the fields that have initial values.
    pub(crate) fn initialise_fields(&self, vm: &mut Vm, this: &Value) -> Result<()> {
        let loaded = self.loaded()?;
        if let Some(init) = self.def(&loaded).and_then(|def| def.init) {
            let captured = captured(this);
            vm.run(&callee(&loaded, init, this, &captured), &[])?;
        }
        Ok(())
    }

    /// Calls a method of the superclass.
    pub(crate) fn call_super(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Value> {
        if let Above::Script(above) = &self.above {
            let loaded = self.loaded()?;
            let found = loaded
                .unit
                .id(name)
                .and_then(|id| above.find_method(vm, &loaded, id, args, false));
            if let Some(id) = found {
                let captured = captured(this);
                return vm.run(&callee(&loaded, id, this, &captured), args);
            }
        }
        let instance = this.downcast::<Instance>();
        if let Some(instance) = instance
            && let Some(result) = instance.call_base(vm, name, args)?
        {
            return Ok(result);
        }
        vm.call_object(this, name, args)
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
            && let Some(id) = self.find_method(vm, &loaded, id, args, true)
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

/// An object of a class of the script.
pub(crate) struct Instance {
    this: Weak<Self>,
    pub(crate) class: Rc<ClassObject>,
    fields: RefCell<Vec<Value>>,
    /// What a superclass of the library makes of it.
    pub(crate) base: RefCell<Option<Value>>,
    captured: Box<[Rc<SharedCell>]>,
    /// The `this` it was made in.
    outer: Value,
    constant: Option<(Value, i32)>,
    watched: Cell<bool>,
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
    fn named(&self, base: Value) -> Value {
        let Some(throwable) = base.downcast::<Throwable>() else {
            return base;
        };
        let mut named = Throwable::new(throwable.class, throwable.message.borrow().clone());
        named.foreign = Some(self.class.name.clone());
        *named.cause.borrow_mut() = throwable.cause.borrow().clone();
        Value::object(named)
    }

    fn call_own(
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
        let Some(id) = self.class.find_method(vm, &loaded, id, args, false) else {
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
    fn call_made(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Result<Option<Value>> {
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

    fn store(
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
    fn call_base(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Result<Option<Value>> {
        let base = self.base.borrow().clone();
        let Some(base) = base else {
            return Ok(None);
        };
        if name == "getClass" || (name == "toString" && self.throwable().is_some()) {
            return Ok(None);
        }
        vm.try_invoke(&base, name, args)
    }

    fn is_script(&self) -> bool {
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
    fn value(&self) -> Option<Value> {
        let this = self.this.upgrade()?;
        Some(Value::Object(this))
    }

    /// `Name(a, b)`, as `@ToString` has it.
    fn listed(&self, vm: &mut Vm) -> Result<Str> {
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

impl Object for Instance {
    fn class(&self) -> ClassRef {
        ClassRef::Script(Rc::clone(&self.class) as Rc<dyn ScriptClass>)
    }

    fn call(&self, vm: &mut Vm, this: &Value, name: &str, args: &[Value]) -> Result<Option<Value>> {
        if let Some(result) = self.call_own(vm, this, name, args)? {
            return Ok(Some(result));
        }
        if let Some(result) = self.call_made(vm, name, args)? {
            return Ok(Some(result));
        }
        if self.is_script()
            && let Some(method) = SCRIPT.methods.iter().find(|(own, _)| *own == name)
        {
            return (method.1)(vm, this, args).map(Some);
        }
        self.call_base(vm, name, args)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        if let Some(value @ Value::Closure(_)) = self.get(vm, this, name)? {
            return vm.call(&value, args).map(Some);
        }
        if !self.outer.is_null() {
            let outer = self.outer.clone();
            if let Some(result) = vm.deeper(|vm| vm.try_invoke(&outer, name, args))? {
                return Ok(Some(result));
            }
        }
        for missing in ["methodMissing", "invokeMethod"] {
            if self.has_method(missing) {
                let args = List::new(ListKind::Array(&OBJECT), args.to_vec());
                let args = [Value::text(name), Value::List(args)];
                return self.call_own(vm, this, missing, &args);
            }
        }
        Ok(None)
    }

    fn get(&self, vm: &mut Vm, this: &Value, name: &str) -> Result<Option<Value>> {
        if name == "class" {
            return Ok(None);
        }
        let loaded = self.class.loaded()?;
        let (name, raw) = match name.strip_prefix('@') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if !raw
            && name != "binding"
            && self.has_method("getProperty")
            && let Some(value) = self.call_own(vm, this, "getProperty", &[Value::text(name)])?
        {
            return Ok(Some(value));
        }
        if !raw {
            for prefix in ["get", "is"] {
                let getter = accessor(prefix, name);
                if loaded.unit.id(&getter).is_some()
                    && let Some(value) = self.call_own(vm, this, &getter, &[])?
                {
                    return Ok(Some(value));
                }
            }
        }
        let field = loaded
            .unit
            .id(name)
            .and_then(|id| self.class.find_field(&loaded, id));
        if let Some((at, _)) = field {
            return Ok(Some(self.field(at)));
        }
        if let Some((class, at)) = self.class.find_static(name) {
            return class.static_field(vm, at).map(Some);
        }
        if raw {
            return Ok(None);
        }
        if self.is_script() {
            if let Some(value) = vm.binding().get_str(name) {
                return Ok(Some(value));
            }
            if name == "binding" {
                return Ok(Some(Value::object(Binding(vm.binding()))));
            }
        }
        let base = self.base.borrow().clone();
        if let Some(base) = base
            && let Some(value) = vm.try_get(&base, name)?
        {
            return Ok(Some(value));
        }
        if !self.outer.is_null() {
            let outer = self.outer.clone();
            if let Some(value) = vm.deeper(|vm| vm.try_get(&outer, name))? {
                return Ok(Some(value));
            }
        }
        for missing in ["propertyMissing", "get"] {
            if self.has_method(missing)
                && let Some(value) = self.call_own(vm, this, missing, &[Value::text(name)])?
            {
                return Ok(Some(value));
            }
        }
        self.call_made(vm, &accessor("get", name), &[])
    }

    fn set(&self, vm: &mut Vm, this: &Value, name: &str, value: &Value) -> Result<bool> {
        let loaded = self.class.loaded()?;
        let (name, raw) = match name.strip_prefix('@') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let setter = accessor("set", name);
        let args = std::slice::from_ref(value);
        if !raw && self.has_method("setProperty") {
            let args = [Value::text(name), value.clone()];
            if self.call_own(vm, this, "setProperty", &args)?.is_some() {
                return Ok(true);
            }
        }
        if !raw
            && loaded.unit.id(&setter).is_some()
            && self.call_own(vm, this, &setter, args)?.is_some()
        {
            return Ok(true);
        }
        let field = loaded
            .unit
            .id(name)
            .and_then(|id| self.class.find_field(&loaded, id));
        if let Some((at, field)) = field {
            if field.is_final {
                let class = &self.class.name;
                let message = format!("Cannot set readonly property: {name} for class: {class}");
                return Err(throw("ReadOnlyPropertyException", message));
            }
            self.store(vm, &loaded, at, field, value)?;
            return Ok(true);
        }
        if let Some((class, at)) = self.class.find_static(name) {
            class.set_static_field(vm, at, value.clone())?;
            return Ok(true);
        }
        if raw {
            return Ok(false);
        }
        if self.is_script() {
            vm.binding().put(Value::text(name), value.clone());
            return Ok(true);
        }
        let base = self.base.borrow().clone();
        if let Some(base @ Value::Map(_)) = base {
            return vm.set(&base, name, value).map(|()| true);
        }
        for missing in ["propertyMissing", "set"] {
            let args = [Value::text(name), value.clone()];
            if self.has_method(missing) && self.call_own(vm, this, missing, &args)?.is_some() {
                return Ok(true);
            }
        }
        if !self.outer.is_null() {
            let outer = self.outer.clone();
            return vm.deeper(|vm| vm.set(&outer, name, value)).map(|()| true);
        }
        Ok(false)
    }

    fn to_text(&self, vm: &mut Vm, this: &Value) -> Result<Option<Str>> {
        if let Some(text) = self.call_own(vm, this, "toString", &[])? {
            return vm.text(&text).map(Some);
        }
        if let Some((name, _)) = &self.constant {
            return Ok(name.as_str().cloned());
        }
        let loaded = self.class.loaded()?;
        if self
            .class
            .def(&loaded)
            .is_some_and(|def| def.derives.to_string)
        {
            return self.listed(vm).map(Some);
        }
        if self.throwable().is_some() && self.has_method("getMessage") {
            let message = self.call_own(vm, this, "getMessage", &[])?;
            let message = vm.text(&message.unwrap_or_default())?;
            return Ok(Some(format!("{}: {message}", self.class.name).into()));
        }
        let base = self.base.borrow().clone();
        match base {
            Some(base) => vm.to_string(&base).map(Some),
            None => Ok(None),
        }
    }

    fn equals(&self, vm: &mut Vm, other: &Value) -> Result<bool> {
        let Some(this) = self.value() else {
            return Ok(false);
        };
        if let Some(equal) = self.call_own(vm, &this, "equals", std::slice::from_ref(other))? {
            return vm.truth(&equal);
        }
        if let Value::Object(other) = other {
            return Ok(self.same_key(&**other));
        }
        Ok(false)
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        let loaded = self.class.loaded.upgrade();
        let (Some(other), Some(loaded)) = (other, loaded) else {
            return false;
        };
        let derived = self
            .class
            .def(&loaded)
            .is_some_and(|def| def.derives.equals);
        if !derived || !Rc::ptr_eq(&self.class, &other.class) {
            return std::ptr::eq(self, other);
        }
        let (a, b) = (self.fields.borrow().clone(), other.fields.borrow().clone());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| ops::equal::same_key(a, b))
    }

    fn hash(&self) -> Option<i32> {
        let loaded = self.class.loaded.upgrade()?;
        if !self.class.def(&loaded)?.derives.equals {
            return None;
        }
        let fields = self.fields.borrow().clone();
        let add = |hash: i32, field: &Value| {
            hash.wrapping_mul(31)
                .wrapping_add(ops::hash::java_hash(field))
        };
        Some(fields.iter().fold(7, add))
    }

    fn compare(&self, vm: &mut Vm, other: &Value) -> Result<Option<std::cmp::Ordering>> {
        let Some(this) = self.value() else {
            return Ok(None);
        };
        if !Object::class(self).is_a(&ClassRef::Native(&COMPARABLE)) && self.constant.is_none() {
            return Ok(None);
        }
        if let Some(order) = self.call_own(vm, &this, "compareTo", std::slice::from_ref(other))? {
            let zero = Value::Int(0);
            return vm.compare(&order, &zero).map(Some);
        }
        let other = other.downcast::<Self>();
        let places = self
            .constant
            .as_ref()
            .zip(other.and_then(|other| other.constant.as_ref()));
        Ok(places.map(|((_, a), (_, b))| a.cmp(b)))
    }

    fn items(&self, vm: &mut Vm, this: &Value) -> Result<Option<Vec<Value>>> {
        match self.call_own(vm, this, "iterator", &[])? {
            Some(iterator) => vm.items(&iterator).map(Some),
            None => match self.base.borrow().clone() {
                Some(base) => vm.items(&base).map(Some),
                None => Ok(None),
            },
        }
    }

    fn release(&self) {
        drop(self.fields.take());
        drop(self.base.take());
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
