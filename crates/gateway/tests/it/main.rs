//! The gateway on an in-process server, called with raw bytes.
//!
//! Rows of the decision table (A to G) are rows of `testdata/admission/decisions.txt`, those about
//! requests of `requests.txt`, and X1 to X10 are in `csrf`. Where each attack is tested:
//!
//! | attacks | in |
//! |---|---|
//! | T1 to T11 | `requests.txt`, `src/path/tests.rs` |
//! | T12 | `requests.txt`, `attacks`; SNI: the web crate |
//! | T13, T14, T15 | `requests.txt` |
//! | T16, T18, T19 | the web crate, which reads what proxies forward |
//! | T17 | `requests.txt`, `src/headers.rs` |
//! | T20 | `attacks`, `src/credential.rs` |
//! | T21, T22 | `decisions.txt`, `src/credential.rs` |
//! | T24 | `decisions.txt` F2, F3; `attacks` |
//! | T25 | `attacks`, `certified`, `src/headers.rs` |
//! | T26, T27, T36, T37, T38, T41 | `decisions.txt` (T27 also as D9, D10) |
//! | T28 to T39 | the web crate, which verifies tokens; `decisions.txt` D3, D4, D12, D13 |
//! | T40 | `attacks`, `certified` |
//! | T54 | `decisions.txt` |
//! | T55 | `names`; the pki crate |
//! | T56 | `renewal` |
//! | T57, T60 | the pki and web crates; `decisions.txt` E7 |
//! | T58 | `certified` (E9); the handshake: the web crate |
//! | T59 | `certified`; `decisions.txt` E6 |
//! | T61 | `attacks`, `wire`, `src/body.rs`; the web crate |
//! | T62, T63 | `wire`: only HTTP/1.1 is spoken |
//! | T64 | `attacks`, `src/body.rs`; the web crate |
//! | T65, T66, T67 | `attacks`, `src/body.rs` |
//! | T68 | `wire` |
//! | T70 | `attacks`, `wire` |
//! | T71 | `wire`, `src/respond.rs` |
//! | T72 | `attacks`, `wire`, `src/refusal.rs` |
//! | T73 | `tables` for refusals, `csrf` for tokens, `src/respond.rs` |
//! | T74 | `wire`, `requests.txt` |
//! | T75 | `wire`, `requests.txt`, `src/refusal.rs` |
//! | T76 | `attacks`, `wire` |
//! | T77 | `attacks` |
//!
//! The others (T23, T42 to T53, T69, T78 to T83) are no attacks on flow endpoints.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod certificates;
mod certified;
mod client;
mod clients;
mod credentials;
mod csrf;
mod database;
mod flows;
mod names;
mod ratchet;
mod renewal;
mod support;
mod tables;
mod wire;
