//! Where the service is mounted.

/// Every path that it is reached below: the documented one, and those of the web interface.
pub(crate) const ROOTS: [&str; 3] = ["/api/v1", "/odata/api/v1", "/itspaces/odata/api/v1"];

/// The root of a path and what is below it. A slash too many in front comes from clients whose base
/// URL ends with one.
pub(crate) fn split(path: &str) -> Option<(&'static str, &str)> {
    let bare = path.trim_start_matches('/');
    let found = ROOTS.iter().find_map(|root| {
        let rest = bare.strip_prefix(root.trim_start_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then_some((*root, rest))
    });
    found.filter(|_| path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_below_a_root_or_not() {
        for (path, expected) in [
            ("/api/v1", Some(("/api/v1", ""))),
            ("/api/v1/", Some(("/api/v1", "/"))),
            ("//api/v1/X('a')", Some(("/api/v1", "/X('a')"))),
            ("/odata/api/v1/X", Some(("/odata/api/v1", "/X"))),
            (
                "/itspaces/odata/api/v1",
                Some(("/itspaces/odata/api/v1", "")),
            ),
            ("/api/v10", None),
            ("api/v1/X", None),
            ("/X", None),
        ] {
            assert_eq!(split(path), expected, "{path}");
        }
    }
}
