//! Studies of a stand-in for the engine: replications are hashes of their unit, and take uneven time.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use super::{plan::tests::plan, *};
use crate::error::Error;

static NEVER: AtomicBool = AtomicBool::new(false);

/// A number from 0 to 1 that depends on all its arguments (SplitMix64).
fn number(replication: u64, salt: u64) -> f64 {
    let mut z = (replication * 1_000_003 + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Scenario b is 0.3 above a; common noise is ten times their own.
fn outcome(unit: Unit) -> Outcome {
    let Unit {
        replication,
        scenario,
    } = unit;
    if replication % 11 == 7 && scenario == 1 {
        return Outcome::Failed("division by zero, in `1 / n`, at time 3".to_owned());
    }
    let own = number(replication, 1 + scenario as u64);
    let value = 10.0 + number(replication, 0) + 0.1 * own + 0.3 * scenario as f64;
    Outcome::Sample(Sample {
        metrics: vec![Some(value), (replication % 3 != 0).then_some(own)],
        series: vec![vec![Some(own), Some(value), None]],
        events: 100 + replication,
        firings: vec![100 + replication],
        stop_reason: "horizon".to_owned(),
        truncation: [("serve".to_owned(), 0.02)].into(),
    })
}

fn replicate(unit: Unit, halt: &AtomicBool) -> Option<Outcome> {
    std::thread::sleep(Duration::from_micros(
        (number(unit.replication, 99 + unit.scenario as u64) * 300.0) as u64,
    ));
    (!halt.load(Ordering::Relaxed)).then(|| outcome(unit))
}

const PRECISION: Rule = Rule::Precision {
    relative: 0.01,
    or_absolute: Some(0.08),
    at_least: 10,
    at_most: 400,
};

fn manifest(replications: Rule, shard: Shard) -> Manifest {
    let plan = plan(
        &[("a", ""), ("b", ""), ("c", "")],
        &["m.mean", "k.p95"],
        replications,
    );
    Manifest::new(
        "s".into(),
        "kairos study s.ron".into(),
        plan,
        Vec::new(),
        shard,
    )
}

fn run(dir: &Path, manifest: &Manifest, jobs: usize) -> Finished {
    let directory = Directory::claim(dir, manifest).unwrap();
    execute(&directory, manifest, jobs, &replicate, &NEVER, &mut ()).unwrap()
}

/// All files but the timing.
fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with(names::TIMING))
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                bytes,
            )
        })
        .collect()
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_jobs() {
    for rule in [Rule::Fixed(40), PRECISION] {
        let dir = tempfile::tempdir().unwrap();
        let whole = manifest(rule, Shard::WHOLE);
        let dirs = [1, 2, 8].map(|jobs| {
            let path = dir.path().join(jobs.to_string());
            run(&path, &whole, jobs);
            bytes(&path)
        });
        assert_eq!(dirs[0].len(), 14 + usize::from(cfg!(feature = "parquet")));
        assert!(dirs[0] == dirs[1] && dirs[0] == dirs[2], "{rule:?}");
    }
}

#[test]
fn a_study_grows_to_the_bytes_of_a_larger_one() {
    let dir = tempfile::tempdir().unwrap();
    let (path, whole) = (dir.path().join("grown"), dir.path().join("whole"));
    run(&whole, &manifest(Rule::Fixed(90), Shard::WHOLE), 2);
    let precise = Rule::Precision {
        relative: 0.3,
        or_absolute: None,
        at_least: 10,
        at_most: 60,
    };
    for rule in [precise, Rule::Fixed(70), Rule::Fixed(90)] {
        run(&path, &manifest(rule, Shard::WHOLE), 2);
    }
    assert_eq!(bytes(&path), bytes(&whole));
    // A part of a larger study, too.
    let shard = |rule| manifest(rule, Shard { index: 2, of: 3 });
    let (path, whole) = (dir.path().join("grown2"), dir.path().join("whole2"));
    run(&whole, &shard(Rule::Fixed(90)), 1);
    for n in [40, 90] {
        run(&path, &shard(Rule::Fixed(n)), 2);
    }
    assert_eq!(bytes(&path), bytes(&whole));
}

#[test]
fn a_study_that_is_to_grow_is_not_complete_and_never_shrinks() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &manifest(Rule::Fixed(40), Shard::WHOLE), 2);
    let outcome = dir.path().join(names::OUTCOME);
    assert!(outcome.exists());
    let claimed = Directory::claim(dir.path(), &manifest(Rule::Fixed(41), Shard::WHOLE));
    drop(claimed.unwrap());
    assert!(!outcome.exists());
    let mut other = manifest(Rule::Fixed(50), Shard::WHOLE);
    other.plan.random_seed += 1;
    for refused in [
        manifest(Rule::Fixed(40), Shard::WHOLE),
        manifest(PRECISION, Shard::WHOLE),
        other,
    ] {
        assert!(Directory::claim(dir.path(), &refused).is_err());
    }
    let batches = dir.path().join("batches");
    drop(Directory::claim(&batches, &manifest(Rule::BatchMeans(20), Shard::WHOLE)).unwrap());
    assert!(Directory::claim(&batches, &manifest(Rule::Fixed(50), Shard::WHOLE)).is_err());
}

#[test]
fn an_interrupted_study_goes_on_to_the_bytes_of_the_unbroken_one() {
    let dir = tempfile::tempdir().unwrap();
    let whole = manifest(PRECISION, Shard::WHOLE);
    run(&dir.path().join("unbroken"), &whole, 2);
    let path = dir.path().join("broken");
    let mut interruptions = 0;
    for attempt in 0.. {
        let (count, interrupt) = (AtomicU64::new(0), AtomicBool::new(false));
        let stop_after = 3 + attempt % 5 * 7;
        let flaky = |unit: Unit, halt: &AtomicBool| {
            if count.fetch_add(1, Ordering::Relaxed) == stop_after {
                interrupt.store(true, Ordering::Relaxed);
                halt.store(true, Ordering::Relaxed);
            }
            replicate(unit, halt)
        };
        let directory = Directory::claim(&path, &whole).unwrap();
        let finished = execute(&directory, &whole, 2, &flaky, &interrupt, &mut ()).unwrap();
        assert_eq!(finished.interrupted, !finished.ending.complete);
        if finished.ending.complete {
            break;
        }
        interruptions += 1;
        let again = read(&path).unwrap();
        assert_eq!(again.ending, finished.ending);
        assert_eq!(again.fold.replications(), again.ending.replications);
        assert_eq!(again.warning, None);
    }
    assert!(interruptions > 3);
    assert_eq!(bytes(&path), bytes(&dir.path().join("unbroken")));
}

#[test]
fn a_journal_torn_anywhere_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    let whole = manifest(Rule::Fixed(6), Shard::WHOLE);
    run(dir.path(), &whole, 2);
    let unbroken = bytes(dir.path());
    let journal = dir.path().join(names::JOURNAL);
    let length = unbroken[names::JOURNAL].len();
    for cut in (0..length).step_by(97) {
        let torn = &unbroken[names::JOURNAL][..cut];
        std::fs::write(&journal, torn).unwrap();
        std::fs::write(dir.path().join(names::SAMPLES), "half a li").unwrap();
        let _ = std::fs::remove_file(dir.path().join(names::SUMMARY));
        run(dir.path(), &whole, 2);
        assert_eq!(bytes(dir.path()), unbroken, "cut at {cut}");
    }
}

#[test]
fn merged_shards_are_the_whole() {
    for rule in [Rule::Fixed(25), PRECISION] {
        let dir = tempfile::tempdir().unwrap();
        let whole = dir.path().join("whole");
        run(&whole, &manifest(rule, Shard::WHOLE), 2);
        for of in [1, 3, 7] {
            let parts: Vec<_> = (1..=of)
                .map(|index| {
                    let path = dir.path().join(format!("{index} of {of}"));
                    run(&path, &manifest(rule, Shard { index, of }), 2);
                    path
                })
                .collect();
            let out = dir.path().join(format!("merged {of}"));
            merge(&parts, &out).unwrap();
            assert_eq!(bytes(&out), bytes(&whole), "{of} shards, {rule:?}");
        }
    }
}

#[test]
fn what_is_no_whole_is_not_merged() {
    let dir = tempfile::tempdir().unwrap();
    let part = |name: &str, rule, index| {
        let path = dir.path().join(name);
        run(&path, &manifest(rule, Shard { index, of: 3 }), 1);
        path
    };
    let (one, two) = (part("1", Rule::Fixed(5), 1), part("2", Rule::Fixed(5), 2));
    let (three, other) = (part("3", Rule::Fixed(5), 3), part("4", Rule::Fixed(6), 3));
    let refused = |parts: &[&std::path::PathBuf]| {
        let parts: Vec<_> = parts.iter().map(|&p| p.clone()).collect();
        let out = dir.path().join("out");
        merge(&parts, &out).unwrap_err().to_string()
    };
    assert!(refused(&[]).contains("none is given"));
    assert!(refused(&[&one, &two]).contains("shard 3/3 is missing"));
    assert!(refused(&[&one, &two, &two, &three]).contains("shard 2/3 is given twice"));
    assert!(refused(&[&one, &two, &other]).contains("replications: 5 there, 6 now"));
    std::fs::write(three.join(names::JOURNAL), "").unwrap();
    assert!(refused(&[&three, &one, &two]).contains("has 0 of its 5 replications"));
    assert!(!dir.path().join("out").exists());
    assert!(matches!(read(&one), Err(Error::Unfit { .. })));
}

#[test]
fn a_merge_that_fails_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let shard = |index, of| {
        let path = dir.path().join(format!("{index} of {of}"));
        run(&path, &manifest(Rule::Fixed(20), Shard { index, of }), 2);
        path
    };
    let (one, two, out) = (shard(1, 2), shard(2, 2), dir.path().join("out"));
    let parts = [one.clone(), two.clone()];
    merge(&parts, &out).unwrap();
    let merged = bytes(&out);

    let journal = two.join(names::JOURNAL);
    let whole = std::fs::read(&journal).unwrap();
    let line_ends: Vec<usize> = (0..whole.len()).filter(|&i| whole[i] == b'\n').collect();
    std::fs::write(&journal, &whole[..=line_ends[6]]).unwrap();
    let unfinished = merge(&parts, &out).unwrap_err().to_string();
    assert!(unfinished.contains("has 7 of its 30"), "{unfinished}");
    let mut flipped = whole.clone();
    flipped[line_ends[6] + 20] ^= 1;
    std::fs::write(&journal, &flipped).unwrap();
    let damaged = merge(&parts, &out).unwrap_err().to_string();
    let says = "is damaged after 7 of its 30 replications; run its shard again";
    assert!(damaged.contains(says), "{damaged}");
    assert_eq!(bytes(&out), merged);

    let only = shard(1, 1);
    let before = bytes(&only);
    for out in [only.clone(), one.join("..").join("1 of 1")] {
        let refused = merge(std::slice::from_ref(&only), &out).unwrap_err();
        assert!(refused.to_string().contains("written over"), "{refused}");
    }
    assert_eq!(bytes(&only), before);
    // What the message advises heals the damage.
    shard(2, 2);
    merge(&parts, &out).unwrap();
    assert_eq!(bytes(&out), merged);
}

#[test]
fn a_failing_replication_loses_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let finished = run(dir.path(), &manifest(Rule::Fixed(20), Shard::WHOLE), 2);
    assert_eq!(finished.ending.failed, 2);
    let fold = finished.fold.unwrap();
    let (good, bad) = (fold.estimate(0, 0), fold.estimate(1, 0));
    assert_eq!((good.count, good.undefined), (20, 0));
    assert_eq!((bad.count, bad.undefined), (18, 2));
    let difference = fold.differences()[0].comparison.difference;
    assert_eq!((difference.count, difference.undefined), (18, 2));
    let failures = std::fs::read_to_string(dir.path().join(names::FAILURES)).unwrap();
    expect_test::expect![[r#"
        scenario,replication,error
        b,7,"division by zero, in `1 / n`, at time 3"
        b,18,"division by zero, in `1 / n`, at time 3"
    "#]]
    .assert_eq(&failures);
}

#[test]
fn a_panic_is_a_failure_of_its_replication() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = manifest(Rule::Fixed(5), Shard::WHOLE);
    let directory = Directory::claim(dir.path(), &manifest).unwrap();
    let panics = |unit: Unit, _: &AtomicBool| {
        assert!(unit.replication != 2, "number {}", unit.replication);
        Some(outcome(unit))
    };
    let finished = execute(&directory, &manifest, 2, &panics, &NEVER, &mut ()).unwrap();
    assert_eq!(
        (finished.ending.failed, finished.ending.replications),
        (3, 5)
    );
    let why = &finished.fold.unwrap().first_failures()[0].1.clone();
    assert_eq!(why, "a bug in Kairos: number 2");
}

#[test]
fn stops_at_the_first_precise_row_and_pairs_share_their_noise() {
    let dir = tempfile::tempdir().unwrap();
    let finished = run(dir.path(), &manifest(PRECISION, Shard::WHOLE), 2);
    let fold = finished.fold.unwrap();
    assert_eq!(finished.ending.stopped, Stopped::Precise);
    assert!((10..400).contains(&fold.replications()));
    let comparison = fold.differences()[0].comparison;
    assert!(comparison.variance_reduction.unwrap() > 20.0);
    assert!(comparison.difference.interval.unwrap().contains(0.3));
    let again = read(dir.path()).unwrap();
    assert_eq!(again.ending, finished.ending);
    assert_eq!(again.fold.estimate(2, 0), fold.estimate(2, 0));
}

#[test]
fn a_study_in_memory_has_the_same_estimates() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = manifest(PRECISION, Shard::WHOLE);
    let on_disk = run(dir.path(), &manifest, 2);
    let (fold, ending) = estimate(&manifest.plan, 2, &replicate, &NEVER).unwrap();
    assert_eq!(ending, on_disk.ending);
    assert_eq!(fold.estimate(1, 0), on_disk.fold.unwrap().estimate(1, 0));
}
