//! Look-up tables with their indexes.

use std::sync::Arc;

use kairos_model::{
    model::Table,
    types::{Type, Value},
};
use rustc_hash::FxHashMap;

use super::Evaluated;
use crate::error::Fault;

/// Look-up tables with their indexes.
#[derive(Debug)]
pub struct Tables(Vec<Arc<IndexedTable>>);

/// A table that finds its rows.
#[derive(Debug)]
pub(super) struct IndexedTable {
    table: Table,
    index: TableIndex,
}

/// From keys to rows.
#[derive(Debug)]
enum TableIndex {
    /// A box of small integers: lowest key and extent per column, row + 1 per cell.
    Dense {
        low: Vec<i64>,
        extent: Vec<usize>,
        rows: Vec<u32>,
    },
    /// Anything else.
    Sparse(FxHashMap<Box<[i64]>, u32>),
}

impl Tables {
    /// Indexes tables by their keys.
    #[must_use]
    pub fn new(tables: &[Table]) -> Self {
        let indexed = |table: &Table| {
            Arc::new(IndexedTable {
                index: TableIndex::new(table),
                table: table.clone(),
            })
        };
        Tables(tables.iter().map(indexed).collect())
    }

    pub(super) fn table(&self, position: usize) -> Arc<IndexedTable> {
        Arc::clone(&self.0[position])
    }
}

impl IndexedTable {
    pub(super) fn column_type(&self, column: usize) -> Type {
        self.table.columns[column].ty
    }

    /// The bits in a column of the row with a key, or of the row that stands for those that are not there.
    pub(super) fn bits(&self, key: &[i64], column: usize) -> Evaluated<u64> {
        let row = match *key {
            [a, b] if self.table.symmetric && a > b => self.index.row(&[b, a]),
            _ => self.index.row(key),
        };
        if let Some(row) = row {
            return Ok(self.table.columns[column].bits[row]);
        }
        let Some(stand_in) = self.stand_in(key) else {
            let keys: Vec<_> = key.iter().map(i64::to_string).collect();
            return Err(Box::new(Fault::NoRow {
                table: self.table.name.clone(),
                keys: keys.join(", "),
            }));
        };
        Ok(stand_in[column].to_bits())
    }

    /// The row for a key that is not there.
    fn stand_in(&self, key: &[i64]) -> Option<&Vec<Value>> {
        let equal = key.windows(2).all(|two| two[0] == two[1]);
        let diagonal = self.table.diagonal.as_ref().filter(|_| equal);
        diagonal.or(self.table.missing.as_ref())
    }
}

impl TableIndex {
    fn new(table: &Table) -> Self {
        let width = table.key.len();
        let rows = || table.keys.chunks_exact(width.max(1)).zip(0u32..);
        let bounds = |column: usize| {
            let keys = rows().map(|(key, _)| key[column]);
            Some((keys.clone().min()?, keys.max()?))
        };
        let bounds: Option<Vec<_>> = (0..width).map(bounds).collect();
        let dense = bounds.and_then(|bounds| {
            let extent: Vec<usize> = bounds
                .iter()
                .map(|(low, high)| usize::try_from(high.checked_sub(*low)?.checked_add(1)?).ok())
                .collect::<Option<_>>()?;
            let cells = extent.iter().try_fold(1usize, |n, &e| n.checked_mul(e))?;
            (cells <= 4 * table.rows + 1024).then(|| {
                (
                    bounds.iter().map(|b| b.0).collect::<Vec<_>>(),
                    extent,
                    cells,
                )
            })
        });
        let Some((low, extent, cells)) = dense else {
            return TableIndex::Sparse(rows().map(|(key, row)| (key.into(), row)).collect());
        };
        let mut index = vec![0; cells];
        for (key, row) in rows() {
            index[cell(key, &low, &extent).expect("within the bounds")] = row + 1;
        }
        TableIndex::Dense {
            low,
            extent,
            rows: index,
        }
    }

    fn row(&self, key: &[i64]) -> Option<usize> {
        match self {
            TableIndex::Dense { low, extent, rows } => {
                (rows[cell(key, low, extent)?] as usize).checked_sub(1)
            }
            TableIndex::Sparse(rows) => rows.get(key).map(|&row| row as usize),
        }
    }
}

fn cell(key: &[i64], low: &[i64], extent: &[usize]) -> Option<usize> {
    let mut cell = 0;
    for ((k, low), extent) in key.iter().zip(low).zip(extent) {
        let offset = usize::try_from(k.checked_sub(*low)?)
            .ok()
            .filter(|o| o < extent)?;
        cell = cell * extent + offset;
    }
    Some(cell)
}
