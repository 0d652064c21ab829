//! `javax.xml.transform`: the identity transformation.

use crate::class::ClassRef;
use crate::library::io::{OUTPUT_STREAM, write_bytes, write_text};
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// Writes a text to a writer, or in UTF-8 to a stream.
pub(crate) fn write_to(vm: &mut Vm, to: &Value, text: &str) -> Result<()> {
    if to.class().is_a(&ClassRef::Native(&OUTPUT_STREAM)) {
        return write_bytes(vm, to, text.as_bytes());
    }
    write_text(vm, to, text)
}
