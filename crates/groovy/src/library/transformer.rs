//! `javax.xml.transform`: the identity transformation.

use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// Writes a text to a writer, or in UTF-8 to a stream.
pub(crate) fn write_to(vm: &mut Vm, to: &Value, text: &Value) -> Result<()> {
    vm.invoke(to, "write", std::slice::from_ref(text))?;
    vm.invoke(to, "flush", &[]).map(drop)
}
