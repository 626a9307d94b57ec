//! `kairos report`.

use crate::project::{Project, RULES, results};

#[test]
fn a_report_is_what_the_study_wrote() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let written = project.read("r/report.html");
    for part in [
        "<h1>study</h1>",
        "stay.mean",
        "lower than",
        "queue-series",
        "%3Csvg",
        "kairos study study.ron",
    ] {
        assert!(written.contains(part), "{part} is not in the report");
    }
    let ran = project.kairos("report r").expect(0);
    assert_eq!(ran.out, "r/report.html\n");
    assert_eq!(project.read("r/report.html"), written);
    project.kairos("report r --out elsewhere.html").expect(0);
    assert_eq!(project.read("elsewhere.html"), written);
}

#[test]
fn damage_is_said_and_the_rest_is_shown() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let before = results(&project.path("r"));
    let restore = || {
        for (name, text) in &before {
            std::fs::write(project.path(&format!("r/{name}")), text).unwrap();
        }
    };
    let report = |says: &[&str]| {
        project.kairos("report r --out page.html").expect(0);
        let page = project.read("page.html");
        for part in says {
            assert!(page.contains(part), "{part} is not in the report");
        }
        assert!(page.contains("Missing or damaged"));
        restore();
    };
    let remove = |name: &str| std::fs::remove_file(project.path(&format!("r/{name}"))).unwrap();

    remove("summary.csv");
    report(&[
        "summary.csv is missing: its numbers were computed again from the journal",
        "served.count",
    ]);
    project.write("r/series.csv", "scenario,probe\n");
    report(&["series.csv was changed: its numbers", "queue-series"]);
    remove("journal.jsonl");
    report(&[
        "journal.jsonl",
        "queue-series",
        "served.count",
        "cannot be read, so that nothing is known",
    ]);
    remove("manifest.json");
    report(&["manifest.json", "queue-series", "served.count"]);
    let journal = project.read("r/journal.jsonl");
    project.write("r/journal.jsonl", &journal[..journal.len() / 2]);
    report(&[
        "is damaged after",
        "The study is not complete",
        "served.count",
    ]);
}

#[test]
fn a_study_without_tables_has_its_report() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let whole = project.read("r/report.html");
    // What a kill leaves before the end.
    for (name, _) in results(&project.path("r")) {
        if !["manifest.json", "journal.jsonl", "pictures.json"].contains(&name.as_str()) {
            std::fs::remove_file(project.path(&format!("r/{name}"))).unwrap();
        }
    }
    project.kairos("report r").expect(0);
    assert_eq!(project.read("r/report.html"), whole);
}

#[test]
fn what_is_no_result_is_refused() {
    let project = Project::new();
    let refused = project.kairos("report nowhere").expect(5);
    assert!(
        refused.err.contains("cannot read nowhere"),
        "{}",
        refused.err
    );
    for command in ["report .", "compare .", "merge . --out x"] {
        let refused = project.kairos(command).expect(5);
        let says = ". holds no results of a study that could be read: there is no manifest.json";
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    project
        .kairos("study study.ron --shard 1/2 --out part")
        .expect(0);
    let refused = project.kairos("report part").expect(5);
    assert!(refused.err.contains("kairos merge"), "{}", refused.err);
    assert!(!project.path("part/report.html").exists());
}

#[test]
fn warnings_name_rules_that_never_fired_and_failures() {
    let project = Project::new();
    let rules = RULES.replace(
        "\"serve\": (",
        "\"idle\": (match: \"(s:Server)\", where: \"s.length < 0\", set: [\"s.length = 0\"]),\n        \"serve\": (",
    );
    let failing = rules.replace(
        "s.length -= 1",
        "s.length = CASE WHEN now > 49.0 THEN 1 % (s.length - s.length) ELSE s.length - 1 END",
    );
    project.write("rules.ron", &failing);
    let model =
        crate::project::MODEL.replace("timers: {", "timers: { \"idle\": Exponential(mean: 1.0),");
    project.write("model.ron", &model);
    project.kairos("study study.ron --out r").expect(3);
    let page = project.read("r/report.html");
    assert!(page.contains("Rule <b>idle</b> never fired in any scenario."));
    assert!(page.contains("replications of <b>slow</b> failed, and are left out. Replication"));
    assert!(page.contains("division by zero"));
}
