//! Calls that fit several overloads equally well: Groovy refuses to choose.

use crate::ops::text::plain;
use crate::throwable::throw;
use crate::thrown::Thrown;
use crate::value::Value;

/// The exception for a call of `method` (`java.lang.Math#max`) that fits all `prototypes`, each
/// given as its parameters: `double, double`.
pub(crate) fn ambiguous<P: AsRef<str>>(method: &str, args: &[Value], prototypes: &[P]) -> Thrown {
    let class = |value: &Value| match value {
        Value::Null => "null".to_owned(),
        value => match plain(&Value::Class(value.class())) {
            Some(class) => class.to_string(),
            None => String::new(),
        },
    };
    let classes: Vec<String> = args.iter().map(class).collect();
    let mut message = format!(
        "Ambiguous method overloading for method {method}.\nCannot resolve which method to invoke \
         for [{}] due to overlapping prototypes between:",
        classes.join(", ")
    );
    for prototype in prototypes {
        message.push_str(&format!("\n\t[{}]", prototype.as_ref()));
    }
    throw("GroovyRuntimeException", message)
}
