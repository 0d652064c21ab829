//! Certificates made on the spot: good ones, and hostile ones.

mod authority;
mod chains;
mod hostile;
mod made;
