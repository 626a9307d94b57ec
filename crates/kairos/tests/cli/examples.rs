//! The examples that the help gives do what they promise, with the models that are shipped.

use crate::project::Project;

/// Runs all examples of a command's help, one after the other, in one directory.
#[track_caller]
fn run_those_of(command: &str) {
    let project = Project::new();
    let help = project.kairos(&format!("{command} --help")).expect(0).out;
    let examples = help.lines().filter(|line| line.starts_with("  kairos "));
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    let mut ran = 0;
    for example in examples.flat_map(|line| line.split("&&")) {
        let words = example.split_whitespace().skip(1);
        let words: Vec<String> = words
            .map(|word| match word.split_once('/') {
                Some(("models" | "rules", _)) => format!("{shipped}{word}"),
                _ => word.to_owned(),
            })
            .collect();
        project.kairos(&words.join(" ")).expect(0);
        ran += 1;
    }
    assert!(ran >= 2, "{help}");
}

#[test]
fn of_explain() {
    run_those_of("explain");
}

#[test]
fn of_draw() {
    run_those_of("draw");
}

#[test]
fn of_solve() {
    run_those_of("solve");
}
