//! A directory with a small study in it, and the command to run there.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

/// A queue: customers arrive, wait, and are served in the order of their arrival.
const RULES: &str = r#"RuleSet(
    types: (
        nodes: { "Queue": (), "Customer": (attributes: { "came": Real }) },
        edges: { "waits": (from: "Customer", to: "Queue") },
    ),
    rules: {
        "arrive": (match: "(q:Queue)", create: ["(c:Customer {came: now})-[:waits]->(q)"]),
        "serve": (
            match: "(q:Queue)",
            where: "EXISTS { (:Customer)-[:waits]->(q) }",
            choose: [Min("id(c)", of: "(c:Customer)-[:waits]->(q)")],
            delete: ["c"],
        ),
    },
)"#;

const MODEL: &str = r#"Model(
    rules: "rules.ron",
    parameters: { "mu": 1.0 },
    start: [Create("(q:Queue)")],
    timers: { "arrive": Exponential(rate: 0.5), "serve": Exponential(rate: "mu") },
    probes: { "present": Count("(c:Customer)"), "stay": Tally(on: "serve", value: "now - c.came") },
    horizon: HORIZON,
    sample_every: 100.0,
)"#;

const STUDY: &str = r#"Study(
    model: "model.ron",
    scenarios: { "slow": (), "fast": (parameters: { "mu": 2.0 }), },
    metrics: ["present.mean", "stay.mean"],
    baseline: "slow",
    replications: 60,
    seed: 7,
)"#;

/// A directory with rule set, model and study; it goes when the value goes.
#[derive(Debug)]
pub struct Project(tempfile::TempDir);

/// What a command did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it wrote to the standard output.
    pub out: String,
    /// What it wrote to the standard error.
    pub err: String,
}

/// Files of results by name, without what may differ between machines and processes.
pub type Results = BTreeMap<String, Vec<u8>>;

impl Project {
    /// The three files; replications last until `horizon`.
    ///
    /// # Panics
    /// If they cannot be written.
    #[must_use]
    pub fn new(horizon: f64) -> Self {
        let project = Project(tempfile::tempdir().expect("a directory for scratch files"));
        project.write("rules.ron", RULES);
        project.write(
            "model.ron",
            MODEL.replace("HORIZON", &format!("{horizon:?}")),
        );
        project.write("study.ron", STUDY);
        project
    }

    /// The path of something in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).expect("scratch files can be written");
    }

    /// Changes a text file.
    ///
    /// # Panics
    /// If it is not there, or does not hold what is to be changed.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(name)).expect("a scratch file");
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, text.replace(from, to));
    }

    /// The command, in this directory; arguments are separated by spaces.
    #[must_use]
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(kairos());
        command
            .current_dir(self.0.path())
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end.
    ///
    /// # Panics
    /// If it cannot be run.
    #[must_use]
    pub fn run(&self, arguments: &str) -> Ran {
        Ran::from(self.command(arguments).output().expect("the command runs"))
    }

    /// The results in a directory; none, if there is no such directory.
    #[must_use]
    pub fn results(&self, name: &str) -> Results {
        let Ok(entries) = std::fs::read_dir(self.path(name)) else {
            return Results::new();
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let file = |path: PathBuf| {
            let name = path.file_name()?.to_str()?.to_owned();
            let kept = !["timing.json", "lock"].contains(&name.as_str());
            kept.then(|| Some((name, std::fs::read(&path).ok()?)))?
        };
        paths.filter_map(file).collect()
    }

    /// Copies a directory of results, over nothing.
    ///
    /// # Panics
    /// If it cannot be copied.
    pub fn copy(&self, from: &str, to: &str) {
        let to = self.path(to);
        if to.exists() {
            std::fs::remove_dir_all(&to).expect("scratch files can be removed");
        }
        std::fs::create_dir(&to).expect("scratch directories can be made");
        for (name, bytes) in self.results(from) {
            std::fs::write(to.join(name), bytes).expect("scratch files can be written");
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

/// The command as it was built beside these tests, in the same profile; built first if it is not up to date.
///
/// # Panics
/// If it cannot be built.
pub fn kairos() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build(!cfg!(debug_assertions)))
}

/// The command in a profile.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn build(release: bool) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command.args([
        "build",
        "--quiet",
        "-p",
        "kairos",
        "--message-format=json-render-diagnostics",
    ]);
    if release {
        command.arg("--release");
    }
    let built = command.output().expect("cargo runs");
    let text = String::from_utf8_lossy(&built.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut executables = messages.filter_map(|m| m.get("executable")?.as_str().map(PathBuf::from));
    let executable = executables.next_back();
    executable.unwrap_or_else(|| {
        panic!(
            "kairos is not built: {}",
            String::from_utf8_lossy(&built.stderr)
        )
    })
}
