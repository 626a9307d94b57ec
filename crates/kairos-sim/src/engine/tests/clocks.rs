//! Clocks that go on, start again, and are rescaled.

use super::*;

const SWITCHES: Source<'_> = Source {
    types: r#"nodes: { "A": (attributes: { "on": Bool(true), "rate": Real(1.0), "n": Int(0) }) }"#,
    rules: r#"
        "tick": (match: "(a:A)", where: "a.on", set: ["a.n += 1"]),
        "off": (match: "(a:A)", where: "a.on", set: ["a.on = FALSE"]),
        "on": (match: "(a:A)", where: "NOT a.on", set: ["a.on = TRUE"]),
        "faster": (match: "(a:A)", set: ["a.rate = a.rate * 4.0"]),
        "halt": (match: "(a:A)", set: ["a.rate = 0.0"]),
        "go": (match: "(a:A)", set: ["a.rate = 2.0"]),
        "touch": (match: "(a:A)", set: ["a.rate = a.rate"]),
    "#,
    model: "",
};

/// The switches with this timer for `tick`; everything else fires by name only.
fn switches(tick: &str) -> Sim {
    let model = format!(
        r#"start: [Repeat(2, "(a:A)")], timers: {{ "tick": {tick}, "off": Deterministic(1000000.0), "on": Deterministic(1000000.0), "faster": Deterministic(1000000.0), "halt": Deterministic(1000000.0), "go": Deterministic(1000000.0), "touch": Deterministic(1000000.0) }}"#
    );
    Source {
        model: &model,
        ..SWITCHES
    }
    .sim()
}

#[test]
fn a_fired_event_that_stays_active_gets_a_fresh_delay_and_others_keep_their_times() {
    let mut sim = switches("Normal(mean: 1.0, sd: 0.2)");
    let before = [time(&sim, "tick", &[0]), time(&sim, "tick", &[1])];
    let first = usize::from(before[1] < before[0]);
    assert_eq!(step(&mut sim), "tick");
    assert_eq!(sim.time(), before[first]);
    let after = [time(&sim, "tick", &[0]), time(&sim, "tick", &[1])];
    assert!(after[first] > sim.time(), "the clock ticks on");
    assert_eq!(after[1 - first].to_bits(), before[1 - first].to_bits());
}

#[test]
fn a_disabled_event_draws_afresh() {
    let mut sim = switches("Normal(mean: 1.0, sd: 0.2)");
    let (before, other) = (time(&sim, "tick", &[0]), time(&sim, "tick", &[1]));
    fire(&mut sim, "off", &[0]);
    assert_eq!(clock(&sim, "tick", &[0]), None);
    fire(&mut sim, "on", &[0]);
    assert_ne!(time(&sim, "tick", &[0]), before);
    assert_eq!(time(&sim, "tick", &[1]), other);
}

#[test]
fn an_exponential_clock_is_rescaled() {
    let mut sim = switches(r#"Exponential(rate: "a.rate")"#);
    let before = time(&sim, "tick", &[0]);
    fire(&mut sim, "faster", &[0]);
    assert!(close(time(&sim, "tick", &[0]), before / 4.0));
    // Half-way to the other one's time, what remains counts, not what has passed.
    let (now, left) = (time(&sim, "tick", &[0]), time(&sim, "tick", &[1]));
    fire_when_due(&mut sim, "tick", &[0]);
    fire(&mut sim, "faster", &[1]);
    let expected = now + (left - now).max(0.0) / 4.0;
    assert!(close(time(&sim, "tick", &[1]), expected));
}

#[test]
fn at_rate_zero_the_work_left_is_kept() {
    let mut sim = switches(r#"Exponential(rate: "a.rate")"#);
    let before = time(&sim, "tick", &[0]);
    fire(&mut sim, "halt", &[0]);
    assert_eq!(time(&sim, "tick", &[0]), f64::INFINITY);
    fire(&mut sim, "faster", &[0]);
    assert_eq!(
        time(&sim, "tick", &[0]),
        f64::INFINITY,
        "four times nothing is nothing"
    );
    let passed = time(&sim, "tick", &[1]);
    fire_when_due(&mut sim, "tick", &[1]);
    fire(&mut sim, "go", &[0]);
    assert!(close(time(&sim, "tick", &[0]), passed + before / 2.0));
}

#[test]
fn a_clock_that_starts_at_rate_zero_has_drawn_its_work() {
    let of = |rate: &str| {
        let model = format!(
            r#"start: [Create("(a:A {{rate: {rate}}})")], timers: {{ "tick": Exponential(rate: "a.rate"), "off": Deterministic(1000000.0), "on": Deterministic(1000000.0), "faster": Deterministic(1000000.0), "halt": Deterministic(1000000.0), "go": Deterministic(1000000.0), "touch": Deterministic(1000000.0) }}"#
        );
        Source {
            model: &model,
            ..SWITCHES
        }
        .sim()
    };
    let mut halted = of("0.0");
    assert!(halted.next().is_none_or(|(_, time)| time >= 1_000_000.0));
    fire(&mut halted, "go", &[0]);
    assert!(close(
        time(&halted, "tick", &[0]),
        time(&of("2.0"), "tick", &[0])
    ));
}

#[test]
fn a_value_with_the_same_bits_is_no_change() {
    let mut sim = switches(r#"Normal(mean: "a.rate", sd: 0.1, on_change: Redraw)"#);
    let before = time(&sim, "tick", &[0]);
    fire(&mut sim, "touch", &[0]);
    assert_eq!(time(&sim, "tick", &[0]), before);
}

#[test]
fn other_laws_keep_their_schedule_unless_told_to_redraw() {
    for (tick, kept) in [
        (r#"Normal(mean: "a.rate", sd: 0.1)"#, true),
        (
            r#"Normal(mean: "a.rate", sd: 0.1, on_change: Redraw)"#,
            false,
        ),
    ] {
        let mut sim = switches(tick);
        let before = time(&sim, "tick", &[0]);
        fire(&mut sim, "faster", &[0]);
        let after = time(&sim, "tick", &[0]);
        assert_eq!(after == before, kept);
        assert!(
            kept || (3.0..5.0).contains(&after),
            "drawn with the new mean of 4: {after}"
        );
    }
}

#[test]
fn equal_times_leave_in_the_order_of_activation() {
    let rules = r#"
        "b": (match: "(a:A)", set: ["a.n += 1"]),
        "a": (match: "(a:A)", set: ["a.n += 1"]),
    "#;
    let model = r#"start: [Repeat(2, "(a:A)")], timers: { "a": Deterministic(1.0), "b": Deterministic(1.0) }"#;
    let mut sim = Source {
        rules,
        model,
        ..SWITCHES
    }
    .sim();
    let fired = |sim: &mut Sim| {
        let next = sim.next().unwrap().0;
        let active = sim
            .active_events()
            .into_iter()
            .find(|a| a.due == next)
            .unwrap();
        (step(sim), active.matched[0])
    };
    let first: Vec<_> = (0..4).map(|_| fired(&mut sim)).collect();
    let by_rule_and_numbers =
        [("a", 0), ("a", 1), ("b", 0), ("b", 1)].map(|(r, n)| (String::from(r), n));
    assert_eq!(first, by_rule_and_numbers);
    // Fired one by one, they became active one by one.
    let second: Vec<_> = (0..4).map(|_| fired(&mut sim)).collect();
    assert_eq!(second, by_rule_and_numbers);
    // Out of turn now, and so at the next time.
    fire(&mut sim, "b", &[1]);
    fire(&mut sim, "a", &[1]);
    let third: Vec<_> = (0..4).map(|_| fired(&mut sim)).collect();
    let by_activation = [("a", 0), ("b", 0), ("b", 1), ("a", 1)].map(|(r, n)| (String::from(r), n));
    assert_eq!(third, by_activation);
}

#[test]
fn streams_couple_attempts_of_one_key() {
    // Whatever each policy binds, and whatever happens to the others: the client's k-th attempt has one delay.
    let rules = |pattern: &str| {
        format!(
            r#""try": (match: "{pattern}", where: "NOT c.busy", set: ["c.busy = TRUE"]),
               "free": (match: "(c:C)", where: "c.busy", set: ["c.busy = FALSE"]),"#
        )
    };
    let types = r#"nodes: { "C": (attributes: { "busy": Bool(false) }), "S": () }"#;
    let model = r#"start: [Repeat(2, "(c:C)"), Create("(s:S)")],
        timers: { "try": Exponential(rate: 1.0, stream: "try", key: ["c"]), "free": Deterministic(1000000.0) }"#;
    let delays = |pattern: &str, matched: [&[u64]; 2]| {
        let rules = rules(pattern);
        let mut sim = Source {
            types,
            rules: &rules,
            model,
        }
        .sim();
        let mut delays = Vec::new();
        for client in [0, 0, 1, 0] {
            delays.push(time(&sim, "try", matched[client]) - sim.time());
            fire(&mut sim, "try", matched[client]);
            fire(&mut sim, "free", &[client as u64]);
        }
        delays
    };
    let alone = delays("(c:C)", [&[0], &[1]]);
    assert_eq!(alone, delays("(c:C), (s:S)", [&[0, 2], &[1, 2]]));
    assert_ne!(alone[0], alone[1], "each attempt draws its own delay");
}

#[test]
fn the_fingerprint_knows_no_order_of_rules_in_the_file() {
    let rules: Vec<&str> = vec![
        r#""a": (match: "(a:A)", create: ["(b:A)"]),"#,
        r#""b": (match: "(a:A)", set: ["a.n += 1"]),"#,
        r#""c": (match: "(a:A)", where: "COUNT { (:A) } > 3", delete: ["a"]),"#,
    ];
    let fingerprint = |rules: &[&str], seed: u64| {
        let model = r#"start: [Create("(a:A)")], timers: { "a": Exponential(rate: 1.0), "b": Normal(mean: 1.0, sd: 0.5), "c": Exponential(rate: 3.0) }"#;
        let mut sim = Source {
            rules: &rules.concat(),
            model,
            ..SWITCHES
        }
        .replication(seed)
        .unwrap();
        (0..200).for_each(|_| drop(step(&mut sim)));
        sim.fingerprint()
    };
    let reversed: Vec<&str> = rules.iter().rev().copied().collect();
    assert_eq!(fingerprint(&rules, 0), fingerprint(&reversed, 0));
    assert_ne!(
        fingerprint(&rules, 0),
        fingerprint(&rules, 1),
        "replications differ"
    );
}
