//! The web layer over real sockets.

mod server;
mod support;
mod surface;
