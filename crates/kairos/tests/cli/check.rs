//! `kairos check`.

use crate::project::{Project, RULES};

#[test]
fn files_without_mistakes() {
    let project = Project::new();
    let ran = project
        .kairos("check rules.ron model.ron study.ron")
        .expect(0);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("3 files: no mistakes\n", "")
    );
}

#[test]
fn mistakes_are_underlined_and_counted_once() {
    let project = Project::new();
    project.write(
        "rules.ron",
        &RULES.replace("s.length -= 1", "s.lenght -= 1"),
    );
    let ran = project.kairos("check rules.ron model.ron").expect(1);
    for part in [
        "rules.ron:17:22",
        "set: [\"s.lenght -= 1\"],",
        "^^^^^^",
        "did you mean `length`?",
    ] {
        assert_eq!(ran.err.matches(part).count(), 1, "{part}\n{}", ran.err);
    }
    assert_eq!(ran.out, "2 files: 1 error\n");
}

#[test]
fn json_for_programs() {
    let project = Project::new();
    project.write(
        "rules.ron",
        &RULES.replace("s.length -= 1", "s.lenght -= 1"),
    );
    let ran = project.kairos("check model.ron --format json").expect(1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&report["errors"], &report["warnings"]),
        (&1.into(), &0.into())
    );
    let place = &report["diagnostics"][0]["place"];
    assert_eq!(
        (&place["file"], &place["line"]),
        (&"rules.ron".into(), &17.into())
    );
    assert_eq!(ran.err, "");
}

#[test]
fn what_is_set_on_the_command_line_is_checked() {
    let project = Project::new();
    let ran = project.kairos("check model.ron --set lamda=1").expect(1);
    assert!(ran.err.contains("lambda"), "{}", ran.err);
    project.kairos("check model.ron --set lambda=2").expect(0);
    project.kairos("check model.ron --set lambda").expect(2);
    project.kairos("check model.ron --set lambda=-2").expect(1);
}

#[test]
fn files_that_are_not_there_or_hold_nothing_known() {
    let project = Project::new();
    project.write("empty.ron", "");
    for file in ["missing.ron", "empty.ron", "."] {
        let ran = project.kairos(&format!("check {file}")).expect(1);
        assert!(ran.err.starts_with("error"), "{}", ran.err);
    }
}
