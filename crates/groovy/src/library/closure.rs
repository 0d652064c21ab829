//! `groovy.lang.Closure`.

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::closure::{Closure, Code, Strategy};
use crate::library::args;
use crate::library::io::Writable;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `groovy.lang.Closure`
pub static CLOSURE: Class = Class::new("groovy.lang.Closure")
    .constants(&[
        ("OWNER_FIRST", || Value::Int(0)),
        ("DELEGATE_FIRST", || Value::Int(1)),
        ("OWNER_ONLY", || Value::Int(2)),
        ("DELEGATE_ONLY", || Value::Int(3)),
        ("TO_SELF", || Value::Int(4)),
        ("IDENTITY", || {
            Closure::native(1, |_, args| {
                Ok(args.first().cloned().unwrap_or(Value::Null))
            })
        }),
    ])
    .methods(&[
        ("asWritable", as_writable),
        ("call", |vm, this, args| vm.call(this, args)),
        ("clone", |_, this, _| {
            let closure = args::closure(this)?;
            let delegate = closure.delegate.borrow().clone();
            Ok(Value::Closure(
                closure.rehydrated(delegate, closure.strategy.get()),
            ))
        }),
        ("curry", |_, this, args| curry(this, Place::Left, args)),
        ("doCall", |vm, this, args| vm.call(this, args)),
        ("getDelegate", |_, this, _| {
            Ok(args::closure(this)?.delegate.borrow().clone())
        }),
        ("getMaximumNumberOfParameters", |_, this, _| {
            Ok(args::size(args::closure(this)?.arity()))
        }),
        ("getOwner", |_, this, _| {
            Ok(args::closure(this)?.owner.clone())
        }),
        ("getParameterTypes", parameter_types),
        ("getResolveStrategy", |_, this, _| {
            Ok(Value::Int(args::closure(this)?.strategy.get() as i32))
        }),
        ("getThisObject", |_, this, _| {
            Ok(args::closure(this)?.this.clone())
        }),
        ("isCase", |vm, this, args| {
            let answer = vm.call(this, args)?;
            vm.truth(&answer).map(Value::Bool)
        }),
        ("leftShift", |_, this, args| {
            compose(args.first(), Some(this))
        }),
        ("memoize", memoize),
        ("memoizeAtLeast", memoize),
        ("memoizeAtMost", memoize),
        ("memoizeBetween", memoize),
        ("ncurry", |_, this, args| match args {
            [at, bound @ ..] => curry(this, Place::At(args::int(at)?), bound),
            [] => Err(Thrown::mismatch()),
        }),
        ("rcurry", |_, this, args| curry(this, Place::Right, args)),
        ("rehydrate", rehydrate),
        ("rightShift", |_, this, args| {
            compose(Some(this), args.first())
        }),
        ("run", |vm, this, _| vm.call(this, &[]).map(|_| Value::Null)),
        ("setDelegate", set_delegate),
        ("setResolveStrategy", set_strategy),
    ]);

pub(super) static CLASSES: &[&Class] = &[&CLOSURE];

#[derive(Clone, Copy)]
enum Place {
    Left,
    Right,
    At(i32),
}

/// A closure some of whose arguments are given already.
struct Curried {
    inner: Rc<Closure>,
    bound: Vec<Value>,
    place: Place,
    open: Vec<Option<ClassRef>>,
}

impl Code for Curried {
    fn run(&self, vm: &mut Vm, closure: &Rc<Closure>, args: &[Value]) -> Result<Value> {
        let at = match self.place {
            Place::Left => 0,
            Place::Right => args.len(),
            Place::At(at) => from_end(at, args.len() + self.bound.len()),
        };
        let mut all = args.to_vec();
        let at = at.min(all.len());
        all.splice(at..at, self.bound.iter().cloned());
        let delegate = closure.delegate.borrow().clone();
        let inner = self.inner.rehydrated(delegate, closure.strategy.get());
        vm.call(&Value::Closure(inner), &all)
    }

    fn parameters(&self) -> &[Option<ClassRef>] {
        &self.open
    }
}

fn from_end(at: i32, len: usize) -> usize {
    let back = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
    if at < 0 {
        len.saturating_sub(back)
    } else {
        back
    }
}

/// `curry(…)`, `rcurry(…)`, `ncurry(at, …)`
fn curry(this: &Value, place: Place, bound: &[Value]) -> Result<Value> {
    let inner = args::closure(this)?;
    let mut open = inner.code.parameters().to_vec();
    if bound.len() > open.len() {
        return Err(throw(
            "java.lang.IllegalArgumentException",
            format!(
                "Can't curry {} arguments for a closure with {} parameters.",
                bound.len(),
                open.len()
            ),
        ));
    }
    let at = match place {
        Place::Left => 0,
        Place::Right => open.len() - bound.len(),
        Place::At(at) => from_end(at, open.len()).min(open.len() - bound.len()),
    };
    open.drain(at..at + bound.len());
    let code = Curried {
        inner: Rc::clone(inner),
        bound: bound.to_vec(),
        place,
        open,
    };
    derived(inner, Rc::new(code))
}

/// A closure made of another one, which has its owner and delegate.
fn derived(of: &Rc<Closure>, code: Rc<dyn Code>) -> Result<Value> {
    let delegate = of.delegate.borrow().clone();
    let closure = Closure::new(code, of.owner.clone(), of.this.clone());
    closure.set_delegate(delegate);
    closure.strategy.set(of.strategy.get());
    Ok(Value::Closure(closure))
}

/// Two closures one after the other.
struct Composed {
    first: Rc<Closure>,
    then: Rc<Closure>,
}

impl Code for Composed {
    fn run(&self, vm: &mut Vm, _closure: &Rc<Closure>, args: &[Value]) -> Result<Value> {
        let between = vm.call(&Value::Closure(Rc::clone(&self.first)), args)?;
        vm.call(&Value::Closure(Rc::clone(&self.then)), &[between])
    }

    fn parameters(&self) -> &[Option<ClassRef>] {
        self.first.code.parameters()
    }

    fn implicit_it(&self) -> bool {
        self.first.code.implicit_it()
    }
}

/// `first >> then`, `then << first`
fn compose(first: Option<&Value>, then: Option<&Value>) -> Result<Value> {
    let (Some(Value::Closure(first)), Some(Value::Closure(then))) = (first, then) else {
        return Err(Thrown::mismatch());
    };
    let code = Composed {
        first: Rc::clone(first),
        then: Rc::clone(then),
    };
    derived(first, Rc::new(code))
}

/// A closure that remembers its results.
struct Memoized {
    inner: Rc<Closure>,
    results: Rc<Map>,
}

impl Code for Memoized {
    fn run(&self, vm: &mut Vm, _closure: &Rc<Closure>, args: &[Value]) -> Result<Value> {
        let key = Value::list(args.to_vec());
        if let Some(known) = self.results.get(&key) {
            return Ok(known);
        }
        let result = vm.call(&Value::Closure(Rc::clone(&self.inner)), args)?;
        self.results.put(key, result.clone());
        Ok(result)
    }

    fn parameters(&self) -> &[Option<ClassRef>] {
        self.inner.code.parameters()
    }

    fn implicit_it(&self) -> bool {
        self.inner.code.implicit_it()
    }
}

/// `memoize()` and its forms, which say how much Java may forget.
fn memoize(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let inner = args::closure(this)?;
    let code = Memoized {
        inner: Rc::clone(inner),
        results: Map::new(MapKind::Linked),
    };
    derived(inner, Rc::new(code))
}

fn set_delegate(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [delegate] = args else {
        return Err(Thrown::mismatch());
    };
    args::closure(this)?.set_delegate(delegate.clone());
    Ok(Value::Null)
}

fn set_strategy(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [strategy] = args else {
        return Err(Thrown::mismatch());
    };
    args::closure(this)?
        .strategy
        .set(match args::int(strategy)? {
            1 => Strategy::DelegateFirst,
            2 => Strategy::OwnerOnly,
            3 => Strategy::DelegateOnly,
            4 => Strategy::ToSelf,
            _ => Strategy::OwnerFirst,
        });
    Ok(Value::Null)
}

/// `rehydrate(delegate, owner, this)`
fn rehydrate(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (closure, [delegate, owner, object]) = (args::closure(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let made = Closure::new(Rc::clone(&closure.code), owner.clone(), object.clone());
    made.set_delegate(delegate.clone());
    made.strategy.set(closure.strategy.get());
    Ok(Value::Closure(made))
}

fn parameter_types(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let object = || ClassRef::Native(&super::object::OBJECT);
    let types = args::closure(this)?.code.parameters().iter();
    let types = types.map(|one| Value::Class(one.clone().unwrap_or_else(object)));
    let kind = ListKind::Array(&super::object::CLASS);
    Ok(Value::List(List::new(kind, types.collect())))
}

/// `asWritable()`: what the closure writes to the writer it is called with.
fn as_writable(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let writer = super::io::string_writer();
    vm.call(this, std::slice::from_ref(&writer))?;
    let text = vm.text(&writer)?;
    Ok(Writable::value(text))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::testing::{shown, vm};

    fn minus() -> Value {
        Closure::native(2, |_, args| match args {
            [Value::Int(a), Value::Int(b)] => Ok(Value::Int(a - b)),
            _ => Err(Thrown::mismatch()),
        })
    }

    fn run(vm: &mut Vm, closure: &Value, how: &str, with: &[Value], args: &[Value]) -> String {
        let made = vm.invoke(closure, how, with).unwrap();
        let result = vm.call(&made, args);
        shown(vm, result)
    }

    #[test]
    fn arguments_are_bound_left_right_and_between() {
        let mut vm = vm();
        let (one, ten) = ([Value::Int(1)], [Value::Int(10)]);
        assert_eq!(run(&mut vm, &minus(), "curry", &ten, &one), "Integer 9");
        assert_eq!(run(&mut vm, &minus(), "rcurry", &ten, &one), "Integer -9");
        let second = [Value::Int(1), Value::Int(10)];
        assert_eq!(
            run(&mut vm, &minus(), "ncurry", &second, &one),
            "Integer -9"
        );
        let result = vm.invoke(&minus(), "curry", &[Value::Null, Value::Null, Value::Null]);
        assert_eq!(
            shown(&mut vm, result),
            "!IllegalArgumentException Can't curry 3 arguments for a closure with 2 parameters."
        );
    }

    #[test]
    fn composition_runs_in_the_direction_of_the_arrow() {
        let mut vm = vm();
        let less = vm.invoke(&minus(), "rcurry", &[Value::Int(1)]).unwrap();
        let negative = vm.invoke(&minus(), "curry", &[Value::Int(0)]).unwrap();
        let five = [Value::Int(5)];
        let other = std::slice::from_ref(&negative);
        assert_eq!(
            run(&mut vm, &less, "rightShift", other, &five),
            "Integer -4"
        );
        assert_eq!(run(&mut vm, &less, "leftShift", other, &five), "Integer -6");
    }

    #[test]
    fn a_memoized_closure_runs_once_for_the_same_arguments() {
        let mut vm = vm();
        let calls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&calls);
        let counting = Closure::native(1, move |_, args| {
            counted.set(counted.get() + 1);
            Ok(args[0].clone())
        });
        let memoized = vm.invoke(&counting, "memoize", &[]).unwrap();
        for number in [1, 2, 1, 2, 2] {
            vm.call(&memoized, &[Value::Int(number)]).unwrap();
        }
        assert_eq!(calls.get(), 2);
    }
}
