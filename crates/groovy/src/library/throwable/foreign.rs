//! Classes of exceptions that only the host knows.
//!
//! An adapter may fail with an exception whose class no script can make, such as that of a
//! protocol. Scripts still ask for the name of that class, so each such name gets a class of its
//! own. Classes live as long as the process does; therefore there are only so many of them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{RUNTIME, THROWABLE};
use crate::class::Class;
use crate::compile::library_class;

/// How many names get a class.
const CAPACITY: usize = 256;
/// How long such a name may be.
const LONGEST: usize = 256;
const ABOVE: &[&Class] = &[&RUNTIME];

/// The class of an exception of the host; `None` when its name can have none.
pub(crate) fn class(name: &str) -> Option<&'static Class> {
    match library_class(name) {
        Some(known) => known.is_a(&THROWABLE).then_some(known),
        None => registered(name),
    }
}

fn registered(name: &str) -> Option<&'static Class> {
    static CLASSES: LazyLock<Mutex<HashMap<&'static str, &'static Class>>> =
        LazyLock::new(Mutex::default);
    let mut classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(class) = classes.get(name) {
        return Some(class);
    }
    if classes.len() >= CAPACITY || name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let name: &'static str = Box::leak(name.into());
    let class: &'static Class = Box::leak(Box::new(Class::new(name).extends(ABOVE)));
    classes.insert(name, class);
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_class_and_there_are_only_so_many_of_them() {
        let first = class("org.example.First").unwrap();
        assert!(std::ptr::eq(first, class("org.example.First").unwrap()));
        assert!(first.is_a(&RUNTIME));
        assert!(class("").is_none());
        assert!(class(&"x".repeat(LONGEST + 1)).is_none());
        assert!(std::ptr::eq(class(RUNTIME.name).unwrap(), &RUNTIME));
        // What is no exception is none because the host says so.
        assert!(class("java.lang.String").is_none());

        let made = (0..2 * CAPACITY).filter(|n| class(&format!("org.example.C{n}")).is_some());
        assert!(made.count() < CAPACITY);
        assert!(class("org.example.First").is_some());
    }
}
