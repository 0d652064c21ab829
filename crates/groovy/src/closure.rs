//! Closures.

pub(crate) mod class;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::class::ClassRef;
use crate::cycles::{self, Watched};
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// Where names inside a closure are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the Groovy constant its name says")]
pub enum Strategy {
    OwnerFirst,
    DelegateFirst,
    OwnerOnly,
    DelegateOnly,
    ToSelf,
}

/// What a closure does when it is called.
pub trait Code {
    /// Runs it with these arguments, which it matches to its parameters itself.
    ///
    /// # Errors
    /// What it throws.
    fn run(&self, vm: &mut Vm, closure: &Rc<Closure>, args: &[Value]) -> Result<Value>;

    /// Declared types of its parameters (`None` for `def`); one untyped for the implicit `it`.
    fn parameters(&self) -> &[Option<ClassRef>];

    /// The name of its class.
    fn class_name(&self) -> &str {
        "groovy.lang.Closure"
    }

    /// Whether it has the implicit `it`, so that it may be called without an argument.
    fn implicit_it(&self) -> bool {
        false
    }
}

/// A closure of a script, a method as a closure, or a closure made of others.
pub struct Closure {
    /// What it does.
    pub code: Rc<dyn Code>,
    /// The closure or object it was made in.
    pub owner: Value,
    /// `this` where it was made.
    pub this: Value,
    /// Set by builders and `with`; the owner at first.
    pub delegate: RefCell<Value>,
    /// Lookup order.
    pub strategy: Cell<Strategy>,
    watched: Cell<bool>,
}

impl Closure {
    /// A closure.
    #[must_use]
    pub fn new(code: Rc<dyn Code>, owner: Value, this: Value) -> Rc<Self> {
        Rc::new(Self {
            code,
            delegate: RefCell::new(owner.clone()),
            owner,
            this,
            strategy: Cell::new(Strategy::OwnerFirst),
            watched: Cell::new(false),
        })
    }

    /// A closure that a Rust function runs, with `parameters` untyped parameters.
    #[must_use]
    pub fn native(
        parameters: usize,
        run: impl Fn(&mut Vm, &[Value]) -> Result<Value> + 'static,
    ) -> Value {
        let code = Native {
            run,
            parameters: vec![None; parameters],
        };
        Value::Closure(Self::new(Rc::new(code), Value::Null, Value::Null))
    }

    /// A method of an object as a closure.
    #[must_use]
    pub(crate) fn method(
        owner: Value,
        run: impl Fn(&mut Vm, &[Value]) -> Result<Value> + 'static,
    ) -> Value {
        let code = Native {
            run,
            parameters: vec![None],
        };
        Value::Closure(Self::new(Rc::new(code), owner.clone(), owner))
    }

    /// The same closure with another delegate and strategy, as `with` and builders use it.
    #[must_use]
    pub fn rehydrated(&self, delegate: Value, strategy: Strategy) -> Rc<Self> {
        Rc::new(Self {
            code: Rc::clone(&self.code),
            owner: self.owner.clone(),
            this: self.this.clone(),
            delegate: RefCell::new(delegate),
            strategy: Cell::new(strategy),
            watched: Cell::new(false),
        })
    }

    /// Sets the delegate.
    pub fn set_delegate(self: &Rc<Self>, delegate: Value) {
        if delegate.is_compound() && !self.watched.replace(true) {
            cycles::watch(Watched::Closure(Rc::downgrade(self)));
        }
        drop(self.delegate.replace(delegate));
    }

    /// Number of parameters.
    #[must_use]
    pub fn arity(&self) -> usize {
        self.code.parameters().len()
    }
}

struct Native<F> {
    run: F,
    parameters: Vec<Option<ClassRef>>,
}

impl<F: Fn(&mut Vm, &[Value]) -> Result<Value>> Code for Native<F> {
    fn run(&self, vm: &mut Vm, _closure: &Rc<Closure>, args: &[Value]) -> Result<Value> {
        (self.run)(vm, args)
    }

    fn parameters(&self) -> &[Option<ClassRef>] {
        &self.parameters
    }
}
