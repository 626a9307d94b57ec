//! `kairos draw`.

use crate::project::Project;

/// Names of the files of a directory.
fn names(project: &Project, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(project.path(directory)).unwrap();
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_rule_set_has_types_and_rules() {
    let project = Project::new();
    let ran = project.kairos("draw rules.ron").expect(0);
    let expected = ["types", "arrive", "serve"].map(|n| format!("pictures/rules/{n}.svg\n"));
    assert_eq!((ran.out, ran.err.as_str()), (expected.concat(), ""));
    let files = names(&project, "pictures/rules");
    assert_eq!(files, ["arrive.svg", "serve.svg", "types.svg"]);
    let serve = project.read("pictures/rules/serve.svg");
    for part in [
        ">choose: least arrived · delete<",
        ">c: Customer<",
        ">length &gt; 0<",
        ">length -= 1<",
    ] {
        assert_eq!(serve.matches(part).count(), 1, "{part}\n{serve}");
    }
    assert!(!serve.contains("Exponential"));
}

#[test]
fn a_model_has_timers_and_a_start_graph() {
    let project = Project::new();
    project
        .kairos("draw model.ron --out p --set mu=3.5")
        .expect(0);
    let files = names(&project, "p");
    assert_eq!(files, ["arrive.svg", "serve.svg", "start.svg", "types.svg"]);
    let serve = project.read("p/serve.svg");
    for part in [">Exponential(rate: mu)<", ">with mu\u{a0}=\u{a0}3.5<"] {
        assert!(serve.contains(part), "{part}\n{serve}");
    }
    assert!(project.read("p/start.svg").contains(">Server 0<"));
    project
        .kairos("draw model.ron --out q --rule serve")
        .expect(0);
    assert_eq!(names(&project, "q"), ["serve.svg"]);
}

#[test]
fn a_snapshot_is_drawn_without_its_model() {
    let project = Project::new();
    project
        .kairos("run model.ron --snapshot 10:ten.graphml")
        .expect(0);
    project.kairos("draw ten.graphml --out p").expect(0);
    let picture = project.read("p/ten.svg");
    let nodes = project.read("ten.graphml").matches("<node ").count();
    assert!(nodes > 1);
    let dots = picture.matches("<circle class=\"dot").count();
    let boxes = picture.matches("<rect class=\"box").count();
    // where there are dots, there are two more in the legend
    assert!(
        boxes == nodes || dots == nodes + 2,
        "{nodes}: {boxes} {dots}"
    );
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let project = Project::new();
    project.write("no.graphml", "<graphml><graph><node/></graph></graphml>");
    project.write("half.graphml", "<graphml><graph><no");
    project.write(
        "edge.graphml",
        "<graphml><graph><node id='a'/><edge source='a' target='b'/></graph></graphml>",
    );
    project.write("other.graphml", "<html/>");
    project.write("a_file", "");
    for (arguments, code, says) in [
        ("draw study.ron", 5, "draw its model"),
        ("draw nowhere.ron", 1, "nowhere.ron"),
        ("draw nowhere.graphml", 5, "nowhere.graphml"),
        ("draw no.graphml", 5, "a node has no id"),
        ("draw half.graphml", 5, "half.graphml is damaged"),
        (
            "draw edge.graphml",
            5,
            "the target of an edge, `b`, is not there",
        ),
        ("draw other.graphml", 5, "it is no GraphML"),
        ("draw model.ron --rule serv", 2, "there are arrive, serve"),
        (
            "draw edge.graphml --rule serve",
            2,
            "a snapshot has no rules",
        ),
        (
            "draw model.ron --hide Custome",
            2,
            "there are Server, Customer, waits",
        ),
        ("draw model.ron --set mu=-1", 1, "mu"),
        ("draw model.ron --out a_file/p", 5, "cannot create"),
    ] {
        let ran = project.kairos(arguments).expect(code);
        assert!(ran.err.contains(says), "{arguments}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments}");
    }
}

#[test]
fn types_are_hidden_with_the_edges_at_them() {
    let project = Project::new();
    project
        .kairos("run model.ron --snapshot 10:ten.graphml")
        .expect(0);
    project
        .kairos("draw ten.graphml --hide Customer --out p")
        .expect(0);
    let picture = project.read("p/ten.svg");
    assert!(picture.contains("Server") && !picture.contains("Customer"));
}
