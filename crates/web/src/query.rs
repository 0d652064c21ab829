//! What the operator API takes in the query of a request.

use lockgate_core::input::FieldErrors;

use crate::problem::Problem;

/// The pairs of a query; a handler takes it as a parameter.
pub type Query = axum::extract::Query<Vec<(String, String)>>;

/// The values that a query gives for `known` names, in their order.
///
/// # Errors
/// For any other name, and for a name that is given twice.
pub fn values<const N: usize>(
    query: Query,
    known: [&'static str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut found = [const { None }; N];
    let mut errors = FieldErrors::default();
    for (name, value) in query.0 {
        match known.iter().position(|known| *known == name) {
            Some(index) if found[index].is_none() => found[index] = Some(value),
            Some(index) => errors.add(known[index], "is given twice"),
            None => {
                let name: String = name.chars().take(100).collect();
                let message = match N {
                    0 => "is unknown; this request takes no query".to_owned(),
                    _ => format!("is unknown; known here: {}", known.join(", ")),
                };
                errors.add(name, message);
            }
        }
    }
    errors.check().map_err(|errors| Problem::from(&errors))?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use axum::extract::Query as Extracted;

    use super::*;

    #[test]
    fn unknown_and_repeated_names_are_errors() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            values(Extracted(pairs.collect()), ["a", "b"])
        };
        assert_eq!(read(&[]).unwrap(), [None, None]);
        let found = read(&[("b", "2"), ("a", "1")]).unwrap();
        assert_eq!(found, [Some("1".to_owned()), Some("2".to_owned())]);
        let problem = read(&[("a", "1"), ("a", "1"), ("c", "")]).unwrap_err();
        assert_eq!(
            problem.message,
            "a: is given twice; c: is unknown; known here: a, b"
        );
        let none = values(Extracted(vec![("x".to_owned(), String::new())]), []);
        assert!(none.unwrap_err().message.contains("takes no query"));
    }
}
