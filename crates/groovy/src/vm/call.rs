//! Calls: arguments, the choice among overloads, and frames.

use std::rc::Rc;

use crate::ast::Access;
use crate::class::{ClassRef, ScriptClass};
use crate::closure::{Closure, Code};
use crate::code::{Call, CallFree, Expr, Function, FunctionId, New};
use crate::compile::{RED_ZONE, STACK};
use crate::list::{List, ListKind};
use crate::ops;
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::exec::Flow;
use crate::vm::frame::{Frame, SharedCell};
use crate::vm::loaded::Loaded;

/// What a closure of a script does.
pub(crate) struct ScriptCode {
    loaded: Rc<Loaded>,
    function: FunctionId,
    captured: Box<[Rc<SharedCell>]>,
    parameters: std::cell::OnceCell<Box<[Option<ClassRef>]>>,
}

impl ScriptCode {
    pub(crate) fn new(
        loaded: &Rc<Loaded>,
        function: FunctionId,
        captured: Box<[Rc<SharedCell>]>,
    ) -> Self {
        Self {
            loaded: Rc::clone(loaded),
            function,
            captured,
            parameters: std::cell::OnceCell::new(),
        }
    }
}

impl Code for ScriptCode {
    fn run(&self, vm: &mut Vm, closure: &Rc<Closure>, args: &[Value]) -> Result<Value> {
        let function = self.loaded.function(self.function);
        let callee = Callee {
            loaded: &self.loaded,
            id: self.function,
            this: &closure.this,
            closure: Some(closure),
            captured: &self.captured,
        };
        if function.implicit_it {
            return match args {
                [] => vm.run(&callee, &[Value::Null]),
                [_] => vm.run(&callee, args),
                _ => Err(Thrown::mismatch()),
            };
        }
        let count = function.params.len();
        let plain = args.len() == count && function.params.iter().all(|one| one.ty.is_none());
        if plain || vm.distance(&self.loaded, function, args).is_some() {
            return vm.run(&callee, args);
        }
        if let [Value::List(list)] = args
            && count > 1
        {
            let items = list.to_vec();
            if vm.distance(&self.loaded, function, &items).is_some() {
                return vm.run(&callee, &items);
            }
        }
        Err(Thrown::mismatch())
    }

    fn parameters(&self) -> &[Option<ClassRef>] {
        self.parameters.get_or_init(|| {
            let params = &self.loaded.function(self.function).params;
            let class = |ty| self.loaded.class_ref(ty).cloned();
            params.iter().map(|one| one.ty.and_then(class)).collect()
        })
    }

    fn implicit_it(&self) -> bool {
        self.loaded.function(self.function).implicit_it
    }

    fn class_name(&self) -> &str {
        &self.loaded.function(self.function).class_name
    }
}

/// A function and what it runs with.
pub(crate) struct Callee<'a> {
    pub(crate) loaded: &'a Rc<Loaded>,
    pub(crate) id: FunctionId,
    pub(crate) this: &'a Value,
    pub(crate) closure: Option<&'a Rc<Closure>>,
    pub(crate) captured: &'a [Rc<SharedCell>],
}

impl Vm {
    /// Evaluates arguments and hands them on.
    pub(crate) fn with_args<T>(
        &mut self,
        f: &Frame<'_>,
        args: &[Expr],
        then: impl FnOnce(&mut Self, &[Value]) -> Result<T>,
    ) -> Result<T> {
        match args {
            [] => then(self, &[]),
            [a] if !matches!(a, Expr::Spread(_)) => {
                let a = self.eval(f, a)?;
                then(self, &[a])
            }
            [a, b] if !matches!((a, b), (Expr::Spread(_), _) | (_, Expr::Spread(_))) => {
                let a = self.eval(f, a)?;
                let b = self.eval(f, b)?;
                then(self, &[a, b])
            }
            many => {
                let mut values = Vec::with_capacity(many.len());
                self.eval_into(f, many, &mut values)?;
                then(self, &values)
            }
        }
    }

    pub(crate) fn eval_call(&mut self, f: &Frame<'_>, call: &Call) -> Result<Value> {
        let object = self.eval(f, &call.object)?;
        match call.access {
            Access::Plain => {}
            Access::Safe if object.is_null() => return Ok(Value::Null),
            Access::Safe => {}
            Access::Spread => return self.call_spread(f, call, &object),
        }
        let name = self.name(f, &call.name)?;
        self.with_args(f, &call.args, |vm, args| {
            vm.at_line(call.line);
            vm.invoke(&object, &name, args)
        })
    }

    fn call_spread(&mut self, f: &Frame<'_>, call: &Call, object: &Value) -> Result<Value> {
        if object.is_null() {
            return Ok(Value::Null);
        }
        let name = self.name(f, &call.name)?;
        let items = self.items(object)?;
        self.with_args(f, &call.args, |vm, args| {
            let mut results = Vec::with_capacity(items.len());
            for item in &items {
                results.push(match item {
                    Value::Null => Value::Null,
                    item => vm.invoke(item, &name, args)?,
                });
            }
            Ok(Value::list(results))
        })
    }

    /// `f(x)`
    pub(crate) fn eval_free(&mut self, f: &Frame<'_>, call: &CallFree) -> Result<Value> {
        if let Some((ty, member)) = call.imported {
            let class = Value::Class(self.class_of(f, ty)?);
            let name = f.loaded.unit.name(member);
            return self.with_args(f, &call.args, |vm, args| vm.invoke(&class, name, args));
        }
        let name = self.name(f, &call.name)?;
        self.with_args(f, &call.args, |vm, args| {
            vm.at_line(call.line);
            match f.closure {
                Some(closure) => vm.invoke(&Value::Closure(Rc::clone(closure)), &name, args),
                None => vm.invoke(f.this, &name, args),
            }
        })
    }

    pub(crate) fn eval_super(&mut self, f: &Frame<'_>, call: &CallFree) -> Result<Value> {
        let name = self.name(f, &call.name)?;
        self.with_args(f, &call.args, |vm, args| {
            let above = f.loaded.class(f.function.class);
            above.call_super(vm, f.this, &name, args)
        })
    }

    pub(crate) fn eval_new(&mut self, f: &Frame<'_>, new: &New) -> Result<Value> {
        let class = self.class_of(f, new.ty)?;
        let captured = self.capture(f, &new.captures);
        let constant = new.constant.map(|(name, at)| (f.loaded.constant(name), at));
        self.with_args(f, &new.args, |vm, args| {
            vm.at_line(new.line);
            match f.loaded.unit.types.get(new.ty as usize) {
                Some(crate::code::TypeRef::Script(id)) => {
                    let class = f.loaded.class(*id);
                    class.make(vm, args, f.this, captured, constant)
                }
                _ => vm.new_instance(&class, args),
            }
        })
    }

    /// The nearest overload for these arguments.
    ///
    /// # Errors
    /// When several are equally near.
    pub(crate) fn choose(
        &mut self,
        loaded: &Rc<Loaded>,
        candidates: &[FunctionId],
        args: &[Value],
    ) -> Result<Option<FunctionId>> {
        let mut best: Option<(u64, FunctionId)> = None;
        let mut rival = None;
        for id in candidates {
            let Some(distance) = self.distance(loaded, loaded.function(*id), args) else {
                continue;
            };
            match best {
                Some((nearest, _)) if distance > nearest => {}
                Some((nearest, first)) if distance == nearest => rival = Some((first, *id)),
                _ => (best, rival) = (Some((distance, *id)), None),
            }
        }
        if let Some((first, second)) = rival {
            overlap(loaded, [first, second], args)?;
        }
        Ok(best.map(|(_, id)| id))
    }

    /// How far a function's parameters are from these arguments; `None` when they do not fit.
    pub(crate) fn distance(
        &mut self,
        loaded: &Rc<Loaded>,
        function: &Function,
        args: &[Value],
    ) -> Option<u64> {
        let params = &function.params;
        if args.len() == params.len() {
            let fits = self.plain_distance(loaded, function, args);
            if fits.is_some() {
                return fits;
            }
        }
        if function.varargs && args.len() + 1 >= params.len() {
            let (last, first) = params.split_last()?;
            let mut total = 1_000;
            for (param, arg) in first.iter().zip(args) {
                total += arg_distance(loaded, param.ty, arg)?;
            }
            let ClassRef::Array(element) = loaded.class_ref(last.ty?)? else {
                return None;
            };
            for arg in args.get(first.len()..)? {
                total += u64::from(ops::cast::distance(arg, Some(element))?);
            }
            return Some(total);
        }
        let defaults = params.iter().filter(|one| one.default.is_some()).count();
        let missing = params.len().checked_sub(args.len())?;
        if missing == 0 || missing > defaults {
            return None;
        }
        let given = given(function, args.len());
        let pairs = params.iter().zip(given);
        let taken = pairs.filter_map(|(param, given)| given.then_some(param.ty));
        let mut total = 1;
        for (ty, arg) in taken.zip(args) {
            total += arg_distance(loaded, ty, arg)?;
        }
        Some(total)
    }

    fn plain_distance(
        &mut self,
        loaded: &Rc<Loaded>,
        function: &Function,
        args: &[Value],
    ) -> Option<u64> {
        let mut total = 0;
        for (param, arg) in function.params.iter().zip(args) {
            total += arg_distance(loaded, param.ty, arg)?;
        }
        Some(total)
    }

    /// Runs a function whose parameters take these arguments.
    pub(crate) fn run(&mut self, callee: &Callee<'_>, args: &[Value]) -> Result<Value> {
        self.step(1)?;
        if self.depth >= self.limits.depth {
            return Err(throw_bare("StackOverflowError"));
        }
        self.depth += 1;
        self.lines.push((callee.id, 0));
        let result = stacker::maybe_grow(RED_ZONE, STACK, || self.run_here(callee, args));
        self.lines.pop();
        self.depth -= 1;
        result
    }

    fn run_here(&mut self, callee: &Callee<'_>, args: &[Value]) -> Result<Value> {
        let function = callee.loaded.function(callee.id);
        let frame = Frame {
            loaded: callee.loaded,
            function,
            this: callee.this,
            closure: callee.closure,
            captured: callee.captured,
            locals: self.stack.len(),
            cells: self.cells.len(),
        };
        let locals = self.stack.len() + function.locals as usize;
        self.stack.resize(locals, Value::Null);
        if function.cells > 0 {
            let cells = self.cells.len() + function.cells as usize;
            self.cells.resize_with(cells, Rc::default);
        }
        let result = self.run_in(&frame, args);
        self.stack.truncate(frame.locals);
        self.cells.truncate(frame.cells);
        result
    }

    fn run_in(&mut self, f: &Frame<'_>, args: &[Value]) -> Result<Value> {
        self.at_line(f.function.line);
        self.bind(f, args)?;
        match self.exec(f, &f.function.body)? {
            Flow::Return(value) => self.coerced(f, value, f.function.returns),
            _ => Ok(Value::Null),
        }
    }

    fn bind(&mut self, f: &Frame<'_>, args: &[Value]) -> Result<()> {
        let params = &f.function.params;
        if args.len() == params.len() && !self.collects(f, args) {
            for (param, arg) in params.iter().zip(args) {
                let value = self.coerced(f, arg.clone(), param.ty)?;
                self.begin(f, param.home, value);
            }
            return Ok(());
        }
        if f.function.varargs && args.len() + 1 >= params.len() {
            let Some((last, first)) = params.split_last() else {
                return Ok(());
            };
            for (param, arg) in first.iter().zip(args) {
                let value = self.coerced(f, arg.clone(), param.ty)?;
                self.begin(f, param.home, value);
            }
            let rest = args.get(first.len()..).unwrap_or_default().to_vec();
            let rest = Value::List(List::new(ListKind::ArrayList, rest));
            let rest = self.coerced(f, rest, last.ty)?;
            self.begin(f, last.home, rest);
            return Ok(());
        }
        let given = given(f.function, args.len());
        let mut args = args.iter();
        for (param, given) in params.iter().zip(given) {
            let value = match (&param.default, given) {
                (Some(default), false) => self.eval(f, default)?,
                _ => args.next().cloned().unwrap_or_default(),
            };
            let value = self.coerced(f, value, param.ty)?;
            self.begin(f, param.home, value);
        }
        Ok(())
    }

    /// Whether the last argument goes into the array of the last parameter.
    fn collects(&self, f: &Frame<'_>, args: &[Value]) -> bool {
        if !f.function.varargs {
            return false;
        }
        let last = f.function.params.last();
        let (Some(arg), Some(ty)) = (args.last(), last.and_then(|last| last.ty)) else {
            return false;
        };
        arg_distance(f.loaded, Some(ty), arg).is_none()
    }

    /// An object of a class.
    ///
    /// # Errors
    /// What the constructor throws; `GroovyRuntimeException` when none fits.
    pub fn new_instance(&mut self, class: &ClassRef, args: &[Value]) -> Result<Value> {
        self.step(1)?;
        match class {
            ClassRef::Script(class) => class.construct(self, args),
            ClassRef::Native(native) | ClassRef::Primitive(native) => {
                let Some(construct) = native.construct else {
                    return Err(self.no_constructor(class, args));
                };
                match construct(self, args) {
                    Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {
                        self.construct_with_map(class, construct, args)
                    }
                    other => other,
                }
            }
            ClassRef::Array(_) => Err(self.no_constructor(class, args)),
        }
    }

    /// `new T(a: 1)`: an empty object whose properties are set.
    fn construct_with_map(
        &mut self,
        class: &ClassRef,
        construct: crate::class::Function,
        args: &[Value],
    ) -> Result<Value> {
        if let [Value::Map(map)] = args {
            match construct(self, &[]) {
                Err(Thrown(why)) if matches!(*why, Why::Mismatch) => {}
                Err(thrown) => return Err(thrown),
                Ok(object) => {
                    for (key, value) in map.to_vec() {
                        let name = self.text(&key)?;
                        self.set(&object, &name, &value)?;
                    }
                    return Ok(object);
                }
            }
        }
        Err(self.no_constructor(class, args))
    }
}

/// Which parameters are given when some with defaults are not: those with defaults give way from
/// the right.
fn given(function: &Function, count: usize) -> Vec<bool> {
    let mut missing = function.params.len().saturating_sub(count);
    let mut given: Vec<bool> = Vec::with_capacity(function.params.len());
    for param in function.params.iter().rev() {
        let gives_way = missing > 0 && param.default.is_some();
        missing -= usize::from(gives_way);
        given.push(!gives_way);
    }
    given.reverse();
    given
}

/// Fails when Groovy would not choose between two functions either: they differ in what takes a
/// `null`, or in the order of their parameters.
fn overlap(loaded: &Rc<Loaded>, ids: [FunctionId; 2], args: &[Value]) -> Result<()> {
    let [first, second] = ids.map(|id| {
        let params = &loaded.function(id).params;
        let class = |ty: Option<u32>| match ty.and_then(|ty| loaded.class_ref(ty)) {
            Some(class) => ops::text::class_text(class),
            None => "class java.lang.Object".to_owned(),
        };
        params.iter().map(|one| class(one.ty)).collect::<Vec<_>>()
    });
    let sorted = |classes: &[String]| {
        let mut classes = classes.to_vec();
        classes.sort();
        classes
    };
    let same = first == second;
    if same || !(args.iter().any(Value::is_null) || sorted(&first) == sorted(&second)) {
        return Ok(());
    }
    let function = loaded.function(ids[0]);
    let method = format!("{}#{}", loaded.class(function.class).name(), function.name);
    let mut prototypes = [first.join(", "), second.join(", ")];
    prototypes.sort();
    Err(ops::ambiguous::ambiguous(&method, args, &prototypes))
}

fn arg_distance(loaded: &Rc<Loaded>, ty: Option<u32>, arg: &Value) -> Option<u64> {
    let class = ty.and_then(|ty| loaded.class_ref(ty));
    if arg.is_null() && class.is_none() {
        return Some(0);
    }
    ops::cast::distance(arg, class).map(u64::from)
}
