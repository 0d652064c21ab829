//! Categories: static methods that act as methods of their first argument inside `use`.

use crate::class::ClassRef;
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// `use(A, B) { … }`
    ///
    /// # Errors
    /// What the closure throws.
    pub(crate) fn use_categories(&mut self, args: &[Value]) -> Result<Value> {
        let Some((closure @ Value::Closure(_), classes)) = args.split_last() else {
            return Err(Thrown::mismatch());
        };
        let before = self.categories.len();
        for class in classes {
            match class {
                Value::Class(class) => self.categories.push(class.clone()),
                Value::List(list) => {
                    let classes = list.to_vec();
                    self.categories
                        .extend(classes.into_iter().filter_map(|one| match one {
                            Value::Class(class) => Some(class),
                            _ => None,
                        }));
                }
                _ => return Err(Thrown::mismatch()),
            }
        }
        let result = self.call(closure, &[]);
        self.categories.truncate(before);
        result
    }

    /// A method that a category in use gives to `object`.
    #[cold]
    pub(crate) fn call_category(
        &mut self,
        object: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let mut with_object = Vec::with_capacity(args.len() + 1);
        with_object.push(object.clone());
        with_object.extend_from_slice(args);
        for class in self.categories.clone().iter().rev() {
            let result = match class {
                ClassRef::Script(class) => class.call_static(self, name, &with_object)?,
                ClassRef::Native(class) => match class.static_method(name) {
                    None => None,
                    Some(function) => match function(self, &with_object) {
                        Err(Thrown(why)) if matches!(*why, Why::Mismatch) => None,
                        other => Some(other?),
                    },
                },
                _ => None,
            };
            if result.is_some() {
                return Ok(result);
            }
        }
        Ok(None)
    }
}
