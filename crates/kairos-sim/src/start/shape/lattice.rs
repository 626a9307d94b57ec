//! Lattices: nodes in rows of the same length, in the order of their numbers.

use kairos_rewrite::error::Outcome;

use super::{Emit, ring};

/// Each node to the one at its right and the one below it. The last row may be shorter. Edges come with the later of
/// their nodes, so that a longer lattice has the shorter one in it.
pub(super) fn grid(n: u32, columns: u32, emit: Emit<'_>) -> Outcome<()> {
    for node in 1..n {
        if node % columns != 0 {
            emit(node - 1, node)?;
        }
        if node >= columns {
            emit(node - columns, node)?;
        }
    }
    Ok(())
}

/// Each row a ring, then each column; of full rows alone.
pub(super) fn torus(n: u32, columns: u32, directed: bool, emit: Emit<'_>) -> Outcome<()> {
    let rows = n / columns;
    for row in 0..rows {
        let first = row * columns;
        ring(columns, directed, &mut |a, b| emit(first + a, first + b))?;
    }
    for column in 0..columns.min(n) {
        let at = |row: u32| row * columns + column;
        ring(rows, directed, &mut |a, b| emit(at(a), at(b)))?;
    }
    Ok(())
}
