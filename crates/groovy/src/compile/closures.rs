//! The names of the classes of closures, numbered as Groovy numbers them: first those directly in
//! the methods of a class, then those inside them.

use std::collections::{HashMap, VecDeque};

use smol_str::{SmolStr, format_smolstr};

use super::Compiler;
use crate::code::{ClassId, FunctionId};

/// A compiled function and the closures directly in it.
pub(super) struct Made {
    pub(super) class: ClassId,
    /// Its name, unless it is a closure.
    pub(super) method: Option<SmolStr>,
    pub(super) closures: Vec<FunctionId>,
}

impl Compiler<'_> {
    /// Names all closures. Functions are numbered in the order in which they were made.
    pub(super) fn name_closures(&mut self) {
        let made = std::mem::take(&mut self.made);
        let mut waiting: HashMap<ClassId, VecDeque<(SmolStr, FunctionId)>> = HashMap::new();
        for one in &made {
            let Some(method) = &one.method else { continue };
            let class = self.unit.classes.get(one.class as usize);
            let class = class.map(|class| class.name.clone()).unwrap_or_default();
            let prefix = match method.as_str() {
                "<init>" | "<clinit>" => format_smolstr!("{class}$"),
                name if class.ends_with(name) => format_smolstr!("{class}$"),
                name => format_smolstr!("{class}$_{name}"),
            };
            let queue = waiting.entry(one.class).or_default();
            queue.extend(one.closures.iter().map(|id| (prefix.clone(), *id)));
        }
        for queue in waiting.values_mut() {
            let mut count = 0_u32;
            while let Some((prefix, id)) = queue.pop_front() {
                count += 1;
                let name = format_smolstr!("{prefix}_closure{count}");
                if let Some(inside) = made.get(id as usize) {
                    let prefix = format_smolstr!("{name}$");
                    queue.extend(inside.closures.iter().map(|id| (prefix.clone(), *id)));
                }
                if let Some(function) = self.unit.functions.get_mut(id as usize) {
                    function.class_name = name;
                }
            }
        }
    }
}
