//! The Lockgate server and command line.

fn main() {}
