//! Studies that cannot be, and directories that cannot be written: each has a clear answer.

#[cfg(unix)]
use std::os::unix::{fs::PermissionsExt, process::CommandExt};
use std::process::Command;

use crate::project::{MODEL, Project, Ran, STUDY, results};

/// A study with one thing changed; the exit code and the message must be these, and nothing may have been written.
#[track_caller]
fn refused(from: &str, to: &str, code: i32, says: &[&str]) {
    let project = Project::new();
    assert!(STUDY.contains(from), "{from}");
    project.write("study.ron", &STUDY.replace(from, to));
    let ran = project.kairos("study study.ron --out r").expect(code);
    for part in says {
        assert!(ran.err.contains(part), "{part} is not in\n{}", ran.err);
    }
    assert!(!project.path("r").exists());
}

#[test]
fn unknown_metrics() {
    refused(
        "\"stay.mean\"",
        "\"stay.meen\"",
        1,
        &["unknown statistic `meen` of `stay`", "did you mean `mean`?"],
    );
    refused(
        "\"queue.mean\"",
        "\"quue.mean\"",
        1,
        &["did you mean `queue`?"],
    );
    refused(
        "\"stay.mean\": Least",
        "\"stay.p95\": Least",
        1,
        &["unknown metric of this study `stay.p95`"],
    );
}

#[test]
fn a_baseline_that_is_no_scenario() {
    refused(
        "baseline: \"slow\"",
        "baseline: \"slw\"",
        1,
        &["unknown scenario `slw`", "did you mean `slow`?"],
    );
}

/// Ten parameters' worth of values are not even listed: the answer comes at once.
#[test]
fn a_grid_of_a_thousand_million_points() {
    let axis = "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]";
    let names: Vec<String> = (0..9).map(|i| format!("p{i}")).collect();
    let axes: Vec<String> = names.iter().map(|n| format!("\"{n}\": {axis}")).collect();
    let grid = format!("vary: {{ {} }}, baseline", axes.join(", "));
    let start = std::time::Instant::now();
    let says = "this study has 2000000000 scenarios: at most 10000 are possible";
    refused("baseline", &grid, 1, &[says]);
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn no_or_one_replication() {
    for n in [0, 1] {
        let says = format!("at least 2 replications are needed for an interval, this is {n}");
        refused(
            "replications: 20",
            &format!("replications: {n}"),
            1,
            &[&says],
        );
        let project = Project::new();
        let ran = project.kairos(&format!("study study.ron --replications {n}"));
        assert!(ran.expect(2).err.contains("is not in 2.."));
    }
    let reversed = "replications: Precision(relative: 0.1, at_least: 50, at_most: 20)";
    refused(
        "replications: 20",
        reversed,
        1,
        &["at least 50, but at most 20"],
    );
    let nothing = "replications: Precision(relative: 0.0)";
    refused("replications: 20", nothing, 1, &["must be positive"]);
}

/// Plus or minus one by chance: no number of replications makes an interval narrow against a mean of zero.
#[test]
fn a_relative_precision_at_a_mean_of_zero() {
    let project = Project::new();
    let model = MODEL.replace(
        "\"served\": Firings(\"serve\"),",
        "\"served\": Firings(\"serve\"),
         \"balance\": Tally(on: \"serve\", value: \"CASE WHEN floor(1000 * now) % 2 = 0 THEN 1.0 ELSE -1.0 END\"),",
    );
    project.write("model.ron", &model);
    let study = STUDY.replace(
        "\"queue.mean\", \"stay.mean\", \"served.count\"",
        "\"balance.mean\"",
    );
    let study = study.replace("best: { \"stay.mean\": Least },", "");
    let precision =
        |more: &str| format!("replications: Precision(relative: 0.1, {more}at_most: 60)");
    project.write(
        "study.ron",
        &study.replace("replications: 20", &precision("")),
    );
    let ran = project.kairos("study study.ron --out r").expect(0);
    assert!(
        ran.out.contains("not every interval is narrow enough"),
        "{}",
        ran.out
    );
    let says =
        "the mean may be zero, so that no relative precision can be reached: give `or_absolute`";
    assert!(ran.out.contains(says), "{}", ran.out);
    let absolute = precision("or_absolute: 0.2, ");
    project.write("study.ron", &study.replace("replications: 20", &absolute));
    let ran = project.kairos("study study.ron -o s").expect(0);
    assert!(
        ran.out.contains("every interval is narrow enough."),
        "{}",
        ran.out
    );
}

#[test]
fn results_of_another_version() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let manifest = project.read("r/manifest.json");
    let release = format!("\"kairos\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let older = manifest.replace(&release, "\"kairos\": \"0.0.1\"");
    assert_ne!(older, manifest);
    project.write("r/manifest.json", &older);
    let ran = project.kairos("study study.ron --out r").expect(5);
    let says = format!(
        "the release of Kairos: 0.0.1 there, {} now",
        env!("CARGO_PKG_VERSION")
    );
    assert!(ran.err.contains(&says), "{}", ran.err);
    // What is there can still be looked at.
    project.kairos("compare r").expect(0);
    project.write(
        "r/manifest.json",
        &manifest.replace("\"format\": ", "\"format\": 9"),
    );
    for arguments in ["study study.ron --out r", "compare r", "merge r --out m"] {
        let ran = project.kairos(arguments).expect(5);
        assert!(ran.err.contains("its results have layout 9"), "{}", ran.err);
    }
}

#[test]
fn a_model_that_has_changed() {
    let project = Project::new();
    project.kairos("study study.ron --out r").expect(0);
    let before = results(&project.path("r"));
    project.write(
        "model.ron",
        &MODEL.replace("horizon: 50.0", "horizon: 60.0"),
    );
    let ran = project.kairos("study study.ron --out r").expect(5);
    for says in [
        "horizon of `slow`: 50 there, 60 now",
        "the file model.ron has changed",
        "Name another directory with --out, or delete this one.",
    ] {
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    assert_eq!(results(&project.path("r")), before);
}

/// The superuser may write anywhere, and so runs the command as somebody else; where that is not possible, nothing can be said.
#[cfg(unix)]
#[test]
fn a_directory_without_rights() {
    const NOBODY: u32 = 65534;
    let project = Project::new();
    let (all, closed) = (project.path("."), project.path("closed"));
    std::fs::create_dir(&closed).unwrap();
    let allow =
        |path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    allow(&all, 0o755);
    allow(&closed, 0o555);
    let superuser = std::fs::create_dir(closed.join("probe")).is_ok();
    for (out, says) in [
        ("closed/r", "cannot create closed/r"),
        ("closed/probe", "cannot create closed/probe/lock"),
    ] {
        if !superuser && out == "closed/probe" {
            continue;
        }
        let mut command = project.command(&["study", "study.ron", "--out", out]);
        if superuser {
            command.uid(NOBODY);
        }
        // Not everybody may run what was built here.
        let Ok(output) = command.output() else {
            return;
        };
        let ran = Ran::from(output).expect(5);
        assert!(ran.err.contains(says), "{}", ran.err);
        assert!(ran.err.contains("Permission denied"), "{}", ran.err);
    }
    allow(&closed, 0o755);
}

/// A file system with room for a part of the results; taken away at the end.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(path: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let options = format!("size={size}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&path)
            .output();
        mount
            .is_ok_and(|m| m.status.success())
            .then_some(SmallDisk(path))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

/// What was written stays valid: with more room, the same command goes on to the bytes of a study that never ran out of it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let project = Project::new();
    project.write(
        "study.ron",
        &STUDY.replace("replications: 20", "replications: 2000"),
    );
    let Some(disk) = SmallDisk::mount(project.path("small"), "256k") else {
        return;
    };
    let ran = project.kairos("study study.ron --out small/r").expect(5);
    assert!(
        ran.err.contains("cannot write small/r/") && ran.err.contains("No space left on device"),
        "{}",
        ran.err
    );
    let grow = Command::new("mount")
        .args(["-o", "remount,size=64m"])
        .arg(&disk.0)
        .status();
    assert!(grow.unwrap().success());
    project.kairos("study study.ron --out small/r").expect(0);
    project.kairos("study study.ron --out whole").expect(0);
    assert_eq!(
        results(&project.path("small/r")),
        results(&project.path("whole"))
    );
}
