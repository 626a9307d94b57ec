//! The journal: what every replication gave, in order, one JSON object per line, each with a check sum of its own.
//!
//! All other results are a function of manifest and journal. A process that is killed leaves at worst a torn last line, which
//! the next one cuts off.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Seek, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::plan::{Plan, Shard, Unit};
use crate::error::{Error, Result};

/// What a replication gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It ran to its end.
    Sample(Sample),
    /// It did not; why.
    Failed(String),
}

/// The numbers of one replication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// A value for each metric of the plan, batch after batch; `None` where it is undefined.
    pub metrics: Vec<Option<f64>>,
    /// For each series of the plan its values at the sample times, from 0 on.
    pub series: Vec<Vec<Option<f64>>>,
    /// How many events fired.
    pub events: u64,
    /// How many of each rule, in the order of the plan.
    pub firings: Vec<u64>,
    /// Why it ended.
    pub stop_reason: String,
    /// By rule, how far truncation at 0 moved the mean of its normal delays at worst, relative to the mean.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub truncation: BTreeMap<String, f64>,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The replication, from 0.
    pub replication: u64,
    /// The scenario's position in the plan.
    pub scenario: usize,
    /// What it gave.
    pub outcome: Outcome,
}

impl Record {
    /// The record of a unit.
    #[must_use]
    pub fn new(unit: Unit, outcome: Outcome) -> Self {
        Record {
            replication: unit.replication,
            scenario: unit.scenario,
            outcome,
        }
    }

    /// What this is a record of.
    #[must_use]
    pub fn unit(&self) -> Unit {
        Unit {
            replication: self.replication,
            scenario: self.scenario,
        }
    }

    /// Whether this is what must come for a unit of a plan.
    pub(super) fn fits(&self, plan: &Plan, unit: Unit) -> bool {
        self.unit() == unit
            && match &self.outcome {
                Outcome::Failed(_) => true,
                Outcome::Sample(sample) => {
                    sample.metrics.len() == plan.values()
                        && sample.series.len() == plan.series.len()
                        && sample.firings.len() == plan.scenarios[unit.scenario].rules.len()
                }
            }
    }
}

/// Reads a journal record by record. Ends at the first line that is not whole or not what must come next.
pub(super) struct Reader<'a> {
    plan: &'a Plan,
    shard: Shard,
    lines: BufReader<File>,
    line: String,
    records: u64,
    bytes: u64,
    path: PathBuf,
}

impl<'a> Reader<'a> {
    /// Opens the journal of a part of a study.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub(super) fn open(path: &Path, plan: &'a Plan, shard: Shard) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        Ok(Reader {
            plan,
            shard,
            lines: BufReader::new(file),
            line: String::new(),
            records: 0,
            bytes: 0,
            path: path.to_owned(),
        })
    }

    /// The next record.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Record>> {
        self.line.clear();
        match self.lines.read_line(&mut self.line) {
            Ok(_) => {}
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => return Ok(None),
            Err(e) => return Err(Error::io("read", &self.path)(e)),
        }
        if !self.line.ends_with('\n') {
            return Ok(None);
        }
        let unit = self.plan.unit(self.shard.number(self.records));
        let record =
            unsealed(&self.line).and_then(|json| serde_json::from_str::<Record>(&json).ok());
        let record = record.filter(|record| record.fits(self.plan, unit));
        if record.is_some() {
            self.records += 1;
            self.bytes += self.line.len() as u64;
        }
        Ok(record)
    }

    /// Records read so far.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Whether the file holds anything behind the last record, that is, whether it is torn.
    pub(super) fn is_torn(&self) -> bool {
        self.lines
            .get_ref()
            .metadata()
            .is_ok_and(|meta| meta.len() > self.bytes)
    }
}

/// Opens the field that a sealed line ends with.
const SEAL: &[u8] = b",\"sum\":\"";

/// Adds to a JSON object the check sum of its text, and a line end.
fn seal(line: &mut Vec<u8>) {
    let sum = check_sum(line);
    line.pop();
    line.extend_from_slice(SEAL);
    line.extend_from_slice(sum.as_bytes());
    line.extend_from_slice(b"\"}\n");
}

/// The object that was sealed, if no bit of the line has changed since.
fn unsealed(line: &str) -> Option<String> {
    let (object, rest) = line.rsplit_once(std::str::from_utf8(SEAL).ok()?)?;
    let sum = rest.strip_suffix("\"}\n")?;
    let object = format!("{object}}}");
    (check_sum(object.as_bytes()) == sum).then_some(object)
}

/// The first 64 bits of SHA-256, in hexadecimal digits.
fn check_sum(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Appends records to a journal.
pub(super) struct Writer {
    file: File,
    line: Vec<u8>,
    path: PathBuf,
}

impl Writer {
    /// Goes on behind what a reader found whole, and cuts off the rest.
    ///
    /// # Errors
    /// Where the file cannot be opened or cut.
    pub(super) fn resume(reader: &Reader<'_>) -> Result<Self> {
        let open = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().write(true).open(&reader.path)?;
            file.set_len(reader.bytes)?;
            file.seek(std::io::SeekFrom::End(0))?;
            Ok(file)
        };
        Ok(Writer {
            file: open().map_err(Error::io("write", &reader.path))?,
            line: Vec::new(),
            path: reader.path.clone(),
        })
    }

    /// Begins an empty journal.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub(super) fn create(path: &Path) -> Result<Self> {
        Ok(Writer {
            file: File::create(path).map_err(Error::io("create", path))?,
            line: Vec::new(),
            path: path.to_owned(),
        })
    }

    /// Appends a record, in one write: it is with the operating system when this returns.
    ///
    /// # Errors
    /// Where the file cannot be written, as on a full disk.
    pub(super) fn push(&mut self, record: &Record) -> Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, record)
            .expect("records are plain data, and memory does not fail to be written");
        seal(&mut self.line);
        self.file
            .write_all(&self.line)
            .map_err(Error::io("write", &self.path))
    }

    /// Hands everything to the disk.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub(super) fn finish(self) -> Result<()> {
        self.file.sync_all().map_err(Error::io("write", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::plan::Rule, *};

    fn record(plan: &Plan, number: u64) -> Record {
        let outcome = if number == 3 {
            Outcome::Failed("division by zero, in `1 / 0`".to_owned())
        } else {
            let value = 0.1 + (number as f64).sqrt();
            Outcome::Sample(Sample {
                metrics: vec![Some(value), None],
                series: vec![vec![Some(value / 3.0), None]],
                events: number,
                firings: vec![number],
                stop_reason: "horizon".to_owned(),
                truncation: [("serve".to_owned(), 0.02)].into(),
            })
        };
        Record::new(plan.unit(number), outcome)
    }

    #[test]
    fn what_is_written_is_read_bit_for_bit_and_torn_ends_are_cut() {
        let plan =
            super::super::plan::tests::plan(&[("a", ""), ("b", "")], &["m", "k"], Rule::Fixed(10));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let mut writer = Writer::create(&path).unwrap();
        (0..8).for_each(|n| writer.push(&record(&plan, n)).unwrap());
        writer.finish().unwrap();
        let whole = std::fs::read(&path).unwrap();
        let line_ends: Vec<usize> = (0..whole.len()).filter(|&i| whole[i] == b'\n').collect();

        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut reader = Reader::open(&path, &plan, Shard::WHOLE).unwrap();
            let mut count = 0;
            while let Some(read) = reader.next().unwrap() {
                assert_eq!(read, record(&plan, count));
                count += 1;
            }
            assert_eq!(
                count as usize,
                line_ends.iter().filter(|&&e| e < cut).count()
            );
            let mut writer = Writer::resume(&reader).unwrap();
            (count..8).for_each(|n| writer.push(&record(&plan, n)).unwrap());
            drop(writer);
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let plan = super::super::plan::tests::plan(&[("a", "")], &["m", "k"], Rule::Fixed(3));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let mut writer = Writer::create(&path).unwrap();
        (0..3).for_each(|n| writer.push(&record(&plan, n)).unwrap());
        writer.finish().unwrap();
        let whole = std::fs::read(&path).unwrap();
        for bit in 0..8 * whole.len() {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &flipped).unwrap();
            let mut reader = Reader::open(&path, &plan, Shard::WHOLE).unwrap();
            let damaged = whole[..bit / 8].iter().filter(|&&b| b == b'\n').count() as u64;
            while let Some(read) = reader.next().unwrap() {
                assert_eq!(read, record(&plan, reader.records() - 1), "bit {bit}");
            }
            assert_eq!(reader.records(), damaged, "bit {bit}");
            assert!(reader.is_torn());
        }
    }

    #[test]
    fn a_record_of_another_place_or_shape_ends_the_journal() {
        let plan =
            super::super::plan::tests::plan(&[("a", ""), ("b", "")], &["m", "k"], Rule::Fixed(10));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let mut writer = Writer::create(&path).unwrap();
        for number in [1, 3, 5, 9] {
            writer.push(&record(&plan, number)).unwrap();
        }
        let mut reader = Reader::open(&path, &plan, Shard { index: 2, of: 2 }).unwrap();
        let mut read = 0;
        while reader.next().unwrap().is_some() {
            read += 1;
        }
        assert_eq!(read, 3, "7 is missing");
        assert!(reader.is_torn());
    }
}
