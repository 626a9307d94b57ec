//! `kairos new`, and what every command has in common.

use crate::project::Project;

#[test]
fn a_new_project_checks_runs_and_compares() {
    let project = Project::new();
    let ran = project.kairos("new work/shop").expect(0);
    let files = ["README.md", "rules.ron", "model.ron", "study.ron"];
    for file in files {
        assert!(
            ran.out.contains(&format!("work/shop/{file}\n")),
            "{}",
            ran.out
        );
    }
    let readme = project.read("work/shop/README.md");
    assert!(readme.starts_with("# shop\n"), "{readme}");
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("    kairos "))
        .collect();
    assert_eq!(commands.len(), 6);
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let output = project
            .command(&arguments)
            .current_dir(project.path("work/shop"))
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{command}: {err}");
        assert!(!err.contains("warning"), "{command}: {err}");
        let out = String::from_utf8(output.stdout).unwrap();
        let shows = match arguments[0] {
            "check" => "3 files: no mistakes",
            "run" => "the horizon was reached",
            "study" => "`any queue` is",
            "explain" => "`come_anywhere` is switched off",
            _ => "agree on 500 steps",
        };
        assert!(out.contains(shows), "{command}: {out}");
    }
}

#[test]
fn what_is_there_is_left_alone() {
    let project = Project::new();
    project.kairos("new shop").expect(0);
    project.write("shop/model.ron", "mine");
    let ran = project.kairos("new shop").expect(5);
    assert_eq!(ran.err, "error: shop is there already, and is not empty\n");
    assert_eq!(project.read("shop/model.ron"), "mine");
    project.kairos("new rules.ron").expect(5);
}

/// The commands that `kairos --help` lists.
fn commands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| !line.is_empty());
    let names = list.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_help_with_examples_and_a_place_in_the_docs() {
    let project = Project::new();
    let help = project.kairos("--help").expect(0).out;
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/commands.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let names = commands(&help);
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        let help = project.kairos(&format!("{name} --help")).expect(0).out;
        let example = format!("  kairos {name} ");
        assert!(
            help.contains("Example") && help.contains(&example),
            "{help}"
        );
        assert!(
            docs.contains(&format!("`kairos {name}")),
            "{name} is not in the docs"
        );
    }
    let codes = help
        .lines()
        .skip_while(|line| *line != "Exit codes:")
        .skip(1);
    let codes: Vec<&str> = codes.take_while(|line| !line.is_empty()).collect();
    assert_eq!(codes.len(), 7);
    for line in codes {
        let (code, meaning) = line.trim().split_once(' ').unwrap();
        let row = format!("| {code} | {} |", meaning.trim());
        assert!(docs.contains(&row), "{row} is not in the docs");
    }
}

#[test]
fn shells_can_complete_every_command() {
    let project = Project::new();
    let names = commands(&project.kairos("--help").expect(0).out);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = project
            .kairos(&format!("completions {shell}"))
            .expect(0)
            .out;
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell}: {name}");
        }
    }
    project.kairos("completions tcsh").expect(2);
}

#[test]
fn colours_are_for_terminals() {
    let project = Project::new();
    project.write("model.ron", "Model(rules: \"rulse.ron\")");
    let coloured = |set: &[(&str, &str)]| {
        let mut command = project.command(&["check", "model.ron"]);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(set.iter().copied());
        let err = command.output().unwrap().stderr;
        err.contains(&0x1b)
    };
    assert!(!coloured(&[]), "a pipe is no terminal");
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}
