//! `kairos run` and `kairos verify`.

use crate::project::{MODEL, Project, RULES};
use serde_json::Value;

fn json(project: &Project, arguments: &str) -> Value {
    let ran = project.kairos(&format!("run model.ron --format json {arguments}"));
    serde_json::from_str(&ran.expect(0).out).unwrap()
}

#[test]
fn json_has_all_its_fields() {
    let project = Project::new();
    let run = json(&project, "");
    for field in [
        "events",
        "effectless",
        "thinned",
        "time",
        "wall_seconds",
        "setup_seconds",
        "events_per_second",
        "active_events",
        "nodes",
        "edges",
        "search_steps",
        "index_steps",
    ] {
        assert!(run[field].is_number(), "{field}: {}", run[field]);
    }
    assert_eq!(run["stop_reason"], "horizon");
    assert_eq!(run["time"], 50.0);
    assert_eq!(run["fingerprint"].as_str().unwrap().len(), 16);
    assert!(run["metrics"]["served.count"].as_f64().unwrap() > 0.0);
    if cfg!(target_os = "linux") {
        assert!(run["peak_rss_bytes"].as_u64().unwrap() > 100_000);
    }
}

#[test]
fn the_fingerprint_depends_on_seed_and_replication_and_on_nothing_that_watches() {
    let project = Project::new();
    let fingerprint = |arguments: &str| json(&project, arguments)["fingerprint"].to_string();
    let plain = fingerprint("");
    assert_eq!(plain, fingerprint("--random-seed 0 --replication 0"));
    assert_eq!(
        plain,
        fingerprint("--trace t.jsonl --snapshot 20:g.graphml")
    );
    assert_ne!(plain, fingerprint("--random-seed 1"));
    assert_ne!(plain, fingerprint("--replication 1"));
    assert_ne!(plain, fingerprint("--set mu=1.5"));
    project.write("model.ron", &MODEL.replace("\"stay\"", "\"time_spent\""));
    assert_eq!(plain, fingerprint(""));
}

#[test]
fn traces_tell_every_step() {
    let project = Project::new();
    let run = json(&project, "--steps 20 --trace t.jsonl --replication 3");
    assert_eq!(
        (&run["events"], &run["stop_reason"]),
        (&20.into(), &"steps".into())
    );
    let lines: Vec<Value> = project
        .read("t.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 20);
    let first = &lines[0];
    assert_eq!(first["rule"], "arrive");
    assert_eq!(
        (&first["matched"], &first["created"]),
        (&Value::from(vec![0]), &Value::from(vec![1, 2]))
    );
    let served = lines.iter().find(|line| line["rule"] == "serve").unwrap();
    assert_eq!(served["chosen"], served["deleted"]);
    assert_eq!(served["variables"]["c"], served["deleted"][0]);
    json(&project, "--steps 20 --trace t.csv --replication 3");
    let csv = project.read("t.csv");
    assert_eq!(csv.lines().count(), 21);
    assert!(csv.starts_with("step,time,rule,outcome,matched,chosen,variables,created,deleted\n0,"));
}

/// What was tried in vain is not chosen; engine and reference try different candidates.
#[test]
fn nothing_is_chosen_where_nothing_fits() {
    let project = Project::new();
    project.write(
        "rules.ron",
        r#"RuleSet(
            types: (nodes: {"A": (), "B": (attributes: {"v": Int(0)})}, edges: {"e": (from: "A", to: "B")}),
            rules: {"r": (match: "(a:A)", choose: [Weighted("1.0 * b.v", of: "(a)-[:e]->(b:B)")], set: ["b.v = 1"])},
        )"#,
    );
    project.write(
        "vain.ron",
        r#"Model(rules: "rules.ron", start: [Create("(:A)-[:e]->(:B)")], timers: {"r": Exponential(rate: 1.0)}, horizon: 10.0)"#,
    );
    project.kairos("verify vain.ron").expect(0);
    project
        .kairos("run vain.ron --steps 3 --trace t.jsonl")
        .expect(0);
    for line in project.read("t.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["outcome"], "effectless");
        assert_eq!(line["chosen"], Value::Array(Vec::new()));
        assert!(line["variables"].get("b").is_none());
    }
}

/// Pools that are kept with events, sums without matches, attributes that decide alone, matches that are edges, and nodes that go.
#[test]
fn engine_and_reference_agree_on_what_is_not_stored() {
    let project = Project::new();
    project.write("rules.ron", UNSTORED_RULES);
    project.write("unstored.ron", UNSTORED_MODEL);
    for random_seed in 1..4 {
        project
            .kairos(&format!(
                "verify unstored.ron --steps 500 --random-seed {random_seed}"
            ))
            .expect(0);
    }
}

/// Of the edges of one type, the graph says which match is which and which way round; a loop matches once or not at all.
#[test]
fn engine_and_reference_agree_on_matches_that_are_edges() {
    let project = Project::new();
    for (declared, arrow, line) in [
        (r#"from: "A", to: "A""#, "->", '-'),
        (r#"between: ("A", "A")"#, "~", '~'),
    ] {
        let edge = |name: &str| format!("{line}[{name}:x]{arrow}");
        let (w, new) = (edge("w"), edge(""));
        project.write(
            "rules.ron",
            &format!(
                r#"RuleSet(
                    types: (nodes: {{"A": (attributes: {{"v": Int(0)}})}}, edges: {{"x": ({declared})}}),
                    rules: {{
                        "join": (match: "(a:A), (b:A)", symmetric: false, create: ["(a){new}(b)"]),
                        "loop": (match: "(a:A)", create: ["(a){new}(a)"]),
                        "cut": (match: "(a:A){w}(b:A)", symmetric: false, delete: ["w"], set: ["a.v += 1", "b.v -= 2"]),
                        "look": (match: "(c:A)", choose: [Uniform("(a:A){w}(b:A)")], delete: ["w"], set: ["b.v = a.v"]),
                        "die": (match: "(a:A WHERE a.v > 4)", delete: ["a"], create: ["(:A)"]),
                    }},
                )"#
            ),
        );
        project.write(
            "edges.ron",
            r#"Model(
                rules: "rules.ron",
                start: [Repeat(8, "(:A {v: index % 3})")],
                timers: {
                    "join": Exponential(rate: 0.05, clock: Aggregate),
                    "loop": Exponential(rate: 0.1),
                    "cut": Exponential(rate: 0.3, clock: Aggregate),
                    "look": Exponential(rate: 0.1),
                    "die": Exponential(rate: 0.2),
                },
                horizon: 1000.0,
            )"#,
        );
        for random_seed in 1..4 {
            let verify = format!("verify edges.ron --steps 500 --random-seed {random_seed}");
            let said = project.kairos(&verify).expect(0).out;
            assert!(said.contains("agree on 500 steps"), "{said}");
        }
    }
}

const UNSTORED_RULES: &str = r#"RuleSet(
    types: (
        nodes: {
            "Base": (abstract: true, attributes: { "v": Int(0), "r": Real(1.5) }),
            "A": (is: "Base"),
            "B": (is: "Base", attributes: { "w": Int(2) }),
            "C": (attributes: { "on": Bool(true) }),
        },
        edges: {
            "x": (from: "A", to: "B"),
            "y": (between: ("A", "A")),
            "z": (between: ("Base", "Base")),
            "k": (between: ("C", "C")),
        },
    ),
    rules: {
        "up": (match: "(a:Base WHERE a.v < 5)", set: ["a.v += 1", "a.r += 0.1"]),
        "down": (match: "(a:Base WHERE a.v > 2)", set: ["a.v -= 2"]),
        "meet": (
            match: "(c:C WHERE c.on)",
            unless: ["(c)~[:k]~(:C)"],
            choose: [Uniform("(d:C WHERE d.on AND d <> c AND NOT EXISTS { (d)~[:k]~(:C) })")],
            create: ["(c)~[:k]~(d)"],
        ),
        "leave": (match: "(c:C)~[e:k]~(d:C)", symmetric: false, delete: ["e"], set: ["c.on = FALSE"]),
        "toggle": (match: "(c:C WHERE NOT c.on)", set: ["c.on = TRUE"]),
        "pair": (
            match: "(a:A)",
            unless: ["(a)~[:y]~(:A)"],
            choose: [Uniform("(b:A WHERE b <> a AND NOT EXISTS { (b)~[:y]~(:A) })")],
            create: ["(a)~[:y]~(b)"],
        ),
        "part": (match: "(a:A)~[e:y]~(b:A)", symmetric: true, delete: ["e"], set: ["a.v += 1", "b.v += 1"]),
        "link": (match: "(a:A)", choose: [Uniform("(b:B WHERE b.v > 1)")], create: ["(a)-[:x]->(b)"]),
        "cut": (match: "(a:A)-[e:x]->(b:B)", delete: ["e"], set: ["b.v += 1"]),
        "touch": (match: "(a:Base)~[e:z]~(b:Base)", symmetric: true, delete: ["e"]),
        "join": (match: "(a:A), (b:Base WHERE b.v = 1)", create: ["(a)~[:z]~(b)"]),
        "die": (match: "(b:B WHERE b.v > 3)", delete: ["b"]),
        "born": (match: "(a:A)", create: ["(:B {v: 1, r: a.r})"]),
    },
)"#;

const UNSTORED_MODEL: &str = r#"Model(
    rules: "rules.ron",
    start: [Repeat(6, "(:A {v: index % 4})"), Repeat(3, "(:B {v: index})"), Repeat(5, "(:C {on: index % 2 = 0})")],
    timers: {
        "up": Normal(mean: 1.0, sd: 0.3),
        "down": Exponential(rate: 0.5, clock: Aggregate, weights: { "a": "a.v" }),
        "meet": Exponential(mean: 1.0),
        "leave": Normal(mean: 1.0, sd: 0.1),
        "toggle": Exponential(rate: 1.0),
        "pair": Exponential(mean: 1.0),
        "part": Exponential(rate: 1.0, clock: Aggregate),
        "link": Exponential(rate: 0.5),
        "cut": Exponential(rate: 1.0, clock: Aggregate),
        "touch": Exponential(rate: 0.7, clock: Aggregate),
        "join": Exponential(rate: 0.1, clock: Aggregate),
        "die": Exponential(rate: 0.5),
        "born": Exponential(rate: 0.1),
    },
    probes: {
        "sum": Sum("b.v", over: "(b:Base)"),
        "mean": Mean("b.v / 3", over: "(b:A)"),
        "real": Mean("b.r", over: "(b:B)"),
        "some": Mean("b.r", over: "(b:Base WHERE b.v > 2)"),
        "pairs": Count("(a:A)~[:y]~(b:A)"),
    },
    horizon: 1000.0,
)"#;

#[test]
fn snapshots_see_the_events_of_their_own_time() {
    let project = Project::new();
    json(&project, "--steps 5 --trace t.jsonl");
    let trace = project.read("t.jsonl");
    let line: Value = serde_json::from_str(trace.lines().nth(2).unwrap()).unwrap();
    let time = line["time"].as_f64().unwrap();
    json(
        &project,
        &format!("--snapshot {time:?}:at.dot --snapshot 0:start.dot --snapshot 50:end.graphml"),
    );
    let customers = |name: &str| project.read(name).matches("Customer").count();
    let expected: i64 = trace
        .lines()
        .take(3)
        .map(|line| if line.contains("\"arrive\"") { 1 } else { -1 })
        .sum();
    assert_eq!(customers("start.dot"), 0);
    assert_eq!(customers("at.dot") as i64, expected);
    assert!(project.read("end.graphml").contains("<graphml"));
    let late = project
        .kairos("run model.ron --steps 3 --snapshot 40:late.dot")
        .expect(0);
    assert!(late.err.contains("no snapshot late.dot"), "{}", late.err);
    project
        .kairos("run model.ron --snapshot 3:graph.png")
        .expect(2);
}

/// A model whose run fails after these changes of its files; the message and the place that must be shown.
#[track_caller]
fn fails(changes: &[(&str, &str, &str)], message: &str, place: &str) {
    let project = Project::new();
    for (file, from, to) in changes {
        let text = project.read(file);
        assert!(text.contains(from), "{from}");
        project.write(file, &text.replacen(from, to, 1));
    }
    let ran = project.kairos("run model.ron").expect(3);
    for part in [message, place] {
        assert!(ran.err.contains(part), "{part} is not in\n{}", ran.err);
    }
}

#[test]
fn a_run_time_error_is_shown_where_its_cause_stands() {
    let unique = (
        "rules.ron",
        "edges: {",
        "edges: { \"next\": (from: \"Server\", to: \"Server\", unique: true),",
    );
    let (loops, twice) = ("(s)-[:next]->(s)", "(s)-[:next]->(s), (s)-[:next]->(s)");
    // An expression, in whichever file.
    let adds = (
        "rules.ron",
        "s.length += 1",
        "s.length += 1 % (s.length - s.length)",
    );
    fails(&[adds], "division by zero, in `1 % ", "rules.ron:10:32");
    let rate = (
        "model.ron",
        "rate: \"lambda\"",
        "rate: \"lambda / (0 * now)\"",
    );
    fails(&[rate], "in `lambda / (0 * now)`", "model.ron:5:44");
    let asks = "= help: ask before: `CASE WHEN divisor = 0 THEN … ELSE … END`";
    fails(&[rate], asks, "model.ron:5:44");
    // A rule or a start statement, where no expression is at fault.
    let joins = format!("[:waits]->(s)\", \"{loops}");
    let joins = ("rules.ron", "[:waits]->(s)", joins.as_str());
    fails(&[unique, joins], "a second `next` edge", "rules.ron:7:9");
    let start = format!("(s:Server), {twice}");
    let start = ("model.ron", "(:Server)", start.as_str());
    fails(&[unique, start], "a second `next` edge", "model.ron:4:20");
}

#[test]
fn negative_numbers_are_told_what_they_must_be() {
    let project = Project::new();
    for (arguments, says) in [
        (
            "run model.ron --until -5",
            "a time is a number and not negative",
        ),
        (
            "run model.ron --random-seed -1",
            "invalid value '-1' for '--random-seed <N>'",
        ),
        ("explain model.ron --at -1", "invalid value '-1' for '--at"),
        (
            "study study.ron --replications -3",
            "invalid value '-3' for '--replications <N>'",
        ),
    ] {
        let ran = project.kairos(arguments).expect(2);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}

/// Where the name of a data file was given, there it is missing.
#[test]
fn a_data_file_that_is_not_there() {
    let project = Project::new();
    let table =
        "tables: { \"t\": Csv(\"{data}\", key: [\"id\"]) }, parameters: { \"data\": \"t.csv\",";
    project.write("model.ron", &MODEL.replace("parameters: {", table));
    project.write("t.csv", "id,value\n1,2\n");
    project.kairos("run model.ron").expect(0);
    let ran = project.kairos("run model.ron --set data=u.csv").expect(1);
    for part in [
        "cannot read `u.csv`: there is no such file",
        "--set:1:6",
        "data=u.csv",
        "did you mean `t.csv`?",
    ] {
        assert!(ran.err.contains(part), "{part} is not in\n{}", ran.err);
    }
}

#[test]
fn nothing_is_written_over_what_the_run_reads() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    for (options, loss) in [
        (
            "--trace model.ron",
            "model.ron is not written: this command reads it",
        ),
        ("--trace ./rules.ron", "this command reads it"),
        (
            "--trace study.ron",
            "a model, a rule set or a study is there",
        ),
        (
            "--trace r/journal.jsonl",
            "it is one of the results of a study",
        ),
        (
            "--snapshot 1:a.dot --snapshot 2:./a.dot",
            "./a.dot is not written: two outputs would go there",
        ),
    ] {
        let before =
            ["model.ron", "rules.ron", "study.ron", "r/journal.jsonl"].map(|f| project.read(f));
        let ran = project
            .kairos(&format!("run model.ron {options}"))
            .expect(5);
        assert!(ran.err.contains(loss), "{options}: {}", ran.err);
        let after =
            ["model.ron", "rules.ron", "study.ron", "r/journal.jsonl"].map(|f| project.read(f));
        assert_eq!(before, after);
        assert!(!project.path("a.dot").exists());
    }
    let ran = project.kairos("report r --out model.ron").expect(5);
    assert!(ran.err.contains("model.ron is not written"), "{}", ran.err);
    project.kairos("report r --out r/report.html").expect(0);
}

/// A model that starts with a snapshot may be run again, but not into the file that it starts with.
#[test]
fn the_start_graph_is_not_written_over() {
    let project = Project::new();
    project
        .kairos("run model.ron --snapshot 10:ten.graphml")
        .expect(0);
    let model = MODEL.replace("Create(\"(:Server)\")", "GraphMl(\"ten.graphml\")");
    project.write("on.ron", &model);
    let before = project.read("ten.graphml");
    project
        .kairos("run on.ron --snapshot 10:twenty.graphml")
        .expect(0);
    let ran = project
        .kairos("run on.ron --snapshot 10:ten.graphml")
        .expect(5);
    assert!(ran.err.contains("this command reads it"), "{}", ran.err);
    assert_eq!(project.read("ten.graphml"), before);
}

#[test]
fn snapshots_can_wait_for_a_firing() {
    let project = Project::new();
    json(
        &project,
        "--steps 30 --trace t.jsonl --snapshot serve#2:second.dot",
    );
    let trace = project.read("t.jsonl");
    let mut served = 0;
    let before = trace.lines().take_while(|line| {
        let earlier = served < 2;
        served += usize::from(line.contains("\"serve\""));
        earlier
    });
    let arrived = before.filter(|line| line.contains("\"arrive\"")).count();
    let present = project.read("second.dot").matches("Customer").count();
    assert!(served >= 2);
    assert_eq!(present, arrived - 2);
    let unknown = project
        .kairos("run model.ron --snapshot served#2:second.dot")
        .expect(2);
    assert!(
        unknown
            .err
            .contains("the model has no rule `served`: did you mean `serve`?"),
        "{}",
        unknown.err
    );
    let late = project
        .kairos("run model.ron --steps 3 --snapshot serve#40:late.dot")
        .expect(0);
    assert!(
        late.err.contains("before firing 40 of `serve`"),
        "{}",
        late.err
    );
}

#[test]
fn text_is_for_people() {
    let project = Project::new();
    let ran = project.kairos("run model.ron").expect(0);
    assert!(
        ran.out
            .starts_with("ended             the horizon was reached, at 50.00 s\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\nqueue.mean"));
    assert_eq!(ran.err, "");
}

#[test]
fn runs_that_fail_or_never_end() {
    let project = Project::new();
    project.write("model.ron", &MODEL.replace("horizon: 50.0,", ""));
    let ran = project.kairos("run model.ron").expect(2);
    assert!(ran.err.contains("--until T or --steps N"), "{}", ran.err);
    project.kairos("run model.ron --steps 5").expect(0);
    project.write(
        "model.ron",
        &MODEL.replace("horizon: 50.0", "limits: {\"steps\": 7}"),
    );
    let ran = project.kairos("run model.ron").expect(4);
    assert!(
        ran.out.contains("the number of steps was reached"),
        "{}",
        ran.out
    );
    project.write("model.ron", MODEL);
    project.write(
        "rules.ron",
        &RULES.replace(
            "s.length -= 1",
            "s.length = s.length / (s.length - s.length)",
        ),
    );
    project.write(
        "rules.ron",
        &RULES.replace("s.length -= 1", "s.length = 1 % (s.length - s.length)"),
    );
    let ran = project.kairos("run model.ron").expect(3);
    for part in ["division by zero", "rule `serve`", "at time"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let project = Project::new();
    let ran = project.kairos("run model.ron --trace /dev/full").expect(5);
    assert!(ran.err.contains("cannot write /dev/full"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error_and_an_interruption_has_its_own_code() {
    use crate::project::interrupted;
    use std::process::Stdio;
    let project = Project::new();
    let mut closed = project.command(&["run", "model.ron"]);
    let mut child = closed
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));

    // A series until then would be refused.
    project.write("model.ron", &MODEL.replace("sample_every: 10.0,", ""));
    let until_interrupted = |arguments: &[&str]| {
        let mut endless = project.command(arguments);
        let child = endless.stdout(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        interrupted(child)
    };
    let said = until_interrupted(&["run", "model.ron", "--until", "1e12", "--format", "json"]);
    let run: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(run["stop_reason"], "interrupted");
    let said = until_interrupted(&[
        "verify",
        "model.ron",
        "--until",
        "1e12",
        "--steps",
        "1000000000",
    ]);
    assert!(said.ends_with(" steps (interrupted)\n"), "{said}");
}

#[test]
fn both_engines_agree() {
    let project = Project::new();
    let ran = project.kairos("verify model.ron --steps 20").expect(0);
    assert_eq!(
        ran.out,
        "agree on 20 steps (the number of steps was reached)\n"
    );
    let ran = project
        .kairos("verify model.ron --steps 100000 --random-seed 5")
        .expect(0);
    assert!(ran.out.contains("the horizon was reached"), "{}", ran.out);
}
