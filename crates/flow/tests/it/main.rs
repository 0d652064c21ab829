//! Reading real and damaged bundles.

mod corpus;
