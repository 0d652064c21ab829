//! Statements.

use crate::class::ClassRef;
use crate::code::{Block, Catch, Expr, Home, Label, Stmt, StmtKind, Switch, Try, TypeId, TypeRef};
use crate::library::collection::Cursor;
use crate::library::throwable;
use crate::list::List;
use crate::ops;
use crate::throwable::{Throwable, throw_bare};
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Frame;

/// How a statement ends.
pub(crate) enum Flow {
    Next,
    Return(Value),
    Break(Label),
    Continue(Label),
}

/// What a loop does after a turn.
enum Turn {
    Again,
    Done,
    Leave(Flow),
}

impl Vm {
    pub(crate) fn exec(&mut self, f: &Frame<'_>, block: &Block) -> Result<Flow> {
        for stmt in block {
            match self.exec_one(f, stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn exec_one(&mut self, f: &Frame<'_>, stmt: &Stmt) -> Result<Flow> {
        self.at_line(stmt.line);
        let result = match &stmt.kind {
            StmtKind::Expr(expr) => self.eval(f, expr).map(|value| {
                self.trace(f, stmt.line, &value);
                Flow::Next
            }),
            StmtKind::Return(Some(expr)) => self.eval(f, expr).map(|value| {
                self.trace(f, stmt.line, &value);
                Flow::Return(value)
            }),
            StmtKind::Return(None) => Ok(Flow::Return(Value::Null)),
            StmtKind::If {
                cond,
                then,
                otherwise,
            } => match self.condition(f, cond) {
                Ok(holds) => {
                    self.trace(f, stmt.line, &Value::Bool(holds));
                    return self.exec(f, if holds { then } else { otherwise });
                }
                Err(thrown) => Err(thrown),
            },
            StmtKind::Declare { home, ty, init } => {
                self.declare(f, *home, *ty, init.as_ref()).map(|value| {
                    self.trace(f, stmt.line, &value);
                    Flow::Next
                })
            }
            other => self.exec_other(f, other),
        };
        match result {
            Ok(flow) => Ok(flow),
            Err(thrown) => Err(self.traced(thrown)),
        }
    }

    fn exec_other(&mut self, f: &Frame<'_>, stmt: &StmtKind) -> Result<Flow> {
        match stmt {
            StmtKind::DeclareMany { variables, init } => {
                let values = self.eval(f, init)?;
                for (index, (home, ty)) in variables.iter().enumerate() {
                    let value = self.nth(&values, index)?;
                    let value = self.coerced(f, value, *ty)?;
                    self.begin(f, *home, value);
                }
                Ok(Flow::Next)
            }
            StmtKind::While { label, cond, body } => {
                while self.condition(f, cond)? {
                    match self.turn(f, *label, body)? {
                        Turn::Again => {}
                        Turn::Done => break,
                        Turn::Leave(flow) => return Ok(flow),
                    }
                }
                Ok(Flow::Next)
            }
            StmtKind::For {
                label,
                init,
                cond,
                update,
                body,
            } => {
                self.exec(f, init)?;
                self.count(f, *label, cond.as_ref(), update, body)
            }
            StmtKind::ForIn {
                label,
                home,
                ty,
                iterable,
                body,
            } => {
                let items = self.eval(f, iterable)?;
                self.each(f, &items, (*home, *ty), *label, body)
            }
            StmtKind::Switch(switch) => self.switch(f, switch),
            StmtKind::Try(attempt) => self.attempt(f, attempt),
            StmtKind::Throw(value) => {
                let value = self.eval(f, value)?;
                Err(self.thrown(value))
            }
            StmtKind::Break(label) => Ok(Flow::Break(*label)),
            StmtKind::Continue(label) => Ok(Flow::Continue(*label)),
            StmtKind::Block { label, body } => Ok(match self.exec(f, body)? {
                Flow::Break(to) if to == *label && to != 0 => Flow::Next,
                other => other,
            }),
            StmtKind::Assert(assert) => self.assertion(f, assert).map(|()| Flow::Next),
            StmtKind::Construct(construct) => {
                self.construct_above(f, construct).map(|()| Flow::Next)
            }
            _ => Ok(Flow::Next),
        }
    }

    fn declare(
        &mut self,
        f: &Frame<'_>,
        home: Home,
        ty: Option<TypeId>,
        init: Option<&Expr>,
    ) -> Result<Value> {
        let value = match init {
            Some(init) => {
                let value = self.eval(f, init)?;
                self.coerced(f, value, ty)?
            }
            None => Value::Null,
        };
        if self.watched {
            self.begin(f, home, value.clone());
            return Ok(value);
        }
        self.begin(f, home, value);
        Ok(Value::Null)
    }

    /// The value as a variable of a declared type stores it.
    pub(crate) fn coerced(
        &mut self,
        f: &Frame<'_>,
        value: Value,
        ty: Option<TypeId>,
    ) -> Result<Value> {
        let Some(class) = ty.and_then(|ty| f.loaded.class_ref(ty)) else {
            return Ok(value);
        };
        let as_it_is = match (&value, class) {
            (Value::Str(_), ClassRef::Native(class)) => {
                std::ptr::eq(*class, &raw const crate::library::string::STRING)
            }
            (Value::Int(_), ClassRef::Primitive(class) | ClassRef::Native(class)) => {
                std::ptr::eq(*class, &raw const crate::library::number::INTEGER)
            }
            _ => false,
        };
        if as_it_is {
            return Ok(value);
        }
        self.cast(&value, class)
    }

    /// What `def (a, b) = values` gives to the variable at `index`.
    pub(crate) fn nth(&mut self, values: &Value, index: usize) -> Result<Value> {
        match values {
            Value::List(list) => Ok(list.get(index).unwrap_or_default()),
            other => {
                let index = Value::Int(i32::try_from(index).unwrap_or(i32::MAX));
                self.invoke(other, "getAt", &[index])
            }
        }
    }

    fn turn(&mut self, f: &Frame<'_>, label: Label, body: &Block) -> Result<Turn> {
        self.step(1)?;
        Ok(match self.exec(f, body)? {
            Flow::Next | Flow::Continue(0) => Turn::Again,
            Flow::Break(0) => Turn::Done,
            Flow::Continue(to) if to == label => Turn::Again,
            Flow::Break(to) if to == label => Turn::Done,
            other => Turn::Leave(other),
        })
    }

    fn count(
        &mut self,
        f: &Frame<'_>,
        label: Label,
        cond: Option<&Expr>,
        update: &[Expr],
        body: &Block,
    ) -> Result<Flow> {
        loop {
            if let Some(cond) = cond
                && !self.condition(f, cond)?
            {
                return Ok(Flow::Next);
            }
            match self.turn(f, label, body)? {
                Turn::Again => {}
                Turn::Done => return Ok(Flow::Next),
                Turn::Leave(flow) => return Ok(flow),
            }
            for expr in update {
                self.eval(f, expr)?;
            }
        }
    }

    fn each(
        &mut self,
        f: &Frame<'_>,
        items: &Value,
        (home, ty): (Home, Option<TypeId>),
        label: Label,
        body: &Block,
    ) -> Result<Flow> {
        if let Value::List(list) = items {
            return self.each_of_list(f, list, (home, ty), label, body);
        }
        self.begin(f, home, Value::Null);
        let mut cursor = match items {
            Value::Class(_) => {
                let constants = Value::list(self.items(items)?);
                Cursor::over(self, &constants)?
            }
            items => Cursor::over(self, items)?,
        };
        while let Some(item) = cursor.next(self)? {
            let item = self.coerced(f, item, ty)?;
            self.write(f, home, item);
            match self.turn(f, label, body)? {
                Turn::Again => {}
                Turn::Done => break,
                Turn::Leave(flow) => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    /// A list may not change while it is iterated.
    fn each_of_list(
        &mut self,
        f: &Frame<'_>,
        list: &std::rc::Rc<List>,
        (home, ty): (Home, Option<TypeId>),
        label: Label,
        body: &Block,
    ) -> Result<Flow> {
        let changes = list.changes();
        let mut index = 0;
        self.begin(f, home, Value::Null);
        while index != list.len() {
            let item = list.get(index).unwrap_or_default();
            let item = self.coerced(f, item, ty)?;
            self.write(f, home, item);
            match self.turn(f, label, body)? {
                Turn::Again => {}
                Turn::Done => return Ok(Flow::Next),
                Turn::Leave(flow) => return Ok(flow),
            }
            index += 1;
            if list.changes() != changes && index != list.len() {
                return Err(throw_bare("ConcurrentModificationException"));
            }
        }
        Ok(Flow::Next)
    }

    fn switch(&mut self, f: &Frame<'_>, switch: &Switch) -> Result<Flow> {
        let subject = self.eval(f, &switch.subject)?;
        let mut start = None;
        for (label, at) in &switch.cases {
            if let Some(label) = label {
                let label = self.eval(f, label)?;
                if self.is_case(&label, &subject)? {
                    start = Some(*at);
                    break;
                }
            }
        }
        let default = switch.cases.iter().find(|(label, _)| label.is_none());
        let Some(start) = start.or_else(|| default.map(|(_, at)| *at)) else {
            return Ok(Flow::Next);
        };
        for stmt in switch.body.get(start..).unwrap_or_default() {
            match self.exec_one(f, stmt)? {
                Flow::Next => {}
                Flow::Break(to) if to == 0 || to == switch.label => return Ok(Flow::Next),
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn attempt(&mut self, f: &Frame<'_>, attempt: &Try) -> Result<Flow> {
        let mut result = self.exec(f, &attempt.body);
        if let Err(thrown) = result {
            result = self.catch(f, thrown, &attempt.catches);
        }
        if matches!(&result, Err(Thrown(why)) if matches!(**why, Why::Limit(_))) {
            return result;
        }
        if let Some(finally) = &attempt.finally {
            match self.exec(f, finally)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        result
    }

    fn catch(&mut self, f: &Frame<'_>, thrown: Thrown, catches: &[Catch]) -> Result<Flow> {
        let Why::Exception(value) = &*thrown.0 else {
            return Err(thrown);
        };
        let any = ClassRef::Native(&throwable::EXCEPTION);
        let found = catches.iter().find(|one| {
            (one.types.is_empty() && ops::cast::is_instance(value, &any))
                || one.types.iter().any(|ty| Self::catches(f, value, ty))
        });
        let Some(found) = found else {
            return Err(thrown);
        };
        self.begin(f, found.home, value.clone());
        self.exec(f, &found.body)
    }

    /// Whether a value is of this type; classes that only the host knows are told by their names.
    pub(crate) fn catches(f: &Frame<'_>, value: &Value, ty: &TypeRef) -> bool {
        match ty {
            TypeRef::Unknown(name) => {
                let thrown = value.downcast::<Throwable>();
                thrown.is_some_and(|thrown| thrown.class_name() == name.as_str())
            }
            known => f
                .loaded
                .resolve(known)
                .is_some_and(|class| ops::cast::is_instance(value, &class)),
        }
    }

    pub(crate) fn condition(&mut self, f: &Frame<'_>, cond: &Expr) -> Result<bool> {
        match self.eval(f, cond)? {
            Value::Bool(yes) => Ok(yes),
            other => self.truth(&other),
        }
    }
}
