//! `kairos study`, `merge` and `compare`.

use std::{process::Stdio, time::Duration};

use crate::project::{MODEL, Project, RULES, STUDY, results};

#[test]
fn a_study_ends_with_its_comparison() {
    let project = Project::new();
    let ran = project.kairos("study study.ron").expect(0);
    for part in [
        "queue.mean\n  scenario",
        "stay.mean (s)\n  scenario",
        "95 % interval",
        "lower than `slow`, −",
        "; p (Holm) < 0.0001. Common random numbers cut the variance of the difference ",
        "  The least is that of `fast`, with 95 % confidence; behind it `slow`.",
        "20 replications of each scenario.",
    ] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    assert_eq!(
        ran.err,
        "Results are in results/study\nTo look at: results/study/report.html\n"
    );
    let again = project.kairos("compare results/study").expect(0);
    assert_eq!(again.out, ran.out);
    let twice = project.kairos("study study.ron").expect(0);
    assert_eq!(twice.out, ran.out);
}

#[test]
fn files_have_their_shape() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let lines = |name: &str| project.read(&format!("r/{name}")).lines().count();
    assert_eq!(lines("samples.csv"), 1 + 2 * 20 * 3);
    assert_eq!(lines("summary.csv"), 1 + 2 * 3);
    assert_eq!(lines("comparison.csv"), 1 + 3);
    assert_eq!(lines("ranking.csv"), 1 + 2);
    // Times 0, 10, …, 50 of one probe that can be read at any time.
    assert_eq!(lines("series.csv"), 1 + 2 * 6);
    assert_eq!(lines("failures.csv"), 1);
    assert_eq!(lines("truncation.csv"), 1);
    let manifest: serde_json::Value =
        serde_json::from_str(&project.read("r/manifest.json")).unwrap();
    assert_eq!(manifest["command"], "kairos study study.ron");
    assert_eq!(
        manifest["plan"]["metrics"][1],
        serde_json::json!({ "name": "stay.mean", "unit": "s", "best": "least" })
    );
    for (name, start) in [
        ("summary.csv", "slow,stay.mean,s,20,0,"),
        ("comparison.csv", "fast,slow,stay.mean,s,20,0,-"),
        ("ranking.csv", "stay.mean,s,least,,1,fast,"),
        ("series.csv", "slow,queue,,0.0,20,"),
    ] {
        let text = project.read(&format!("r/{name}"));
        assert!(
            text.lines().any(|l| l.starts_with(start)),
            "{start}\n{text}"
        );
    }
    let files: Vec<&str> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["path"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["model.ron", "rules.ron", "study.ron"]);
    assert_eq!(
        manifest["plan"]["scenarios"][1]["parameters"][1],
        serde_json::json!(["mu", "2.0"])
    );
}

#[test]
fn replications_that_the_limit_of_steps_cuts_are_told() {
    let project = Project::new();
    let says = "20 of 20 replications of `fast` ended at the limit of steps, before the horizon";
    for (limits, told) in [
        ("limits: (steps: 10)", true),
        ("limits: (steps: 10000)", false),
    ] {
        project.write(
            "model.ron",
            &MODEL.replace("horizon", &format!("{limits}, horizon")),
        );
        let out = format!("steps{told}");
        let ran = project
            .kairos(&format!("study study.ron --out {out}"))
            .expect(0);
        assert_eq!(ran.out.contains(says), told, "{}", ran.out);
        let page = project.read(&format!("{out}/report.html"));
        assert_eq!(page.contains("ended at the limit of steps"), told);
    }
}

#[test]
fn series_over_runs_that_ended_early_are_told() {
    let project = Project::new();
    let early = MODEL.replace(
        "horizon",
        "stop_when: \"COUNT { (:Customer) } > 3\", horizon",
    );
    for (model, told) in [(early.as_str(), true), (MODEL, false)] {
        project.write("model.ron", model);
        let out = format!("fading{told}");
        project
            .kairos(&format!("study study.ron --out {out}"))
            .expect(0);
        let page = project.read(&format!("{out}/report.html"));
        let says = "Series of <b>slow</b> begin as means over 20 replications and are of ";
        assert_eq!(page.contains(says), told);
    }
}

#[test]
fn many_tests_for_correlation_name_some_by_chance() {
    let project = Project::new();
    let model = MODEL.replace("horizon: 50.0", "horizon: 100.0");
    project.write("model.ron", &model);
    let says = "series were tested, each at α = 0.1: about";
    let more = r#"metrics: ["queue.sd", "queue.max", "stay.sd", "stay.max", "served.rate", "#;
    for (metrics, told) in [("metrics: [", false), (more, true)] {
        let study = STUDY
            .replace("replications: 20", "replications: BatchMeans(batches: 20)")
            .replace("metrics: [", metrics);
        project.write("study.ron", &study);
        let ran = project
            .kairos(&format!("study study.ron --out batches{told}"))
            .expect(0);
        assert!(
            ran.out.contains("neighbouring batches are correlated"),
            "{}",
            ran.out
        );
        assert_eq!(ran.out.contains(says), told, "{}", ran.out);
    }
}

#[test]
fn truncated_delays_are_told() {
    let project = Project::new();
    let normal = "Normal(mean: 1.0, sd: \"1.0 / mu\")";
    let model = MODEL.replace("Exponential(rate: \"mu\")", normal);
    assert_ne!(model, MODEL);
    project.write("model.ron", &model);
    let ran = project.kairos("study study.ron --out r").expect(0);
    // φ(1)/Φ(1), and φ(2)/Φ(2)/2: what a positive normal law with mean 1 and sd 1 or 0.5 has more.
    for (scenario, shift, told) in [
        ("slow", "0.2875999", "29 %"),
        ("fast", "0.0276239", "2.8 %"),
    ] {
        let start = format!("{scenario},serve,{shift}");
        let table = project.read("r/truncation.csv");
        assert!(table.lines().any(|l| l.starts_with(&start)), "{table}");
        let says = format!("delay of `serve` in `{scenario}` by up to {told}.");
        assert!(ran.out.contains(&says), "{}", ran.out);
    }
}

#[test]
fn bytes_do_not_depend_on_jobs_or_shards() {
    let project = Project::new();
    project
        .kairos("study study.ron --out whole --jobs 1")
        .expect(0);
    let whole = results(&project.path("whole"));
    for jobs in [2, 8] {
        project
            .kairos(&format!("study study.ron --out jobs{jobs} --jobs {jobs}"))
            .expect(0);
        assert_eq!(results(&project.path(&format!("jobs{jobs}"))), whole);
    }
    for of in [1, 3, 7] {
        let parts: Vec<_> = (1..=of)
            .map(|i| {
                let (part, shard) = (format!("{i}of{of}"), format!("{i}/{of}"));
                let arguments = ["study", "study.ron", "--shard", &shard, "--out", &part];
                let child = project
                    .command(&arguments)
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap();
                (part, child)
            })
            .collect();
        let mut names = Vec::new();
        for (name, mut child) in parts {
            assert!(child.wait().unwrap().success());
            names.push(name);
        }
        let out = format!("merged{of}");
        project
            .kairos(&format!("merge {} --out {out}", names.join(" ")))
            .expect(0);
        assert_eq!(results(&project.path(&out)), whole);
    }
    let refused = project.kairos("merge 1of3 2of3 --out none").expect(5);
    assert!(
        refused.err.contains("shard 3/3 is missing"),
        "{}",
        refused.err
    );
    let refused = project.kairos("compare 1of3").expect(5);
    assert!(refused.err.contains("kairos merge"), "{}", refused.err);
}

#[test]
fn one_long_run_is_cut_into_batches() {
    let project = Project::new();
    let model = MODEL.replace("horizon: 50.0", "horizon: 3000.0");
    project.write("model.ron", &model);
    let rule = "replications: BatchMeans(batches: 20), warm_up: Mser5(of: [\"queue\"], pilots: 2)";
    project.write("study.ron", &STUDY.replace("replications: 20", rule));
    let dry = project.kairos("study study.ron --dry-run").expect(0);
    assert_eq!(
        dry.out,
        "slow\nfast\n2 scenarios × 1 run in 20 batches = 2 runs; 3 metrics\n"
    );
    let ran = project
        .kairos("study study.ron --out whole --jobs 1")
        .expect(0);
    for part in [
        "One run of each scenario, in 20 batches.",
        "found by MSER-5 from 2 pilot replications of each scenario.",
    ] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    let samples = project.read("whole/samples.csv");
    assert!(samples.starts_with("scenario,batch,metric,value\nslow,0,queue.mean,"));
    assert_eq!(samples.lines().count(), 1 + 2 * 20 * 3);
    for shard in ["1/2", "2/2"] {
        let out = shard.replace('/', "of");
        project
            .kairos(&format!("study study.ron --shard {shard} --out {out}"))
            .expect(0);
    }
    project.kairos("merge 1of2 2of2 --out merged").expect(0);
    assert_eq!(
        results(&project.path("merged")),
        results(&project.path("whole"))
    );
}

#[test]
fn a_warm_up_that_is_not_there_is_not_found() {
    let project = Project::new();
    // More customers come than are served: the queue never settles.
    let model = MODEL
        .replace("\"lambda\": 0.5", "\"lambda\": 1.5")
        .replace("sample_every: 10.0", "sample_every: 0.5");
    project.write("model.ron", &model);
    project.write(
        "study.ron",
        &STUDY.replace("replications: 20", "replications: 20, warm_up: Mser5"),
    );
    let refused = project.kairos("study study.ron --out r").expect(3);
    assert!(
        refused.err.contains("`queue` of `slow` has not settled"),
        "{}",
        refused.err
    );
    assert!(!project.path("r").exists());
}

#[test]
fn a_killed_study_goes_on_to_the_same_bytes() {
    let project = Project::new();
    // Long enough to be killed in the middle, on any machine.
    project.write(
        "model.ron",
        &MODEL.replace("horizon: 50.0", "horizon: 3000.0"),
    );
    project.write(
        "study.ron",
        &STUDY.replace("replications: 20", "replications: 60"),
    );
    project.kairos("study study.ron --out whole").expect(0);
    let mut unfinished = 0;
    for attempt in 0..20_u64 {
        let mut child = project
            .command(&["study", "study.ron", "--out", "killed"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(5 + attempt * 37 % 90));
        child.kill().unwrap();
        child.wait().unwrap();
        unfinished += u32::from(!project.path("killed/outcome.json").exists());
    }
    assert!(unfinished > 0, "no kill came before the end");
    project.kairos("study study.ron --out killed").expect(0);
    assert_eq!(
        results(&project.path("killed")),
        results(&project.path("whole"))
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_study_leaves_partial_results() {
    let project = Project::new();
    project.write(
        "model.ron",
        &MODEL.replace("horizon: 50.0", "horizon: 20000.0"),
    );
    project.write(
        "study.ron",
        &STUDY.replace("replications: 20", "replications: 100000"),
    );
    let study = || {
        let mut command = project.command(&["study", "study.ron", "--out", "r"]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let child = study();
    std::thread::sleep(Duration::from_millis(700));
    let second = project.kairos("study study.ron --out r").expect(5);
    assert!(
        second.err.contains("another process is writing to r"),
        "{}",
        second.err
    );
    let text = crate::project::interrupted(child);
    assert!(text.contains("the study is not complete"), "{text}");
    let outcome: serde_json::Value = serde_json::from_str(&project.read("r/outcome.json")).unwrap();
    assert_eq!(
        (&outcome["complete"], &outcome["stopped"]),
        (&false.into(), &"interrupted".into())
    );
    assert_eq!(project.kairos("compare r").expect(0).out, text);
}

#[test]
fn what_changed_is_said_and_nothing_is_overwritten() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let before = results(&project.path("r"));
    let refused = |arguments: &str, says: &str| {
        let ran = project
            .kairos(&format!("study study.ron --out r {arguments}"))
            .expect(5);
        assert!(ran.err.contains(says), "{says} is not in\n{}", ran.err);
    };
    refused(
        "--set lambda=0.6",
        "parameter `lambda` of `slow`: 0.5 there, 0.6 now",
    );
    refused("--replications 10", "replications: 20 there, 10 now");
    refused("--replications 30 --set lambda=0.6", "0.5 there, 0.6 now");
    refused("--shard 1/2", "the shard: 1/1 there, 1/2 now");
    project.write("rules.ron", &format!("{RULES}\n// a remark"));
    refused("", "the file rules.ron has changed");
    project.write("rules.ron", RULES);
    project.kairos("study study.ron --out r").expect(0);
    assert_eq!(results(&project.path("r")), before);
    let refused = project.kairos("study study.ron --out .").expect(5);
    assert!(
        refused.err.contains("holds something else"),
        "{}",
        refused.err
    );
}

#[test]
fn failing_replications_lose_no_other() {
    let project = Project::new();
    let faulty = RULES.replace(
        "s.length -= 1",
        "s.length = CASE WHEN now > 49.0 THEN 1 % (s.length - s.length) ELSE s.length - 1 END",
    );
    project.write("rules.ron", &faulty);
    let ran = project.kairos("study study.ron --out r").expect(3);
    assert!(
        ran.out.contains("Failed replications of `slow`"),
        "{}",
        ran.out
    );
    let failures = project.read("r/failures.csv");
    assert!(
        failures.contains("slow,") && failures.contains("division by zero"),
        "{failures}"
    );
    let rows = failures.lines().count() - 1;
    assert!(rows > 0 && rows < 40);
    assert_eq!(
        project.read("r/samples.csv").lines().count(),
        1 + 3 * (40 - rows)
    );
    let remark = "replications of `slow` failed, and are left out. Replication ";
    assert!(ran.err.contains(remark), "{}", ran.err);
}

/// Where no replication has a value, nothing is said of the best, and no scenario has its star.
#[test]
fn nothing_is_the_best_where_all_fail() {
    let project = Project::new();
    let faulty = RULES.replace("s.length -= 1", "s.length = 1 % (s.length - s.length)");
    project.write("rules.ron", &faulty);
    let ran = project.kairos("study study.ron --out r").expect(3);
    let says = "Which scenario has the least cannot be said: the metric has no values.";
    assert!(ran.out.contains(says), "{}", ran.out);
    assert!(
        !project
            .read("r/report.html")
            .contains("title=\"may be the best\"")
    );
}

#[test]
fn precision_stops_a_study() {
    let project = Project::new();
    let rule = "replications: Precision(relative: 0.1, at_least: 10, at_most: 3000)";
    project.write("study.ron", &STUDY.replace("replications: 20", rule));
    let dry = project.kairos("study study.ron --dry-run").expect(0);
    assert_eq!(
        dry.out,
        "slow\nfast\n2 scenarios × 10 to 3 000 replications = 20 to 6 000 runs; 3 metrics\n"
    );
    assert!(!project.path("results").exists());
    let ran = project.kairos("study study.ron --out r").expect(0);
    assert!(
        ran.out.contains("every interval is narrow enough"),
        "{}",
        ran.out
    );
    project.kairos("study study.ron --out s --jobs 1").expect(0);
    assert_eq!(results(&project.path("r")), results(&project.path("s")));
}

#[test]
fn command_lines_that_make_no_sense() {
    let project = Project::new();
    for arguments in [
        "study study.ron --shard 4/3",
        "study study.ron --replications 1",
        "study study.ron --jobs 0",
        "study",
        "merge --out x",
        "frobnicate",
    ] {
        project.kairos(arguments).expect(2);
    }
    project.kairos("study model.ron").expect(1);
    project.kairos("compare nowhere").expect(5);
}
