//! `new`: what constructors do.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::instance::Instance;
use super::{Above, ClassObject, callee, captured};
use crate::class::ClassRef;
use crate::code::StmtKind;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::SharedCell;

impl ClassObject {
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
        if let Some(id) = vm.choose(&loaded, &def.constructors, args)? {
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
        let no_args = vm.choose(&loaded, &def.constructors, &[])?;
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
            if let Some(id) = loaded.unit.id(name)
                && let Some(id) = above.find_method(vm, &loaded, id, args, false)?
            {
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
