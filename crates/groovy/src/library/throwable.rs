//! Exceptions: the classes, as a table of names and what they extend.

use crate::class::Class;

macro_rules! exceptions {
    ($($id:ident $name:literal $above:ident)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $id: Class = Class::new($name).extends(&[&$above]);
        )*
        pub(super) static CLASSES: &[&Class] = &[&THROWABLE, $(&$id),*];
    };
}

/// `java.lang.Throwable`
pub static THROWABLE: Class = Class::new("java.lang.Throwable");

exceptions! {
    EXCEPTION "java.lang.Exception" THROWABLE
    ERROR "java.lang.Error" THROWABLE
    STACK_OVERFLOW "java.lang.StackOverflowError" ERROR
    RUNTIME "java.lang.RuntimeException" EXCEPTION
    ILLEGAL_ARGUMENT "java.lang.IllegalArgumentException" RUNTIME
    ILLEGAL_STATE "java.lang.IllegalStateException" RUNTIME
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
    GROOVY_CAST "org.codehaus.groovy.runtime.typehandling.GroovyCastException" CLASS_CAST
    MISSING_METHOD "groovy.lang.MissingMethodException" GROOVY_RUNTIME
    MISSING_PROPERTY "groovy.lang.MissingPropertyException" GROOVY_RUNTIME
    JSON "groovy.json.JsonException" RUNTIME
    JSON_INTERNAL "groovy.json.internal.Exceptions$JsonInternalException" JSON
    ORG_JSON "org.json.JSONException" RUNTIME
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
        .find(|class| class.name == name || simple(class.name));
    found.copied().unwrap_or(&RUNTIME)
}
