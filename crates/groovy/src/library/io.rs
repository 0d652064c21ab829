//! Streams, readers and writers. All are in memory: files, sockets and processes are refused.

mod charset;
mod denied;
mod input;
mod lines;
mod output;
mod reader;
mod scanner;
mod writable;
mod writer;

use bytes::Bytes;

pub(crate) use denied::{network as network_refused, refused};
pub(crate) use input::{BYTE_ARRAY_INPUT_STREAM, INPUT_STREAM, InputStream};
#[cfg(test)]
pub(crate) use output::OutputStream;
pub(crate) use output::{OUTPUT_STREAM, write_bytes};
pub(crate) use writable::{WRITABLE, Writable};
pub(crate) use writer::write_text;

use crate::class::Class;
use crate::text::Str;
use crate::value::Value;

/// A `Reader` of bytes that the host has, decoded when they are read. Of a charset that is unknown
/// the bytes are read as UTF-8.
#[must_use]
pub fn bytes_reader(bytes: Bytes, charset: &str) -> Value {
    reader::of_bytes(bytes, charset)
}

/// A `Reader` of a text that the host has.
pub fn text_reader(text: impl Into<Str>) -> Value {
    reader::of_text(text.into())
}

/// An `InputStream` of bytes that the host has.
#[must_use]
pub fn input_stream(bytes: Bytes) -> Value {
    input::of_bytes(bytes)
}

pub(super) static CLASSES: &[&Class] = &[
    &input::CLOSEABLE,
    &INPUT_STREAM,
    &BYTE_ARRAY_INPUT_STREAM,
    &input::BUFFERED_INPUT_STREAM,
    &input::DATA_INPUT_STREAM,
    &OUTPUT_STREAM,
    &output::BYTE_ARRAY_OUTPUT_STREAM,
    &output::BUFFERED_OUTPUT_STREAM,
    &output::PRINT_STREAM,
    &reader::READER,
    &reader::STRING_READER,
    &reader::INPUT_STREAM_READER,
    &reader::BUFFERED_READER,
    &reader::CHAR_ARRAY_READER,
    &writer::WRITER,
    &writer::STRING_WRITER,
    &writer::PRINT_WRITER,
    &writer::BUFFERED_WRITER,
    &writer::OUTPUT_STREAM_WRITER,
    &WRITABLE,
    &scanner::SCANNER,
    &charset::CHARSET,
    &charset::STANDARD_CHARSETS,
    &denied::FILE,
    &denied::FILE_READER,
    &denied::FILE_WRITER,
    &denied::FILE_INPUT_STREAM,
    &denied::FILE_OUTPUT_STREAM,
    &denied::RANDOM_ACCESS_FILE,
    &denied::FILES,
    &denied::PATHS,
    &denied::SOCKET,
    &denied::SERVER_SOCKET,
    &denied::DATAGRAM_SOCKET,
    &denied::INET_ADDRESS,
    &denied::PROCESS_BUILDER,
    &denied::RUNTIME,
    &denied::CLASS_LOADER,
];

/// The system line separator of the runtime whose results we give.
const LINE_END: &str = "\n";

/// `new StringWriter()`
pub(crate) fn string_writer() -> Value {
    writer::in_memory()
}

/// `System.out`
pub(super) fn standard_output() -> Value {
    output::standard()
}

#[cfg(test)]
mod tests;
