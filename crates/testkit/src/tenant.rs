//! The tenant that tests work for.

use lockgate_core::tenant::Tenant;
use uuid::Uuid;

/// A tenant called `acme`.
#[must_use]
pub fn tenant() -> Tenant {
    Tenant {
        name: "acme".to_owned(),
        zone_id: Uuid::from_u128(1),
        client_number: 2207,
        service_number: 101,
        token_base: "https://acme.authentication.example.org".to_owned(),
        certificate_base: None,
        runtime_base: "https://acme.it-runtime.example.org".to_owned(),
        api_base: "https://api.example.org".to_owned(),
    }
}
