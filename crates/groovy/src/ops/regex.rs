//! `=~`, `==~` and `~"…"`.

use crate::library::regex;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// `text =~ pattern`: a `Matcher`.
///
/// # Errors
/// `PatternSyntaxException`, and what `toString` of either side throws.
pub fn find(vm: &mut Vm, text: &Value, pattern: &Value) -> Result<Value> {
    let regex = regex::regex_of(vm, pattern)?;
    let text = vm.text(text)?;
    Ok(regex::matcher(vm, regex, text))
}

/// `text ==~ pattern`: whether all of the text matches.
///
/// # Errors
/// `PatternSyntaxException`, and what `toString` of either side throws.
pub fn matches(vm: &mut Vm, text: &Value, pattern: &Value) -> Result<bool> {
    if text.is_null() || pattern.is_null() {
        return Ok(false);
    }
    let regex = regex::regex_of(vm, pattern)?;
    let text = vm.text(text)?;
    regex::is_match(vm, &regex, &text)
}

/// `~pattern`: a `Pattern`.
///
/// # Errors
/// `PatternSyntaxException`
pub fn pattern(vm: &mut Vm, text: &Value) -> Result<Value> {
    Ok(regex::pattern(regex::regex_of(vm, text)?))
}
