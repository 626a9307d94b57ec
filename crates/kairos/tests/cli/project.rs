//! A directory with small models, and the command to run there.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output},
};

/// A queue: customers arrive, wait, and are served in the order of their arrival.
pub(crate) const RULES: &str = r#"RuleSet(
    types: (
        nodes: { "Server": (attributes: { "length": Int(0) }), "Customer": (attributes: { "arrived": Real }) },
        edges: { "waits": (from: "Customer", to: "Server") },
    ),
    rules: {
        "arrive": (
            match: "(s:Server)",
            create: ["(:Customer {arrived: now})-[:waits]->(s)"],
            set: ["s.length += 1"],
        ),
        "serve": (
            match: "(s:Server)",
            where: "s.length > 0",
            choose: [Min("c.arrived", of: "(c:Customer)-[:waits]->(s)")],
            delete: ["c"],
            set: ["s.length -= 1"],
        ),
    },
)"#;

/// The queue with exponential times.
pub(crate) const MODEL: &str = r#"Model(
    rules: "rules.ron",
    parameters: { "lambda": 0.5, "mu": 1.0 },
    start: [Create("(:Server)")],
    timers: { "arrive": Exponential(rate: "lambda"), "serve": Exponential(rate: "mu") },
    probes: {
        "queue": Mean("s.length", over: "(s:Server)"),
        "served": Firings("serve"),
        "stay": Tally(on: "serve", value: "now - c.arrived", unit: "s"),
    },
    horizon: 50.0,
    sample_every: 10.0,
)"#;

/// Two speeds of service.
pub(crate) const STUDY: &str = r#"Study(
    model: "model.ron",
    scenarios: { "slow": (), "fast": (parameters: { "mu": 2.0 }) },
    metrics: ["queue.mean", "stay.mean", "served.count"],
    baseline: "slow",
    best: { "stay.mean": Least },
    replications: 20,
    seed: 7,
)"#;

/// A directory with the three files.
pub(crate) struct Project(tempfile::TempDir);

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Project(tempfile::tempdir().unwrap());
        project.write("rules.ron", RULES);
        project.write("model.ron", MODEL);
        project.write("study.ron", STUDY);
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kairos"));
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    /// Runs the command to its end; `arguments` are separated by spaces.
    pub(crate) fn kairos(&self, arguments: &str) -> Ran {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        self.command(&arguments).output().unwrap().into()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The output of a command that must have ended with a code.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

/// All files of results but the timing, as (name, bytes).
pub(crate) fn results(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("timing.json"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

/// What a command that was started has written when Ctrl-C has ended it.
#[cfg(unix)]
pub(crate) fn interrupted(child: Child) -> String {
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    String::from_utf8(output.stdout).unwrap()
}
