//! What names and passwords may be.

use lockgate_core::account::AccountKind;
use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use uuid::Uuid;

/// Public OAuth clients of the token server. No account has their names, because the name of a tool
/// is its client id.
pub const PUBLIC_CLIENTS: [&str; 2] = ["cf", "lockgate"];

/// How the client ids of service instances begin; names of accounts never do.
const CLIENT_ID_PREFIX: &str = "sb-";

/// Checks the name of an account, the member `name` of a request.
pub(crate) fn account_name(name: &str, kind: AccountKind, errors: &mut FieldErrors) {
    let folded = name.to_lowercase();
    let basic = matches!(kind, AccountKind::Tool | AccountKind::Broker);
    let error = if folded.starts_with(CLIENT_ID_PREFIX) {
        format!("must not begin with {CLIENT_ID_PREFIX:?}, as client ids of instances do")
    } else if PUBLIC_CLIENTS.contains(&folded.as_str()) {
        format!("{folded:?} is the name of a public client of this server")
    } else if basic && name.contains(':') {
        "must not contain a colon, which ends the name in Basic authentication".to_owned()
    } else {
        return printable(name, limits::ACCOUNT_NAME, errors);
    };
    errors.add("name", error);
}

/// Checks the name of an organization or a space, the member `name` of a request.
pub(crate) fn place_name(name: &str, errors: &mut FieldErrors) {
    printable(name, limits::SPACE_NAME, errors);
}

fn printable(name: &str, limit: usize, errors: &mut FieldErrors) {
    let error = if name.is_empty() {
        "is required".to_owned()
    } else if name.chars().count() > limit {
        format!("has at most {limit} characters")
    } else if name.chars().any(char::is_control) {
        "has no control characters".to_owned()
    } else if name.trim() != name {
        "has no white space around it".to_owned()
    } else if guid(name).is_some() {
        "must not look like a guid".to_owned()
    } else {
        return;
    };
    errors.add("name", error);
}

/// Checks a password that somebody chose: its length, and that it is not the name. No rule asks for
/// certain characters, which makes passwords worse.
pub(crate) fn password(password: &str, name: &str, errors: &mut FieldErrors) {
    let (min, max) = (limits::PASSWORD_MIN, limits::PASSWORD_MAX);
    let length = password.chars().count();
    if !(min..=max).contains(&length) {
        errors.add("password", format!("has {min} to {max} characters"));
    } else if password.to_lowercase() == name.to_lowercase() {
        errors.add("password", "must not be the name");
    }
}

/// The guid that `text` is, if it is one: 36 characters with dashes.
pub(crate) fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(check: impl FnOnce(&mut FieldErrors)) -> String {
        let mut errors = FieldErrors::default();
        check(&mut errors);
        errors.to_string()
    }

    #[test]
    fn names_of_accounts_are_printable_and_mean_nothing_else() {
        let longest = "ü".repeat(limits::ACCOUNT_NAME);
        let too_long = "ü".repeat(limits::ACCOUNT_NAME + 1);
        let cases = [
            ("ann@example.org", ""),
            ("Ann Example", ""),
            (longest.as_str(), ""),
            ("", "name: is required"),
            (too_long.as_str(), "name: has at most 255 characters"),
            ("a\nb", "name: has no control characters"),
            ("a\0", "name: has no control characters"),
            (" ann", "name: has no white space around it"),
            ("ann ", "name: has no white space around it"),
            (
                "6c6f636b-6761-4465-8000-000000000001",
                "name: must not look like a guid",
            ),
        ];
        for (name, expected) in cases {
            for kind in AccountKind::ALL {
                let found = error(|errors| account_name(name, kind, errors));
                assert_eq!(found, expected, "{name:?}");
            }
        }
    }

    #[test]
    fn t23_no_account_has_the_name_of_a_client() {
        let names = [
            "sb-1!b2|it-rt-acme!b1",
            "SB-x",
            "sb-",
            "cf",
            "CF",
            "Lockgate",
        ];
        for name in names {
            for kind in AccountKind::ALL {
                let found = error(|errors| account_name(name, kind, errors));
                assert!(found.starts_with("name: "), "{name}");
            }
        }
        let near = error(|errors| account_name("cf-deployer", AccountKind::Tool, errors));
        assert_eq!(near, "");
    }

    #[test]
    fn names_for_basic_have_no_colon() {
        let found = |kind| error(|errors| account_name("a:b", kind, errors));
        assert_eq!(found(AccountKind::Person), "");
        assert!(found(AccountKind::Tool).contains("colon"));
        assert!(found(AccountKind::Broker).contains("colon"));
    }

    #[test]
    fn passwords_are_long_enough_and_not_the_name() {
        let cases = [
            ("correct horse", ""),
            ("ääääääääääää", ""),
            ("12345678901", "password: has 12 to 1024 characters"),
            ("", "password: has 12 to 1024 characters"),
            ("Somebody@Example", "password: must not be the name"),
        ];
        for (text, expected) in cases {
            let found = error(|errors| password(text, "somebody@example", errors));
            assert_eq!(found, expected, "{text:?}");
        }
        let long = "x".repeat(limits::PASSWORD_MAX + 1);
        assert_ne!(error(|errors| password(&long, "ann", errors)), "");
        assert_eq!(error(|errors| password(&long[1..], "ann", errors)), "");
    }
}
