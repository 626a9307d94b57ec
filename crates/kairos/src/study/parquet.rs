//! Samples as Parquet: the rows of `samples.csv`, in groups that are written as they fill, so that memory does not grow.

use std::{fs::File, path::PathBuf, sync::Arc};

use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::{ParquetError, Result as Written},
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{Type, TypePtr},
};

use super::{
    directory::{Directory, names},
    plan::Plan,
};
use crate::error::{Error, Result};

/// So many rows make a group.
const GROUP: usize = 1 << 16;

/// The file of samples, and the group that is being filled.
pub(super) struct Samples {
    file: SerializedFileWriter<File>,
    path: PathBuf,
    scenarios: Vec<ByteArray>,
    numbers: Vec<i64>,
    metrics: Vec<ByteArray>,
    values: Vec<Option<f64>>,
}

impl Samples {
    /// Begins the file.
    pub(super) fn create(directory: &Directory, plan: &Plan) -> Result<Self> {
        let path = directory.file(names::SAMPLES_PARQUET);
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        let properties = Arc::new(WriterProperties::builder().build());
        let begun = schema(plan.replications.observation())
            .and_then(|schema| SerializedFileWriter::new(file, schema, properties));
        Ok(Samples {
            file: begun.map_err(|e| refused(&path, e))?,
            path,
            scenarios: Vec::new(),
            numbers: Vec::new(),
            metrics: Vec::new(),
            values: Vec::new(),
        })
    }

    /// Appends a row: a metric of a scenario in a replication or batch.
    pub(super) fn row(
        &mut self,
        scenario: &str,
        number: u64,
        metric: &str,
        value: Option<f64>,
    ) -> Result<()> {
        self.scenarios.push(scenario.into());
        self.numbers.push(i64::try_from(number).unwrap_or(i64::MAX));
        self.metrics.push(metric.into());
        self.values.push(value);
        if self.values.len() < GROUP {
            return Ok(());
        }
        self.write_group().map_err(|e| refused(&self.path, e))
    }

    /// Writes what is left, and the file's directory.
    pub(super) fn finish(mut self) -> Result<()> {
        let written = if self.values.is_empty() {
            Ok(())
        } else {
            self.write_group()
        };
        written
            .and_then(|()| self.file.close())
            .map(drop)
            .map_err(|e| refused(&self.path, e))
    }

    fn write_group(&mut self) -> Written<()> {
        let mut group = self.file.next_row_group()?;
        column::<ByteArrayType>(&mut group, &self.scenarios, None)?;
        column::<Int64Type>(&mut group, &self.numbers, None)?;
        column::<ByteArrayType>(&mut group, &self.metrics, None)?;
        let levels: Vec<i16> = self.values.iter().map(|v| i16::from(v.is_some())).collect();
        let values: Vec<f64> = self.values.iter().flatten().copied().collect();
        column::<DoubleType>(&mut group, &values, Some(&levels))?;
        group.close()?;
        self.scenarios.clear();
        self.numbers.clear();
        self.metrics.clear();
        self.values.clear();
        Ok(())
    }
}

/// Writes the next column of a group; `levels` are 1 where a value is defined and 0 where it is not.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Written<()> {
    let mut column = group
        .next_column()?
        .expect("the schema has as many columns as are written");
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// `scenario`, `replication` or `batch`, `metric`, `value`; only the value may be absent.
fn schema(observation: &str) -> Written<TypePtr> {
    let text = |name: &str| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
            .with_repetition(Repetition::REQUIRED)
            .build()
    };
    let number = Type::primitive_type_builder(observation, Physical::INT64)
        .with_repetition(Repetition::REQUIRED)
        .build()?;
    let value = Type::primitive_type_builder("value", Physical::DOUBLE)
        .with_repetition(Repetition::OPTIONAL)
        .build()?;
    let fields = [text("scenario")?, number, text("metric")?, value];
    let schema = Type::group_type_builder("samples").with_fields(fields.map(Arc::new).into());
    schema.build().map(Arc::new)
}

fn refused(path: &std::path::Path, error: ParquetError) -> Error {
    Error::io("write", path)(std::io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use parquet::{
        file::reader::{FileReader, SerializedFileReader},
        record::RowAccessor,
    };

    use super::{
        super::{
            manifest::Manifest,
            plan::{Rule, Shard, tests::plan},
        },
        *,
    };

    #[test]
    fn what_is_written_is_read_again_in_several_groups() {
        let plan = plan(&[("a", ""), ("bé", "")], &["m"], Rule::Fixed(2));
        let dir = tempfile::tempdir().unwrap();
        let manifest = Manifest::new("s".into(), "".into(), plan.clone(), vec![], Shard::WHOLE);
        let directory = Directory::claim(dir.path(), &manifest).unwrap();
        let mut samples = Samples::create(&directory, &plan).unwrap();
        let value = |n: u64| (!n.is_multiple_of(3)).then_some((n as f64).sqrt());
        let rows = 2 * GROUP as u64 + 5;
        for n in 0..rows {
            let scenario = ["a", "bé"][usize::from(n.is_multiple_of(2))];
            samples.row(scenario, n, "m.mean", value(n)).unwrap();
        }
        samples.finish().unwrap();
        let file = File::open(dir.path().join(names::SAMPLES_PARQUET)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 3);
        let mut read = 0;
        for (n, row) in (0..).zip(reader.get_row_iter(None).unwrap()) {
            let row = row.unwrap();
            let scenario = ["a", "bé"][usize::from(n % 2 == 0)];
            assert_eq!(row.get_string(0).unwrap(), scenario);
            assert_eq!(row.get_long(1).unwrap(), n);
            assert_eq!(row.get_string(2).unwrap(), "m.mean");
            assert_eq!(row.get_double(3).ok(), value(n.unsigned_abs()));
            read += 1;
        }
        assert_eq!(read, rows);
    }
}
