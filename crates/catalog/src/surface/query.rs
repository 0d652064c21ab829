//! What the operator API takes in the query of a request.

use lockgate_core::input::FieldErrors;
use lockgate_web::problem::Problem;

use crate::service::InstanceRef;

/// The pairs of a query.
pub(super) type Query = axum::extract::Query<Vec<(String, String)>>;

/// The values that a query gives for `known` names, in their order. Any other name, and a name given
/// twice, is an error.
pub(super) fn values<const N: usize>(
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

/// The instance that a path and `?space=` name.
pub(super) fn instance(instance: String, query: Query) -> Result<InstanceRef, Problem> {
    let [space] = values(query, ["space"])?;
    Ok(InstanceRef { instance, space })
}
