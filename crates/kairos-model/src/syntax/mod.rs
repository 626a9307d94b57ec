//! The small languages inside strings: patterns and expressions in the notation of ISO GQL.

pub mod tree;
