//! The rules of query parameters, as tables.
