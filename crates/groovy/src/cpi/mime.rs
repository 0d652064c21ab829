//! MIME, as `javax.mail` offers it: multiparts that are read and written in memory.

mod content_type;
mod encoding;
mod header;
mod multipart;
mod params;
mod part;
mod util;

use bytes::Bytes;

use self::params::MediaType;
use crate::class::{Class, ClassRef};
use crate::library::io::{BYTE_ARRAY_INPUT_STREAM, INPUT_STREAM, InputStream};
use crate::library::string::encoding as charset;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(crate) static CLASSES: &[&Class] = &[
    &SHARED_STREAM,
    &BASE64_STREAM,
    &QP_STREAM,
    &UU_STREAM,
    &content_type::CONTENT_TYPE,
    &content_type::MEDIA_TYPE,
    &multipart::MULTIPART,
    &multipart::MIME_MULTIPART,
    &part::PART,
    &part::BODY_PART,
    &part::MIME_BODY_PART,
    &util::MIME_UTILITY,
];

static SHARED_STREAM: Class = Class::new("javax.mail.util.SharedByteArrayInputStream")
    .extends(&[&BYTE_ARRAY_INPUT_STREAM])
    .constructor(|vm, args| {
        let class = ClassRef::Native(&BYTE_ARRAY_INPUT_STREAM);
        let stream = vm.new_instance(&class, args)?;
        let stream = stream
            .downcast::<InputStream>()
            .ok_or_else(Thrown::mismatch)?;
        Ok(shared_stream(stream.take_all()))
    });

static BASE64_STREAM: Class =
    Class::new("com.sun.mail.util.BASE64DecoderStream").extends(&[&INPUT_STREAM]);
static QP_STREAM: Class = Class::new("com.sun.mail.util.QPDecoderStream").extends(&[&INPUT_STREAM]);
static UU_STREAM: Class = Class::new("com.sun.mail.util.UUDecoderStream").extends(&[&INPUT_STREAM]);

/// A stream over bytes that lie in memory.
pub(super) fn shared_stream(bytes: Bytes) -> Value {
    InputStream::value(&SHARED_STREAM, bytes)
}

/// What `getContent()` gives: text of the types of text that are known, a multipart, or else a
/// stream of this class.
pub(super) fn content(
    vm: &mut Vm,
    media_type: &str,
    bytes: Bytes,
    class: &'static Class,
) -> Result<Value> {
    let Ok(media_type) = MediaType::parse(media_type) else {
        return Ok(InputStream::value(class, bytes));
    };
    if media_type.primary.eq_ignore_ascii_case("multipart") {
        return multipart::read(vm, &media_type.to_string(), &bytes);
    }
    let texts = ["text/plain", "text/html", "text/xml"];
    if !texts.iter().any(|text| media_type.is(text)) {
        return Ok(InputStream::value(class, bytes));
    }
    vm.reserve(bytes.len().saturating_mul(2))?;
    vm.step(bytes.len() as u64 / 64)?;
    let text = charset::decode(&bytes, java_charset(media_type.charset()))?;
    Ok(Value::text(text))
}

/// [`content`] of what lies in memory as it is.
pub(super) fn plain_content(vm: &mut Vm, media_type: &str, bytes: Bytes) -> Result<Value> {
    content(vm, media_type, bytes, &SHARED_STREAM)
}

/// The character set of a media type, if it names one.
pub(super) fn charset_of(media_type: &str) -> Option<String> {
    let media_type = MediaType::parse(media_type).ok()?;
    media_type.charset().map(str::to_owned)
}

/// The charset that a name means to JavaMail: ASCII is the lower half of Latin 1.
fn java_charset(name: Option<&str>) -> &str {
    match name {
        Some(name) if !name.eq_ignore_ascii_case("us-ascii") => name,
        _ => "ISO-8859-1",
    }
}

fn parse_fault(message: impl Into<Str>) -> Thrown {
    throw("javax.mail.internet.ParseException", message)
}

fn messaging_fault(message: impl Into<Str>) -> Thrown {
    throw("javax.mail.MessagingException", message)
}
