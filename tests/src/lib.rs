//! What the whole-program tests of Kairos share: random rule systems, and the comparison of engine and reference engine.

pub mod dice;
pub mod gsmp;
pub mod random;
pub mod shipped;
pub mod twin;
