//! `java.util.zip`: archives and compressed streams, in memory.

mod archive;
mod compressed;

use std::io::Read;

use crate::class::Class;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::vm::Vm;

pub(super) static CLASSES: &[&Class] = &[
    &archive::ZIP_ENTRY,
    &archive::ZIP_INPUT_STREAM,
    &archive::ZIP_OUTPUT_STREAM,
    &compressed::GZIP_INPUT_STREAM,
    &compressed::GZIP_OUTPUT_STREAM,
    &compressed::INFLATER_INPUT_STREAM,
    &compressed::DEFLATER_OUTPUT_STREAM,
];

/// How much is unpacked between two looks at the bounds of the run.
const STEP: u64 = 64 * 1024;

fn bad(what: &str) -> Thrown {
    throw("java.util.zip.ZipException", what)
}

/// Unpacks as much as the run may hold.
fn unpack(vm: &mut Vm, from: &mut impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let more = from.by_ref().take(STEP).read_to_end(&mut bytes);
        let more = more.map_err(|error| bad(&error.to_string()))?;
        if more == 0 {
            return Ok(bytes);
        }
        vm.step(STEP / 64)?;
        vm.reserve(bytes.len().saturating_mul(2))?;
    }
}
