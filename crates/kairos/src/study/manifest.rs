//! The manifest: what a directory of results is about, written before the first replication.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::directory::names;
use super::plan::{Best, Plan, PlannedMetric, PlannedScenario, Rule, Shard};
use crate::error::{Error, Result};

/// The version of the layout of results; another one cannot be read.
const FORMAT: u32 = 3;

/// The release that writes results: other releases may give other numbers.
pub(crate) const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Everything that the results depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the layout.
    pub format: u32,
    /// The release of Kairos.
    pub kairos: String,
    /// The study's name: its file's, without the extension.
    pub study: String,
    /// The command that gives these results again, but for where they go and by how many threads.
    pub command: String,
    /// Scenarios, metrics and how often.
    pub plan: Plan,
    /// Every file that was read, by its path from the study's.
    pub files: Vec<HashedFile>,
    /// One hash of model, rules, study and data: SHA-256 of the lines that `sha256sum` prints for the files.
    pub sha256: String,
    /// Which part of the study this is.
    pub shard: Shard,
}

/// A file that the results depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashedFile {
    /// Its path from the study's directory.
    pub path: String,
    /// SHA-256 of its text, without byte order mark, in hexadecimal digits.
    pub sha256: String,
}

impl HashedFile {
    /// Hashes a text.
    #[must_use]
    pub fn new(path: String, text: &str) -> Self {
        let sha256 = sha256(text);
        HashedFile { path, sha256 }
    }
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash_of_all(files: &[HashedFile]) -> String {
    let line = |file: &HashedFile| format!("{}  {}\n", file.sha256, file.path);
    sha256(&files.iter().map(line).collect::<String>())
}

impl Manifest {
    /// The manifest of a study, or of a part of it, by this release.
    #[must_use]
    pub fn new(
        study: String,
        command: String,
        plan: Plan,
        files: Vec<HashedFile>,
        shard: Shard,
    ) -> Self {
        Manifest {
            format: FORMAT,
            kairos: RELEASE.to_owned(),
            study,
            command,
            plan,
            sha256: hash_of_all(&files),
            files,
            shard,
        }
    }

    /// Reads the manifest of a directory of results.
    ///
    /// # Errors
    /// Where there is none; as [`Manifest::read`].
    pub fn of(directory: &Path) -> Result<Self> {
        std::fs::read_dir(directory).map_err(Error::io("read", directory))?;
        let path = directory.join(names::MANIFEST);
        if !path.exists() {
            return Err(Error::NoResults {
                path: directory.to_owned(),
                why: format!("there is no {}", names::MANIFEST),
            });
        }
        Manifest::read(&path)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// Where the file is missing, damaged or of another layout.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        let damaged = |what: String| Error::Damaged {
            path: path.to_owned(),
            what,
        };
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|e| damaged(format!("it is not JSON: {e}")))?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) => {
                return Err(damaged(format!(
                    "its results have layout {format}, and this is Kairos {RELEASE}, which reads layout {FORMAT}"
                )));
            }
            None => return Err(damaged("it does not say its format".to_owned())),
        }
        let manifest: Manifest =
            serde_json::from_value(value).map_err(|e| damaged(e.to_string()))?;
        manifest.check().map_err(damaged)?;
        Ok(manifest)
    }

    /// What later code relies on.
    fn check(&self) -> std::result::Result<(), String> {
        let plan = &self.plan;
        let confidence = plan.confidence > 0.0 && plan.confidence < 1.0;
        let shard = (1..=self.shard.of).contains(&self.shard.index);
        if plan.baseline < plan.scenarios.len() && plan.units().is_some() && confidence && shard {
            Ok(())
        } else {
            Err("baseline, replications, confidence or shard are out of range".to_owned())
        }
    }

    /// What differs between this manifest, which is there, and another, which is wanted: one line each. Empty if results can go on.
    #[must_use]
    pub fn changes(&self, wanted: &Manifest) -> Vec<String> {
        let mut changes = Changes(Vec::new());
        changes.text("the release of Kairos", &self.kairos, &wanted.kairos);
        changes.text("the study", &self.study, &wanted.study);
        let (there, now) = (&self.plan, &wanted.plan);
        changes.debug("the random seed", &there.random_seed, &now.random_seed);
        let often = |plan: &Plan| plan.replications.to_string();
        changes.text("replications", &often(there), &often(now));
        changes.debug("the pilot for the warm-up", &there.pilot, &now.pilot);
        changes.debug("the confidence", &there.confidence, &now.confidence);
        changes.debug("the metrics", &metrics(there), &metrics(now));
        changes.debug("the series", &series(there), &series(now));
        changes.text("the unit of time", &there.time_unit, &now.time_unit);
        changes.debug("the baseline", &there.baseline, &now.baseline);
        let names = |plan: &Plan| -> Vec<String> {
            plan.scenarios.iter().map(|s| s.name.clone()).collect()
        };
        changes.debug("the scenarios", &names(there), &names(now));
        if names(there) == names(now) {
            let pairs = there.scenarios.iter().zip(&now.scenarios);
            pairs.for_each(|(there, now)| changes.scenario(there, now));
        }
        changes.files(&self.files, &wanted.files);
        let part = |shard: Shard| format!("{}/{}", shard.index, shard.of);
        changes.text("the shard", &part(self.shard), &part(wanted.shard));
        if changes.0.is_empty() && there != now {
            changes
                .0
                .push("the rules of the scenarios, or where they stand in `vary`".to_owned());
        }
        changes.0
    }

    /// Whether another manifest asks for the same with more replications, so that those that are there begin its results. What changed in a
    /// file cannot be told: its text must be the same.
    #[must_use]
    pub fn grows_to(&self, wanted: &Manifest) -> bool {
        let more = match (self.plan.replications, wanted.plan.replications) {
            (Rule::BatchMeans(_), _) => false,
            (there, Rule::Fixed(n)) => n > there.at_most(),
            _ => false,
        };
        let mut grown = self.clone();
        grown.plan.replications = wanted.plan.replications;
        more && grown.changes(wanted).is_empty()
    }
}

/// The metrics in words: `latency.mean in s, least is best`.
fn metrics(plan: &Plan) -> Vec<String> {
    let in_words = |metric: &PlannedMetric| {
        let best = match metric.best {
            None => "",
            Some(Best::Least) => ", least is best",
            Some(Best::Most) => ", most is best",
        };
        with_unit(&metric.name, &metric.unit) + best
    };
    plan.metrics.iter().map(in_words).collect()
}

fn series(plan: &Plan) -> Vec<String> {
    let series = plan.series.iter();
    series.map(|s| with_unit(&s.name, &s.unit)).collect()
}

fn with_unit(name: &str, unit: &str) -> String {
    if unit.is_empty() {
        return name.to_owned();
    }
    format!("{name} in {unit}")
}

struct Changes(Vec<String>);

impl Changes {
    fn text(&mut self, what: &str, there: &str, wanted: &str) {
        if there != wanted {
            self.0.push(format!("{what}: {there} there, {wanted} now"));
        }
    }

    fn debug<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, there: &T, wanted: &T) {
        if there != wanted {
            self.0
                .push(format!("{what}: {there:?} there, {wanted:?} now"));
        }
    }

    fn scenario(&mut self, there: &PlannedScenario, wanted: &PlannedScenario) {
        let name = &there.name;
        self.pairs("parameter", name, &there.parameters, &wanted.parameters);
        self.pairs("setting", name, &there.settings, &wanted.settings);
        let time = |time: Option<f64>| time.map_or_else(|| "none".to_owned(), |t| t.to_string());
        let times = [
            ("horizon", there.horizon, wanted.horizon),
            ("warm-up", Some(there.warm_up), Some(wanted.warm_up)),
            ("sampling interval", there.sample_every, wanted.sample_every),
        ];
        for (what, there, wanted) in times {
            self.text(&format!("{what} of `{name}`"), &time(there), &time(wanted));
        }
    }

    /// Names with their texts.
    fn pairs(
        &mut self,
        what: &str,
        scenario: &str,
        there: &[(String, String)],
        wanted: &[(String, String)],
    ) {
        for (key, value) in wanted {
            match there.iter().find(|(other, _)| other == key) {
                Some((_, old)) => self.text(&format!("{what} `{key}` of `{scenario}`"), old, value),
                None => self
                    .0
                    .push(format!("{what} `{key}` of `{scenario}` is new")),
            }
        }
        let gone = |(key, _): &&(String, String)| !wanted.iter().any(|(k, _)| k == key);
        for (key, _) in there.iter().filter(gone) {
            self.0
                .push(format!("{what} `{key}` of `{scenario}` is gone"));
        }
    }

    fn files(&mut self, there: &[HashedFile], wanted: &[HashedFile]) {
        for file in wanted {
            match there.iter().find(|other| other.path == file.path) {
                Some(other) if other.sha256 == file.sha256 => {}
                Some(_) => self.0.push(format!("the file {} has changed", file.path)),
                None => self.0.push(format!("the file {} is new", file.path)),
            }
        }
        for file in there {
            if !wanted.iter().any(|other| other.path == file.path) {
                self.0
                    .push(format!("the file {} is not read any more", file.path));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let plan = super::super::plan::tests::plan(&[("a", ""), ("b", "")], &["m"], Rule::Fixed(4));
        let file = HashedFile::new("skype.ron".to_owned(), "abc");
        Manifest::new(
            "s".to_owned(),
            String::new(),
            plan,
            vec![file],
            Shard::WHOLE,
        )
    }

    #[test]
    fn files_are_hashed_as_sha256sum_does() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            manifest().files[0].sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn changes_are_named_one_by_one() {
        let there = manifest();
        assert!(there.changes(&there).is_empty());
        let mut wanted = manifest();
        wanted.command = "kairos study elsewhere.ron".to_owned();
        assert!(there.changes(&wanted).is_empty());
        wanted.plan.scenarios[1].parameters = vec![("links".to_owned(), "2".to_owned())];
        wanted.plan.scenarios[1].horizon = Some(9.0);
        wanted.files = vec![
            HashedFile::new("skype.ron".to_owned(), "abd"),
            HashedFile::new("rtt.csv".to_owned(), ""),
        ];
        expect_test::expect![[r#"
            parameter `links` of `b` is new
            horizon of `b`: 1 there, 9 now
            the file skype.ron has changed
            the file rtt.csv is new"#]]
        .assert_eq(&there.changes(&wanted).join("\n"));
    }

    #[test]
    fn another_layout_and_damage_are_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest.json");
        let mut value = serde_json::to_value(manifest()).unwrap();
        std::fs::write(&path, value.to_string()).unwrap();
        assert_eq!(Manifest::read(&path).unwrap(), manifest());
        // A key that may be missing, with a flipped bit in its name.
        let flipped = value.to_string().replacen("\"best\"", "\"bdst\"", 1);
        value["format"] = 99.into();
        for (text, says) in [
            (value.to_string(), "layout 99"),
            (flipped, "unknown field `bdst`"),
            ("{}".to_owned(), "does not say its format"),
            (format!("{{\"format\": {FORMAT}}}"), "missing field"),
            ("".to_owned(), "not JSON"),
        ] {
            std::fs::write(&path, text).unwrap();
            let message = Manifest::read(&path).unwrap_err().to_string();
            assert!(message.contains(says), "{message}");
        }
    }
}
