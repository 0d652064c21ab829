//! `Matcher`.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::class::{Class, ClassRef, Method};
use crate::library::params;
use crate::library::regex::{
    after, all_matches, group_value, match_value, pattern, replace, search, unit, whole,
};
use crate::library::string::builder::Builder;
use crate::library::string::index::{byte_near, position};
use crate::object::Object;
use crate::regex::{Groups, Mode, Regex};
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Limit, Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.regex.Matcher`
pub(super) static MATCHER: Class = Class::new("java.util.regex.Matcher")
    .statics(&[("quoteReplacement", |vm, args| match args {
        [text] => {
            let text = params::text(vm, text)?;
            Ok(Value::text(text.replace('\\', "\\\\").replace('$', "\\$")))
        }
        _ => Err(Thrown::mismatch()),
    })])
    .methods(METHODS);

static METHODS: &[(&str, Method)] = &[
    ("find", find),
    ("matches", |vm, this, _| anchored(vm, this, Mode::Whole)),
    ("lookingAt", |vm, this, _| anchored(vm, this, Mode::Prefix)),
    ("group", group),
    ("groupCount", |_, this, _| {
        Ok(Value::Int(position(of(this)?.regex().groups)))
    }),
    ("hasGroup", |_, this, _| {
        Ok(Value::Bool(of(this)?.regex().groups > 0))
    }),
    ("start", |vm, this, args| {
        bound(vm, this, args, |span| span.0)
    }),
    ("end", |vm, this, args| bound(vm, this, args, |span| span.1)),
    ("reset", reset),
    ("usePattern", |vm, this, args| match args {
        [new] => {
            let regex = super::regex_of(vm, new)?;
            let matcher = of(this)?;
            *matcher.regex.borrow_mut() = regex;
            matcher.state.replace(None);
            Ok(this.clone())
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("pattern", |_, this, _| Ok(pattern(of(this)?.regex()))),
    ("replaceAll", |vm, this, args| {
        replaced(vm, this, args, usize::MAX)
    }),
    ("replaceFirst", |vm, this, args| replaced(vm, this, args, 1)),
    ("appendReplacement", append_replacement),
    ("appendTail", append_tail),
    ("toMatchResult", |_, this, _| {
        Ok(Value::object(of(this)?.copy()))
    }),
    ("getCount", count),
    ("size", |vm, this, _| {
        match i64::try_from(of(this)?.all(vm)?.len()) {
            Ok(size) => Ok(Value::Long(size)),
            Err(_) => Err(Thrown::mismatch()),
        }
    }),
    ("getAt", get_at),
    ("setIndex", |vm, this, args| match args {
        [index] => {
            let index = params::int(index)?;
            let all = of(this)?.all(vm)?;
            let at = in_range(index, all.len())?;
            of(this)?.state.replace(all.into_iter().nth(at));
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("hitEnd", |_, this, _| {
        let matcher = of(this)?;
        let end = matcher
            .state
            .borrow()
            .as_ref()
            .map(|groups| whole(groups).1);
        Ok(Value::Bool(
            end.is_none_or(|end| end == matcher.text().len()),
        ))
    }),
];

struct Matcher {
    regex: RefCell<Arc<Regex>>,
    text: RefCell<Str>,
    /// The match that was found last.
    state: RefCell<Option<Groups>>,
    /// The end of the match before.
    last: Cell<usize>,
    /// Where the next search begins; `None` past the end.
    next: Cell<Option<usize>>,
    /// Up to where `appendReplacement` came.
    appended: Cell<usize>,
    /// Steps of one search.
    limit: u64,
    /// Whether a search for truth was given up.
    exhausted: Cell<bool>,
}

impl Matcher {
    fn regex(&self) -> Arc<Regex> {
        Arc::clone(&self.regex.borrow())
    }

    fn text(&self) -> Str {
        self.text.borrow().clone()
    }

    fn copy(&self) -> Self {
        Self {
            regex: RefCell::new(self.regex()),
            text: RefCell::new(self.text()),
            state: RefCell::new(self.state.borrow().clone()),
            last: self.last.clone(),
            next: self.next.clone(),
            appended: Cell::new(0),
            limit: self.limit,
            exhausted: Cell::new(false),
        }
    }

    fn reset(&self) {
        self.state.replace(None);
        self.last.set(0);
        self.next.set(Some(0));
        self.appended.set(0);
    }

    /// Keeps what a search found.
    fn found(&self, groups: Option<Groups>) -> bool {
        if let Some(groups) = &groups {
            let (start, end) = whole(groups);
            self.last.set(end);
            self.next.set(after(&self.text.borrow(), start, end));
        }
        let found = groups.is_some();
        self.state.replace(groups);
        found
    }

    fn find(&self, vm: &mut Vm) -> Result<bool> {
        if self.exhausted.get() {
            return Err(Thrown::limit(Limit::Regex));
        }
        let Some(from) = self.next.get() else {
            self.state.replace(None);
            return Ok(false);
        };
        let (regex, text) = (self.regex(), self.text());
        let groups = search(vm, &regex, &text, (from, self.last.get()), Mode::Find)?;
        Ok(self.found(groups))
    }

    /// All matches; the matcher is then as new.
    fn all(&self, vm: &mut Vm) -> Result<Vec<Groups>> {
        self.reset();
        all_matches(vm, &self.regex(), &self.text())
    }
}

impl Object for Matcher {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&MATCHER)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let text = self.text();
        let last = match &*self.state.borrow() {
            Some(groups) => {
                let (from, to) = whole(groups);
                text.get(from..to).unwrap_or("").to_owned()
            }
            None => String::new(),
        };
        let pattern = &self.regex().pattern;
        let units = text.units();
        let shown =
            format!("java.util.regex.Matcher[pattern={pattern} region=0,{units} lastmatch={last}]");
        Ok(Some(shown.into()))
    }

    /// Whether there is a next match, which it goes to.
    fn truth(&self) -> bool {
        let Some(from) = self.next.get() else {
            self.state.replace(None);
            return false;
        };
        let (regex, text) = (self.regex(), self.text());
        let mut steps = self.limit;
        match regex.find(&text, from, self.last.get(), Mode::Find, &mut steps) {
            Ok(groups) => self.found(groups),
            Err(_) => {
                self.exhausted.set(true);
                false
            }
        }
    }

    fn items(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        let all = self.all(vm)?;
        let (regex, text) = (self.regex(), self.text());
        let values = all.iter().map(|groups| match_value(&regex, &text, groups));
        Ok(Some(values.collect()))
    }
}

/// A `Matcher`.
pub(crate) fn matcher(vm: &Vm, regex: Arc<Regex>, text: Str) -> Value {
    Value::object(Matcher {
        regex: RefCell::new(regex),
        text: RefCell::new(text),
        state: RefCell::new(None),
        last: Cell::new(0),
        next: Cell::new(Some(0)),
        appended: Cell::new(0),
        limit: vm.limits().regex_steps,
        exhausted: Cell::new(false),
    })
}

fn of(value: &Value) -> Result<&Matcher> {
    value.downcast().ok_or_else(Thrown::mismatch)
}

/// `find()` and `find(start)`
fn find(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let matcher = of(this)?;
    match args {
        [] => Ok(Value::Bool(matcher.find(vm)?)),
        [start @ (Value::Int(_) | Value::Short(_) | Value::Byte(_))] => {
            let text = matcher.text();
            let start = usize::try_from(params::int(start)?).ok();
            let start = start.filter(|start| *start <= text.units());
            let Some(start) = start.and_then(|start| byte_near(&text, start)) else {
                return Err(throw("IndexOutOfBoundsException", "Illegal start index"));
            };
            matcher.reset();
            matcher.next.set(Some(start));
            Ok(Value::Bool(matcher.find(vm)?))
        }
        [closure @ Value::Closure(_)] => {
            let all = Value::list(vm.items(this)?);
            vm.invoke(&all, "find", std::slice::from_ref(closure))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn anchored(vm: &mut Vm, this: &Value, mode: Mode) -> Result<Value> {
    let matcher = of(this)?;
    let (regex, text) = (matcher.regex(), matcher.text());
    let groups = search(vm, &regex, &text, (0, 0), mode)?;
    Ok(Value::Bool(matcher.found(groups)))
}

/// The number of a group argument: a number or a name.
fn group_number(vm: &mut Vm, regex: &Regex, args: &[Value]) -> Result<usize> {
    match args {
        [] => Ok(0),
        [name] if params::is_text(name) => {
            let name = params::text(vm, name)?;
            regex.named(&name).ok_or_else(|| {
                let message = format!("No group with name <{name}>");
                throw("IllegalArgumentException", message)
            })
        }
        [number] => {
            let number = params::int(number)?;
            let known = usize::try_from(number).ok().filter(|n| *n <= regex.groups);
            known.ok_or_else(|| throw("IndexOutOfBoundsException", format!("No group {number}")))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn group(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let matcher = of(this)?;
    let Some(groups) = matcher.state.borrow().clone() else {
        return Err(throw("IllegalStateException", "No match found"));
    };
    let number = group_number(vm, &matcher.regex(), args)?;
    Ok(group_value(
        &matcher.text(),
        groups.get(number).copied().flatten(),
    ))
}

fn bound(
    vm: &mut Vm,
    this: &Value,
    args: &[Value],
    side: fn((usize, usize)) -> usize,
) -> Result<Value> {
    let matcher = of(this)?;
    let Some(groups) = matcher.state.borrow().clone() else {
        return Err(throw("IllegalStateException", "No match available"));
    };
    let number = group_number(vm, &matcher.regex(), args)?;
    Ok(match groups.get(number).copied().flatten() {
        Some(span) => unit(&matcher.text(), side(span)),
        None => Value::Int(-1),
    })
}

fn reset(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let matcher = of(this)?;
    match args {
        [] => {}
        [text] => {
            let text = params::text(vm, text)?;
            *matcher.text.borrow_mut() = text;
        }
        _ => return Err(Thrown::mismatch()),
    }
    matcher.reset();
    Ok(this.clone())
}

fn replaced(vm: &mut Vm, this: &Value, args: &[Value], most: usize) -> Result<Value> {
    let matcher = of(this)?;
    matcher.reset();
    let [with] = args else {
        return Err(Thrown::mismatch());
    };
    let (regex, text) = (matcher.regex(), matcher.text());
    replace::replace(vm, &regex, &text, with, most).map(Value::Str)
}

fn append_replacement(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [out, with] = args else {
        return Err(Thrown::mismatch());
    };
    let matcher = of(this)?;
    let Some(groups) = matcher.state.borrow().clone() else {
        return Err(throw("IllegalStateException", "No match available"));
    };
    let out = out.downcast_rc::<Builder>().ok_or_else(Thrown::mismatch)?;
    let with = params::text(vm, with)?;
    let text = matcher.text();
    let (start, end) = whole(&groups);
    let mut added = text
        .get(matcher.appended.get()..start)
        .unwrap_or("")
        .to_owned();
    replace::expand(&mut added, &with, &matcher.regex(), &text, &groups)?;
    matcher.appended.set(end);
    out.push(vm, &added)?;
    Ok(this.clone())
}

fn append_tail(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [out] = args else {
        return Err(Thrown::mismatch());
    };
    let matcher = of(this)?;
    let builder = out.downcast_rc::<Builder>().ok_or_else(Thrown::mismatch)?;
    let text = matcher.text();
    builder.push(vm, text.get(matcher.appended.get()..).unwrap_or(""))?;
    Ok(out.clone())
}

fn count(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    Ok(Value::Int(position(of(this)?.all(vm)?.len())))
}

/// An index that may count from the end.
fn in_range(index: i32, count: usize) -> Result<usize> {
    let count_i = position(count);
    if index < -count_i || index >= count_i {
        let message = format!(
            "index is out of range {}..{} (index = {index})",
            -count_i,
            count_i - 1
        );
        return Err(throw("IndexOutOfBoundsException", message));
    }
    let at = if index < 0 { index + count_i } else { index };
    usize::try_from(at).map_err(|_| throw_bare("IndexOutOfBoundsException"))
}

/// `matcher[1]`, `matcher[0..2]`, `matcher[0, 2]`
fn get_at(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [index] = args else {
        return Err(Thrown::mismatch());
    };
    if let Value::List(_) | Value::Range(_) = index {
        let all = Value::list(vm.items(this)?);
        return vm.invoke(&all, "getAt", std::slice::from_ref(index));
    }
    let matcher = of(this)?;
    let index = params::int(index)?;
    let all = matcher.all(vm)?;
    let at = in_range(index, all.len())?;
    let (regex, text) = (matcher.regex(), matcher.text());
    let groups = all.into_iter().nth(at);
    let value = groups
        .as_ref()
        .map_or(Value::Null, |groups| match_value(&regex, &text, groups));
    matcher.found(groups);
    Ok(value)
}
