//! Compiled expressions against a tree-walking evaluator that was written from the reference.

use kairos_tests::{expressions, section::Scale};

#[test]
fn compiled_expressions_agree_with_walked_trees() {
    expressions::agree(Scale::Ordinary).assert_sound();
}
