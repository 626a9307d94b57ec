//! Studies that are killed, run out of disk, and find their results damaged: each goes on to the unbroken result or refuses and says why.

use std::{process::Command, thread, time::Duration};

use crate::{
    dice::Dice,
    project::{Project, Ran, Results, kairos},
    section::{Scale, Section},
};

/// Replications last a while, so that a study can be caught in the middle.
const LONG: f64 = 3000.0;

const SHORT: f64 = 100.0;

const GO: &str = "study study.ron --out r --jobs 2";

/// All of it.
#[must_use]
pub fn survived(scale: Scale) -> Section {
    let mut section = Section::new("Faults");
    kills(&mut section, scale.pick(25, 200));
    full_disks(&mut section, scale.pick(6, 40));
    damage(&mut section, scale.pick(60, 1000));
    edits(&mut section);
    crowds(&mut section, scale.pick(3, 20));
    section
}

/// The results of a study that nothing disturbed.
fn unbroken(project: &Project) -> Results {
    let ran = project.run("study study.ron --out whole --jobs 1");
    assert_eq!(ran.code, 0, "{}", ran.err);
    project.results("whole")
}

/// A refusal has exit code 5 and names its reason.
fn refused(ran: &Ran) -> bool {
    ran.code == 5 && ran.err.len() > 20
}

fn kills(section: &mut Section, count: usize) {
    let project = Project::new(LONG);
    // Building the command is no part of a study's duration.
    kairos();
    let start = std::time::Instant::now();
    let whole = unbroken(&project);
    let mut duration = usize::try_from(start.elapsed().as_millis()).unwrap_or(1000);
    let mut dice = Dice::new(9);
    let (mut unfinished, mut studies, mut spent) = (0, 0, 0);
    for kill in 0..count {
        let before = project
            .results("r")
            .remove("journal.jsonl")
            .unwrap_or_default();
        let mut child = project.command(GO).spawn().expect("the command runs");
        let moment = 1 + dice.below((duration / 2).max(1));
        spent += moment;
        thread::sleep(Duration::from_millis(moment as u64));
        // On Unix this is SIGKILL.
        child.kill().expect("the process can be killed");
        child.wait().expect("it ends");
        let results = project.results("r");
        let after = results.get("journal.jsonl").cloned().unwrap_or_default();
        let kept = before.len().min(
            before
                .iter()
                .rposition(|&b| b == b'\n')
                .map_or(0, |at| at + 1),
        );
        section.require(after.starts_with(&before[..kept]), || {
            format!("kill {kill}: what was finished before is lost")
        });
        unfinished += usize::from(!results.contains_key("outcome.json"));
        if results.contains_key("outcome.json") {
            // The machine may have been busier when the unbroken study ran.
            duration = duration.min(spent);
            spent = 0;
        }
        if results.contains_key("outcome.json") || kill + 1 == count {
            finish(section, &project, &whole, &format!("kill {kill}"));
            std::fs::remove_dir_all(project.path("r")).expect("results can be removed");
            studies += 1;
        }
    }
    section.require(2 * unfinished > count, || {
        "most kills came too late".to_owned()
    });
    section.note(format!("kill -9 at {count} random moments, {unfinished} of them before the end, over {studies} studies: all ended with the bytes of the unbroken one"));
}

/// Goes on, and compares.
fn finish(section: &mut Section, project: &Project, whole: &Results, what: &str) {
    let ran = project.run(GO);
    section.require(ran.code == 0 && project.results("r") == *whole, || {
        let differing: Vec<_> = whole
            .iter()
            .filter(|(n, b)| project.results("r").get(*n) != Some(*b))
            .collect();
        let names: Vec<_> = differing.iter().map(|(n, _)| n.as_str()).collect();
        format!(
            "{what}: exit code {}, other {names:?}\n{}",
            ran.code, ran.err
        )
    });
}

/// The disk is full after so many kilobytes; what was written is then taken to a disk with room.
fn full_disks(section: &mut Section, count: usize) {
    let project = Project::new(SHORT);
    let whole = unbroken(&project);
    std::fs::create_dir(project.path("disk")).expect("a mount point");
    let script = "mount -t tmpfs -o size=\"$1k\" none disk || exit 77; \"$2\" study study.ron --out disk/r --jobs 2; code=$?; cp -r disk/r r; exit $code";
    let (mut full, mut done) = (0, 0);
    for step in 0..count {
        let size = 4 * (1 + step);
        let ran = Command::new("unshare")
            .args(["-rm", "sh", "-c", script, "sh", &size.to_string()])
            .arg(kairos())
            .current_dir(project.path(""))
            .output();
        let Some(ran) = ran
            .ok()
            .map(Ran::from)
            .filter(|ran| ran.code != 77 && ran.code != 1)
        else {
            section.note("full disks: not tested, this machine lets nobody mount a tmpfs");
            return;
        };
        let said = refused(&ran) && ran.err.contains("No space left on device");
        section.require(ran.code == 0 || said, || {
            format!("a disk of {size} kB: exit code {}\n{}", ran.code, ran.err)
        });
        full += usize::from(said);
        done += usize::from(ran.code == 0);
        finish(
            section,
            &project,
            &whole,
            &format!("after a disk of {size} kB was full"),
        );
        std::fs::remove_dir_all(project.path("r")).expect("results can be removed");
    }
    section.require(full > 0, || "no disk was full".to_owned());
    section.note(format!("{count} small disks: {full} full, {done} large enough; every study went on to the unbroken bytes"));
}

/// Files are cut, or single bits of them flipped.
fn damage(section: &mut Section, count: usize) {
    let project = Project::new(SHORT);
    let whole = unbroken(&project);
    let names: Vec<&String> = whole.keys().collect();
    let mut dice = Dice::new(5);
    let (mut mended, mut refusals) = (0, 0);
    for round in 0..count {
        project.copy("whole", "r");
        // Manifest and journal are what all else is made of.
        let name = match dice.below(4) {
            0 => "manifest.json",
            1 | 2 => "journal.jsonl",
            _ => dice.pick(&names).as_str(),
        };
        let mut bytes = whole[name].clone();
        let at = dice.below(bytes.len().max(1));
        let cut = dice.one_in(3) || bytes.is_empty();
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << dice.below(8);
        }
        project.write(&format!("r/{name}"), &bytes);
        let what = format!(
            "round {round}, {name} {} at {at}",
            if cut { "cut" } else { "flipped" }
        );
        let ran = project.run(GO);
        let mut results = project.results("r");
        if remark(name, &whole[name], at) {
            // The command that made a directory is noted there for readers, and nothing depends on it.
            results.insert(name.to_owned(), whole[name].clone());
        }
        section.require(refused(&ran) || ran.code == 0 && results == whole, || {
            format!(
                "{what}: exit code {}, and other results\n{}",
                ran.code, ran.err
            )
        });
        section.require(
            ran.code == 0
                || results.get("journal.jsonl") == whole.get("journal.jsonl")
                || name == "journal.jsonl",
            || format!("{what}: refused, and the journal is touched"),
        );
        mended += usize::from(ran.code == 0);
        refusals += usize::from(ran.code != 0);
    }
    section.require(mended > 0 && refusals > 0, || {
        format!("{mended} mended, {refusals} refused")
    });
    section.note(format!("{count} results cut or with a flipped bit: {mended} went on to the unbroken bytes, {refusals} were refused with a reason"));
}

/// Whether a place of the manifest is in the line of the command.
fn remark(name: &str, bytes: &[u8], at: usize) -> bool {
    let line = |at: usize| {
        let from = bytes[..at]
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |n| n + 1);
        let to = bytes[at..]
            .iter()
            .position(|&b| b == b'\n')
            .map_or(bytes.len(), |n| at + n);
        String::from_utf8_lossy(&bytes[from..to]).into_owned()
    };
    name == "manifest.json" && line(at).contains("\"command\"")
}

/// A model that was edited between two runs.
fn edits(section: &mut Section) {
    for (file, from, to, says) in [
        (
            "model.ron",
            "rate: 0.5",
            "rate: 0.6",
            "the file model.ron has changed",
        ),
        (
            "rules.ron",
            "Min(\"id(c)\"",
            "Max(\"id(c)\"",
            "the file rules.ron has changed",
        ),
        ("study.ron", "seed: 7", "seed: 8", "the random seed"),
        (
            "study.ron",
            "mu\": 2.0",
            "mu\": 3.0",
            "parameter `mu` of `fast`",
        ),
    ] {
        let project = Project::new(SHORT);
        let whole = unbroken(&project);
        project.copy("whole", "r");
        let journal = &whole["journal.jsonl"];
        project.write("r/journal.jsonl", &journal[..journal.len() / 2]);
        let half = project.results("r");
        project.edit(file, from, to);
        let ran = project.run(GO);
        section.require(refused(&ran) && ran.err.contains(says), || {
            format!("{file} was edited: exit code {}\n{}", ran.code, ran.err)
        });
        section.require(project.results("r") == half, || {
            format!("{file} was edited, and results are touched")
        });
        project.edit(file, to, from);
        finish(
            section,
            &project,
            &whole,
            &format!("after {file} was edited back"),
        );
    }
    section.note("edited rule sets, models, studies and parameters are refused by name, and go on when they are edited back");
}

/// Several processes at once on one directory.
fn crowds(section: &mut Section, rounds: usize) {
    let project = Project::new(LONG);
    let whole = unbroken(&project);
    let mut locked = 0;
    for round in 0..rounds {
        let spawn = |_| project.command(GO).spawn().expect("the command runs");
        let children: Vec<_> = (0..4).map(spawn).collect();
        let ran: Vec<Ran> = children
            .into_iter()
            .map(|child| child.wait_with_output().expect("it ends").into())
            .collect();
        let won = ran.iter().filter(|r| r.code == 0).count();
        let refusals = ran
            .iter()
            .filter(|r| refused(r) && r.err.contains("another process"))
            .count();
        section.require(won >= 1 && won + refusals == 4, || {
            format!("round {round}: {ran:?}")
        });
        section.require(project.results("r") == whole, || {
            format!("round {round}: other results")
        });
        locked += refusals;
        std::fs::remove_dir_all(project.path("r")).expect("results can be removed");
    }
    section.require(locked > 0, || "no two processes met".to_owned());
    section.note(format!("{rounds} times 4 processes on one directory: {locked} were refused, and the results are the unbroken bytes"));
}
