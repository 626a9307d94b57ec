//! How much of a graph is looked at for new matches.

use super::*;

/// Candidates that are tested when a client comes to a cache, of which so many objects are held, and which wants so many; the one that is
/// both is a hit.
fn tested(held: usize, wanted: usize) -> u64 {
    let start = format!(
        r#"start: [
            Create("(c:Client)-[:wants]->(o:Object)<-[:holds]-(k:Cache)"),
            Repeat({}, "(k)-[:holds]->(:Object)"),
            Repeat({}, "(c)-[:wants]->(:Object)"),
        ],"#,
        held - 1,
        wanted - 1
    );
    let timers = r#"timers: { "come": Deterministic(1.0), "hit": Deterministic(1.0) }"#;
    let model = format!("{start} {timers}");
    let mut sim = Source {
        types: r#"nodes: { "Client": (), "Cache": (), "Object": () }, edges: {
            "at": (from: "Client", to: "Cache"), "holds": (from: "Cache", to: "Object"), "wants": (from: "Client", to: "Object") }"#,
        rules: r#"
            "come": (match: "(c:Client), (k:Cache)", create: ["(c)-[:at]->(k)"]),
            "hit": (match: "(c:Client)-[:at]->(k:Cache)-[:holds]->(o:Object)<-[:wants]-(c)", delete: ["o"]),
        "#,
        model: &model,
    }
    .sim();
    let before = sim.matcher().effort().search_steps;
    assert_eq!(step(&mut sim), "come");
    let hits = sim.active_events();
    assert_eq!(hits.iter().filter(|e| e.matched.len() > 2).count(), 1);
    sim.matcher().effort().search_steps - before
}

#[test]
fn of_two_ways_to_a_node_the_shorter_one_is_taken_in_whichever_order_they_are_written() {
    for (held, wanted) in [(1000, 3), (3, 1000)] {
        let tested = tested(held, wanted);
        assert!(tested < 20, "{tested} of {held} and {wanted}");
    }
    assert!(tested(1000, 1000) > 1000);
}
