//! `groovy.util.NodeBuilder`: any call is a node.

use std::cell::RefCell;
use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::node::Node;

/// `groovy.util.NodeBuilder`
pub(super) static NODE_BUILDER: Class =
    Class::new("groovy.util.NodeBuilder").constructor(construct);

#[derive(Default)]
struct NodeBuilder {
    /// The node whose closure runs.
    current: RefCell<Option<Rc<Node>>>,
}

impl Object for NodeBuilder {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&NODE_BUILDER)
    }

    fn call_missing(
        &self,
        vm: &mut Vm,
        this: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Option<Value>> {
        let (args, closure) = match args {
            [rest @ .., closure @ Value::Closure(_)] if rest.len() < 3 => (rest, Some(closure)),
            _ => (args, None),
        };
        let (attributes, value) = match args {
            [] => (None, None),
            [Value::Map(map)] => (Some(map.clone()), None),
            [value] => (None, Some(value.clone())),
            [Value::Map(map), value] | [value, Value::Map(map)] => {
                (Some(map.clone()), Some(value.clone()))
            }
            _ => return Ok(None),
        };
        let value = value.unwrap_or_else(|| Value::list(Vec::new()));
        let parent = self.current.borrow().clone();
        let node = Node::make(parent.as_ref(), Value::text(name), attributes, Some(value));
        if let Some(closure) = closure {
            if let Value::Closure(closure) = closure {
                closure.delegate.replace(this.clone());
            }
            let before = self.current.replace(Some(node.clone()));
            let ran = vm.call(closure, &[]);
            self.current.replace(before);
            ran?;
        }
        Ok(Some(Value::Object(node)))
    }

    fn release(&self) {
        drop(self.current.take());
    }
}

fn construct(_vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [] => Ok(Value::object(NodeBuilder::default())),
        _ => Err(Thrown::mismatch()),
    }
}

/// The nodes that a closure makes.
pub(super) fn nodes_of(vm: &mut Vm, closure: &Value) -> Result<Vec<Rc<Node>>> {
    let builder = Value::object(NodeBuilder::default());
    let root = vm.invoke(&builder, "dummyNode", std::slice::from_ref(closure))?;
    let root = super::node::of(&root)?;
    let items = vm.items(&root.children())?;
    Ok(items.iter().filter_map(Value::downcast_rc).collect())
}
