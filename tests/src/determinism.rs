//! A result is a function of model, random seed and replication: of nothing else that can be changed around it.

use std::{collections::BTreeSet, process::Command};

use crate::{
    project::{self, Project, Results, kairos},
    section::{Scale, Section},
};

const HORIZON: f64 = 100.0;

/// Everything that may not matter.
#[must_use]
pub fn holds(scale: Scale) -> Section {
    let mut section = Section::new("Determinism");
    let project = Project::new(HORIZON);
    let ran = project.run("study study.ron --out whole --jobs 1");
    section.require(ran.code == 0, || ran.err.clone());
    let whole = project.results("whole");
    jobs(&mut section, &project, &whole);
    terminal(&mut section, &project, &whole);
    scenarios(&mut section, &project, &whole);
    extension(&mut section, &project, &whole);
    replay(&mut section, &project, &whole);
    traces(&mut section, &project);
    if scale == Scale::Long {
        builds(&mut section, &whole);
    }
    section
}

fn jobs(section: &mut Section, project: &Project, whole: &Results) {
    for jobs in [2, 8] {
        let ran = project.run(&format!("study study.ron --out jobs{jobs} --jobs {jobs}"));
        section.require(
            ran.code == 0
                && project.results(&format!("jobs{jobs}"))
                    == without_command(whole, project, &format!("jobs{jobs}")),
            || format!("{jobs} jobs: other bytes\n{}", ran.err),
        );
    }
    section.note("the same bytes for 1, 2 and 8 jobs");
}

/// The manifest notes the command, which names its directory: everything else must be the same.
fn without_command(whole: &Results, project: &Project, name: &str) -> Results {
    let mut expected = whole.clone();
    let manifest = |results: &Results| {
        let text = results.get("manifest.json").cloned().unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    };
    let theirs = project.results(name);
    let lines = |text: &str| -> Vec<String> {
        let all = text.lines().filter(|l| !l.contains("\"command\""));
        all.map(str::to_owned).collect()
    };
    if lines(&manifest(&theirs)) == lines(&manifest(whole)) {
        expected.insert("manifest.json".to_owned(), theirs["manifest.json"].clone());
    }
    expected
}

/// With a terminal there is a progress bar.
fn terminal(section: &mut Section, project: &Project, whole: &Results) {
    let command = format!("{} study study.ron --out bar --jobs 2", kairos().display());
    let ran = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(project.path(""))
        .output();
    match ran {
        Ok(ran) if ran.status.success() => {
            section.require(
                project.results("bar") == without_command(whole, project, "bar"),
                || "a progress bar: other bytes".to_owned(),
            );
            section.note("the same bytes with a progress bar");
        }
        _ => section.note("progress bar: not tested, there is no `script`"),
    }
}

/// Lines of samples, each with its scenario, replication and metric.
fn samples(results: &Results) -> BTreeSet<String> {
    let bytes = results.get("samples.csv").cloned().unwrap_or_default();
    String::from_utf8_lossy(&bytes)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn scenarios(section: &mut Section, project: &Project, whole: &Results) {
    let given = r#""slow": (), "fast": (parameters: { "mu": 2.0 }),"#;
    let other = r#""middling": (parameters: { "mu": 1.5 }),"#;
    let rotated = r#""fast": (parameters: { "mu": 2.0 }), "slow": (),"#;
    for (name, text) in [
        ("rotated", rotated.to_owned()),
        ("more", format!("{other} {given}")),
    ] {
        project.edit("study.ron", given, &text);
        let ran = project.run(&format!("study study.ron --out {name}"));
        project.edit("study.ron", &text, given);
        let (before, after) = (samples(whole), samples(&project.results(name)));
        section.require(ran.code == 0 && after.is_superset(&before), || {
            format!("scenarios {name}: other samples\n{}", ran.err)
        });
        section.require(after.len() == before.len() || name == "more", || {
            format!(
                "scenarios {name}: {} lines of samples instead of {}",
                after.len(),
                before.len()
            )
        });
    }
    section.note("the same samples in another order of scenarios, and with one more");
}

fn extension(section: &mut Section, project: &Project, whole: &Results) {
    let ran = project.run("study study.ron --out longer --replications 120");
    let (before, after) = (samples(whole), samples(&project.results("longer")));
    section.require(
        ran.code == 0 && after.is_superset(&before) && after.len() == 2 * before.len() - 1,
        || {
            format!(
                "twice the replications: {} lines from {}\n{}",
                after.len(),
                before.len(),
                ran.err
            )
        },
    );
    section.note("the first 60 replications of 120 are the 60");
}

/// The manifest's command gives the results again, and a replication by itself the values of its line.
fn replay(section: &mut Section, project: &Project, whole: &Results) {
    let manifest: serde_json::Value =
        serde_json::from_slice(&whole["manifest.json"]).unwrap_or_default();
    let command = manifest["command"].as_str().unwrap_or_default();
    let ran = project.run(command.trim_start_matches("kairos "));
    section.require(
        ran.code == 0 && project.results("results/study") == *whole,
        || format!("`{command}` gives other bytes\n{}", ran.err),
    );
    let run = || {
        let ran = project
            .run("run model.ron --random-seed 7 --replication 41 --set mu=2.0 --format json");
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap_or_default()
    };
    let (one, two) = (run(), run());
    section.require(
        one["fingerprint"].is_string() && one["fingerprint"] == two["fingerprint"],
        || {
            format!(
                "fingerprints {} and {}",
                one["fingerprint"], two["fingerprint"]
            )
        },
    );
    for metric in ["present.mean", "stay.mean"] {
        let value = one["metrics"][metric].to_string();
        let line = samples(whole).into_iter().find(|l| {
            l.contains("fast") && l.contains(metric) && l.split(',').any(|field| field == "41")
        });
        section.require(line.as_ref().is_some_and(|l| l.contains(&value)), || {
            format!("replication 41 of `fast` has {metric} {value}, the study {line:?}")
        });
    }
    section.note("a manifest's command gives the bytes again; one replication gives the values of its lines, and its fingerprint twice");
}

/// Traces, probes and snapshots look on.
fn traces(section: &mut Section, project: &Project) {
    let fingerprint = |arguments: &str| {
        let ran = project.run(&format!(
            "run model.ron --random-seed 3 --format json {arguments}"
        ));
        let value = serde_json::from_str::<serde_json::Value>(&ran.out).unwrap_or_default();
        value["fingerprint"].to_string()
    };
    let plain = fingerprint("");
    for arguments in [
        "--trace trace.csv",
        "--trace trace.jsonl",
        "--snapshot 50:graph.graphml",
    ] {
        section.require(fingerprint(arguments) == plain && plain.len() == 18, || {
            format!("{arguments}: another fingerprint than {plain}")
        });
    }
    project.edit(
        "model.ron",
        r#""present": Count("(c:Customer)"), "stay": Tally(on: "serve", value: "now - c.came")"#,
        "",
    );
    section.require(fingerprint("") == plain, || {
        "without probes: another fingerprint".to_owned()
    });
    section.note("the same fingerprint with and without probes, traces and snapshots");
}

/// The other build, and the same one beside other packages' features.
fn builds(section: &mut Section, whole: &Results) {
    let fresh = Project::new(HORIZON);
    let other = project::build(cfg!(debug_assertions));
    let ran = Command::new(other)
        .args(["study", "study.ron", "--out", "other"])
        .current_dir(fresh.path(""))
        .output();
    section.require(
        ran.is_ok_and(|r| r.status.success())
            && fresh.results("other") == without_command(whole, &fresh, "other"),
        || "debug and release builds differ".to_owned(),
    );
    section.note(
        "the same bytes from debug and release builds; no crate of the workspace has features",
    );
}
