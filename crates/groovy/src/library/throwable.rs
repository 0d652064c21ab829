//! Exceptions: the classes, as a table of names and what they extend.

pub(crate) mod foreign;

use crate::class::{Class, ClassRef};
use crate::map::Map;
use crate::text::Str;
use crate::throwable::{Frame, Throwable};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

macro_rules! exceptions {
    ($($id:ident $name:literal $above:ident)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $id: Class = Class::new($name)
                .extends(&[&$above])
                .constructor(|vm, args| construct(&$id, vm, args));
        )*
        pub(super) static CLASSES: &[&Class] = &[&THROWABLE, $(&$id),*];
    };
}

/// `java.lang.Throwable`
pub static THROWABLE: Class = Class::new("java.lang.Throwable")
    .constructor(|vm, args| construct(&THROWABLE, vm, args))
    .methods(&[
        ("getMessage", message),
        ("getLocalizedMessage", message),
        ("getCause", cause),
        ("getProperties", properties),
        ("initCause", init_cause),
        ("toString", to_string),
        ("printStackTrace", print_stack_trace),
        ("getStackTrace", stack_trace),
        ("fillInStackTrace", itself),
        ("getSuppressed", suppressed),
        ("addSuppressed", itself),
    ]);

/// `new T()`, `new T(message)`, `new T(cause)`, `new T(message, cause)`
pub(crate) fn construct(class: &'static Class, vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (message, cause) = match args {
        [] => (None, Value::Null),
        [cause] if is_throwable(cause) => (Some(vm.to_string(cause)?), cause.clone()),
        [message] => (text(class, vm, message)?, Value::Null),
        [message, cause] if cause.is_null() || is_throwable(cause) => {
            (text(class, vm, message)?, cause.clone())
        }
        [message, _] => (text(class, vm, message)?, Value::Null),
        _ => return Err(Thrown::mismatch()),
    };
    let throwable = Throwable::new(class, message);
    *throwable.cause.borrow_mut() = cause;
    let value = Value::object(throwable);
    vm.fill_trace(&value);
    Ok(value)
}

fn is_throwable(value: &Value) -> bool {
    value.class().is_a(&ClassRef::Native(&THROWABLE))
}

/// A message: a text, except that assertions take anything.
fn text(class: &'static Class, vm: &mut Vm, value: &Value) -> Result<Option<Str>> {
    match value {
        Value::Null => Ok(None),
        Value::Str(_) | Value::GString(_) => vm.text(value).map(Some),
        other if class.is_a(&ASSERTION) => vm.text(other).map(Some),
        _ => Err(Thrown::mismatch()),
    }
}

fn of(this: &Value) -> Result<&Throwable> {
    this.downcast::<Throwable>().ok_or_else(Thrown::mismatch)
}

fn message(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let message = of(this)?.message.borrow().clone();
    Ok(message.map_or(Value::Null, Value::Str))
}

fn cause(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(of(this)?.cause.borrow().clone())
}

/// `getProperties()` of Groovy: everything that can be read from it, by name.
fn properties(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let mut all = vec![("class".into(), Value::Class(this.class()))];
    for (name, getter) in [
        ("message", "getMessage"),
        ("localizedMessage", "getLocalizedMessage"),
        ("cause", "getCause"),
        ("stackTrace", "getStackTrace"),
        ("suppressed", "getSuppressed"),
    ] {
        all.push((Str::from(name), vm.invoke(this, getter, &[])?));
    }
    all.extend(of(this)?.details.iter().cloned());
    let pairs = all
        .into_iter()
        .map(|(name, value)| (Value::Str(name), value));
    Ok(Value::Map(Map::linked(pairs)))
}

fn init_cause(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let [cause] = args {
        *of(this)?.cause.borrow_mut() = cause.clone();
    }
    Ok(this.clone())
}

fn to_string(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    vm.text(this).map(Value::Str)
}

fn itself(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(this.clone())
}

fn suppressed(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::list(Vec::new()))
}

/// The places, each as Java writes them: `processData(script.groovy:3)`.
fn places(this: &Value) -> Result<Vec<String>> {
    let frames = of(this)?.frames.borrow().clone();
    let text = |one: &Frame| format!("{}({}:{})", one.function, one.file, one.line);
    Ok(frames.iter().map(text).collect())
}

fn stack_trace(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::strings(places(this)?))
}

fn print_stack_trace(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let mut trace = vm.text(this)?.to_string();
    for place in places(this)? {
        trace.push_str("\n\tat ");
        trace.push_str(&place);
    }
    trace.push('\n');
    match args {
        [] => vm.host().print(&trace),
        [writer, ..] => {
            vm.invoke(writer, "write", &[Value::text(trace)])?;
        }
    }
    Ok(Value::Null)
}

exceptions! {
    EXCEPTION "java.lang.Exception" THROWABLE
    ERROR "java.lang.Error" THROWABLE
    ASSERTION "java.lang.AssertionError" ERROR
    POWER_ASSERTION "org.codehaus.groovy.runtime.powerassert.PowerAssertionError" ASSERTION
    LINKAGE "java.lang.LinkageError" ERROR
    NO_CLASS "java.lang.NoClassDefFoundError" LINKAGE
    VIRTUAL_MACHINE "java.lang.VirtualMachineError" ERROR
    OUT_OF_MEMORY "java.lang.OutOfMemoryError" VIRTUAL_MACHINE
    STACK_OVERFLOW "java.lang.StackOverflowError" VIRTUAL_MACHINE
    RUNTIME "java.lang.RuntimeException" EXCEPTION
    ILLEGAL_ARGUMENT "java.lang.IllegalArgumentException" RUNTIME
    ILLEGAL_STATE "java.lang.IllegalStateException" RUNTIME
    ILLEGAL_FORMAT "java.util.IllegalFormatException" ILLEGAL_ARGUMENT
    UNKNOWN_CONVERSION "java.util.UnknownFormatConversionException" ILLEGAL_FORMAT
    MISSING_FORMAT_ARGUMENT "java.util.MissingFormatArgumentException" ILLEGAL_FORMAT
    MISSING_FORMAT_WIDTH "java.util.MissingFormatWidthException" ILLEGAL_FORMAT
    FORMAT_CONVERSION "java.util.IllegalFormatConversionException" ILLEGAL_FORMAT
    FORMAT_PRECISION "java.util.IllegalFormatPrecisionException" ILLEGAL_FORMAT
    FORMAT_FLAGS "java.util.IllegalFormatFlagsException" ILLEGAL_FORMAT
    FORMAT_CODE_POINT "java.util.IllegalFormatCodePointException" ILLEGAL_FORMAT
    FORMAT_MISMATCH "java.util.FormatFlagsConversionMismatchException" ILLEGAL_FORMAT
    PATTERN_SYNTAX "java.util.regex.PatternSyntaxException" ILLEGAL_ARGUMENT
    NUMBER_FORMAT "java.lang.NumberFormatException" ILLEGAL_ARGUMENT
    NULL_POINTER "java.lang.NullPointerException" RUNTIME
    INDEX "java.lang.IndexOutOfBoundsException" RUNTIME
    STRING_INDEX "java.lang.StringIndexOutOfBoundsException" INDEX
    ARRAY_INDEX "java.lang.ArrayIndexOutOfBoundsException" INDEX
    ARITHMETIC "java.lang.ArithmeticException" RUNTIME
    CLASS_CAST "java.lang.ClassCastException" RUNTIME
    UNSUPPORTED_OPERATION "java.lang.UnsupportedOperationException" RUNTIME
    CONCURRENT_MODIFICATION "java.util.ConcurrentModificationException" RUNTIME
    NO_SUCH_ELEMENT "java.util.NoSuchElementException" RUNTIME
    PARSE "java.text.ParseException" EXCEPTION
    IO "java.io.IOException" EXCEPTION
    GROOVY_RUNTIME "groovy.lang.GroovyRuntimeException" RUNTIME
    COMPILATION "org.codehaus.groovy.control.MultipleCompilationErrorsException" GROOVY_RUNTIME
    GROOVY_CAST "org.codehaus.groovy.runtime.typehandling.GroovyCastException" CLASS_CAST
    MISSING_METHOD "groovy.lang.MissingMethodException" GROOVY_RUNTIME
    MISSING_PROPERTY "groovy.lang.MissingPropertyException" GROOVY_RUNTIME
    MISSING_FIELD "groovy.lang.MissingFieldException" GROOVY_RUNTIME
    READ_ONLY "groovy.lang.ReadOnlyPropertyException" MISSING_PROPERTY
    JSON "groovy.json.JsonException" RUNTIME
    JSON_INTERNAL "groovy.json.internal.Exceptions$JsonInternalException" JSON
    ORG_JSON "org.json.JSONException" RUNTIME
    EMPTY_STACK "java.util.EmptyStackException" RUNTIME
    INPUT_MISMATCH "java.util.InputMismatchException" NO_SUCH_ELEMENT
    NEGATIVE_ARRAY_SIZE "java.lang.NegativeArraySizeException" RUNTIME
    CLASS_NOT_FOUND "java.lang.ClassNotFoundException" EXCEPTION
    REFLECTIVE "java.lang.ReflectiveOperationException" EXCEPTION
    INSTANTIATION "java.lang.InstantiationException" REFLECTIVE
    NO_SUCH_METHOD "java.lang.NoSuchMethodException" REFLECTIVE
    NO_SUCH_FIELD "java.lang.NoSuchFieldException" REFLECTIVE
    CLONE_NOT_SUPPORTED "java.lang.CloneNotSupportedException" EXCEPTION
    ARRAY_STORE "java.lang.ArrayStoreException" RUNTIME
    PROTOCOL "java.net.ProtocolException" IO
    MALFORMED_URL "java.net.MalformedURLException" IO
    SOCKET "java.net.SocketException" IO
    SQL "java.sql.SQLException" EXCEPTION
    INTERRUPTED "java.lang.InterruptedException" EXCEPTION
    TIMEOUT "java.util.concurrent.TimeoutException" EXCEPTION
    EXECUTION "java.util.concurrent.ExecutionException" EXCEPTION
    FILE_NOT_FOUND "java.io.FileNotFoundException" IO
    EOF "java.io.EOFException" IO
    UNCHECKED_IO "java.io.UncheckedIOException" RUNTIME
    UNSUPPORTED_ENCODING "java.io.UnsupportedEncodingException" IO
    UNSUPPORTED_CHARSET "java.nio.charset.UnsupportedCharsetException" ILLEGAL_ARGUMENT
    UNKNOWN_HOST "java.net.UnknownHostException" IO
    SOCKET_TIMEOUT "java.net.SocketTimeoutException" IO
    CONNECT "java.net.ConnectException" IO
    URI_SYNTAX "java.net.URISyntaxException" EXCEPTION
    GENERAL_SECURITY "java.security.GeneralSecurityException" EXCEPTION
    NO_SUCH_ALGORITHM "java.security.NoSuchAlgorithmException" GENERAL_SECURITY
    INVALID_KEY "java.security.InvalidKeyException" GENERAL_SECURITY
    INVALID_PARAMETER "java.security.InvalidAlgorithmParameterException" GENERAL_SECURITY
    SIGNATURE "java.security.SignatureException" GENERAL_SECURITY
    INVALID_KEY_SPEC "java.security.spec.InvalidKeySpecException" GENERAL_SECURITY
    NO_SUCH_PADDING "javax.crypto.NoSuchPaddingException" GENERAL_SECURITY
    BAD_PADDING "javax.crypto.BadPaddingException" GENERAL_SECURITY
    AEAD_BAD_TAG "javax.crypto.AEADBadTagException" BAD_PADDING
    ILLEGAL_BLOCK_SIZE "javax.crypto.IllegalBlockSizeException" GENERAL_SECURITY
    ZIP "java.util.zip.ZipException" IO
    DECODER "org.apache.commons.codec.DecoderException" EXCEPTION
    DATE_TIME "java.time.DateTimeException" RUNTIME
    DATE_TIME_PARSE "java.time.format.DateTimeParseException" DATE_TIME
    TEMPORAL_UNIT "java.time.temporal.UnsupportedTemporalTypeException" DATE_TIME
    ZONE_RULES "java.time.zone.ZoneRulesException" DATE_TIME
    SECURITY "java.lang.SecurityException" RUNTIME
}

/// The exception class with this full or simple name; `RuntimeException` for an unknown one.
#[must_use]
pub fn named(name: &str) -> &'static Class {
    let simple = |full: &str| full.rsplit('.').next() == Some(name);
    let found = CLASSES
        .iter()
        .chain(crate::cpi::FAULTS)
        .find(|class| class.name == name || simple(class.name));
    found.copied().unwrap_or(&RUNTIME)
}
