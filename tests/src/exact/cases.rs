//! Small exponential models, each for a part of the language that rates and races depend on.

use kairos_model::timer::ClockMode;

use crate::closed_form::{Case, Engine};

/// A model that is a chain, and those of its metrics that are compared.
#[derive(Clone, Debug)]
pub struct Chained {
    /// The model.
    pub case: Case,
    /// The metrics.
    pub metrics: &'static [&'static str],
}

fn chained(
    name: &'static str,
    rules: &str,
    model: &str,
    replications: u64,
    metrics: &'static [&'static str],
) -> Chained {
    Chained {
        case: Case {
            name,
            rules: rules.to_owned(),
            model: model.to_owned(),
            replications,
            expected: Vec::new(),
        },
        metrics,
    }
}

/// All models.
#[must_use]
pub fn all() -> Vec<Chained> {
    vec![
        full_queue(),
        loss(),
        repair(),
        epidemic(),
        pairs("dimerisation, each pair once", true),
        pairs("dimerisation, each order of a pair", false),
        least_loaded(),
        weighted_picks(),
        forbidden_neighbours(),
        routes(),
        crowd(),
        merging(),
        parallel_edges(),
        batches(),
        hubs(),
        interrupted(),
    ]
}

/// The model of a name.
///
/// # Panics
/// If there is none.
pub(super) fn named(name: &str) -> Chained {
    let found = all().into_iter().find(|c| c.case.name == name);
    found.unwrap_or_else(|| panic!("no chain is called {name}"))
}

/// Wrong engines, each for a model that must find it out.
pub(super) fn wrong() -> Vec<(&'static str, Engine)> {
    let twice = Engine::altering(|m| m.rules.iter_mut().for_each(|r| r.symmetric = false));
    let unweighted = Engine::altering(|m| {
        for timer in &mut m.timers {
            if let ClockMode::Aggregate { weights } = &mut timer.clock {
                weights.iter_mut().for_each(|w| *w = None);
            }
        }
    });
    vec![
        ("dimerisation, each pair once", twice),
        ("a crowd under one clock, by weights", unweighted),
    ]
}

/// Attributes, a guard, warm-up.
pub(super) fn full_queue() -> Chained {
    chained(
        "a queue with room for six",
        r#"types: (nodes: { "Queue": (attributes: { "length": Int(0) }) }), rules: {
            "arrive": (match: "(q:Queue)", where: "q.length < 6", set: ["q.length += 1"]),
            "turn_away": (match: "(q:Queue)", where: "q.length = 6"),
            "serve": (match: "(q:Queue)", where: "q.length > 0", set: ["q.length -= 1"]),
        }"#,
        r#"start: [Create("(q:Queue)")],
        timers: { "arrive": Exponential(rate: 0.8), "turn_away": Exponential(rate: 0.8), "serve": Exponential(mean: 1.0) },
        probes: {
            "length": Sum("q.length", over: "(q:Queue)"), "lost": Firings("turn_away"),
            "seen": Tally(on: "arrive", value: "q.length"), "long": Tally(on: "serve", value: "q.length", when: "q.length > 3"),
            "twice": Derived("2 * length.mean - 1"),
        },
        warm_up: 5.0, horizon: 25.0"#,
        2000,
        &[
            "length.mean",
            "length.last",
            "lost.count",
            "lost.rate",
            "seen.sum",
            "long.count",
            "twice.value",
        ],
    )
}

/// Nodes that come and go, a count as a guard.
pub(super) fn loss() -> Chained {
    chained(
        "calls on four lines",
        r#"types: (nodes: { "Office": (attributes: { "lines": Int(4) }), "Call": () }), rules: {
            "call": (match: "(o:Office)", where: "COUNT { (:Call) } < o.lines", create: ["(c:Call)"]),
            "lose": (match: "(o:Office)", where: "COUNT { (:Call) } >= o.lines"),
            "hang_up": (match: "(c:Call)", delete: ["c"]),
        }"#,
        r#"start: [Create("(o:Office)")],
        timers: { "call": Exponential(rate: 3.0), "lose": Exponential(rate: 3.0), "hang_up": Exponential(rate: 1.0) },
        probes: { "busy": Count("(c:Call)"), "lost": Firings("lose"), "calls": Firings("call") },
        horizon: 10.0"#,
        2000,
        &["busy.mean", "busy.last", "lost.count", "calls.count"],
    )
}

/// Edges created and deleted, NACs that enable and disable, a choice that may find nothing.
pub(super) fn repair() -> Chained {
    chained(
        "five machines and two fitters",
        r#"types: (
            nodes: { "Machine": (attributes: { "broken": Bool(false) }), "Fitter": () },
            edges: { "repairs": (from: "Fitter", to: "Machine") },
        ), rules: {
            "break": (match: "(m:Machine {broken: FALSE})", set: ["m.broken = TRUE"]),
            "begin": (
                match: "(m:Machine {broken: TRUE})",
                unless: ["(:Fitter)-[:repairs]->(m)"],
                choose: [Uniform("(f:Fitter WHERE NOT EXISTS { (f)-[:repairs]->(:Machine) })")],
                create: ["(f)-[:repairs]->(m)"],
            ),
            "end": (match: "(f:Fitter)-[r:repairs]->(m:Machine)", delete: ["r"], set: ["m.broken = FALSE"]),
        }"#,
        r#"start: [Repeat("5", "(m:Machine)"), Repeat("2", "(f:Fitter)")],
        timers: { "break": Exponential(rate: 0.3), "begin": Exponential(rate: 2.0), "end": Exponential(rate: 1.0) },
        probes: { "up": Count("(m:Machine {broken: FALSE})"), "busy": Count("(f:Fitter)-[:repairs]->(m:Machine)"), "begun": Firings("begin") },
        horizon: 12.0"#,
        1500,
        &[
            "up.mean",
            "up.last",
            "busy.mean",
            "begun.count",
            "begun.effectless",
        ],
    )
}

/// A network in which many states are the same but for names.
pub(super) fn epidemic() -> Chained {
    chained(
        "an epidemic on a ring with a chord",
        r#"types: (
            enumerations: { "Health": ["well", "ill", "immune"] },
            nodes: { "Person": (attributes: { "health": Enum("Health", "well") }) },
            edges: { "knows": (between: ("Person", "Person")) },
        ), rules: {
            "infect": (
                match: "(a:Person {health: Health.ill})~[:knows]~(b:Person {health: Health.well})",
                set: ["b.health = Health.ill"],
            ),
            "recover": (match: "(a:Person {health: Health.ill})", set: ["a.health = Health.immune"]),
        }"#,
        r#"start: [Create("(a:Person {health: Health.ill})~[:knows]~(b:Person)~[:knows]~(c:Person)~[:knows]~(d:Person)~[:knows]~(e:Person)~[:knows]~(f:Person)~[:knows]~(a), (b)~[:knows]~(e)")],
        timers: { "infect": Exponential(rate: 1.2), "recover": Exponential(rate: 1.0) },
        probes: { "ill": Count("(:Person {health: Health.ill})"), "immune": Count("(:Person {health: Health.immune})"), "infections": Firings("infect") },
        horizon: 3.0"#,
        3000,
        &[
            "ill.mean",
            "ill.last",
            "immune.mean",
            "immune.last",
            "infections.count",
        ],
    )
}

/// Symmetric patterns against all their embeddings.
fn pairs(name: &'static str, symmetric: bool) -> Chained {
    let rules = format!(
        r#"types: (nodes: {{ "Monomer": (), "Dimer": () }}), rules: {{
            "bind": (match: "(a:Monomer), (b:Monomer)", symmetric: {symmetric}, delete: ["a", "b"], create: ["(d:Dimer)"]),
            "split": (match: "(d:Dimer)", delete: ["d"], create: ["(a:Monomer)", "(b:Monomer)"]),
        }}"#
    );
    chained(
        name,
        &rules,
        r#"start: [Repeat("9", "(m:Monomer)")],
        timers: { "bind": Exponential(rate: 0.1), "split": Exponential(rate: 0.7) },
        probes: { "dimers": Count("(d:Dimer)"), "bound": Firings("bind") },
        horizon: 2.0"#,
        3000,
        &["dimers.mean", "dimers.last", "bound.count"],
    )
}

/// The best of a choice, ties at random, and a condition after it.
fn least_loaded() -> Chained {
    chained(
        "customers who join the shortest of three lines",
        r#"types: (nodes: { "Door": (), "Line": (attributes: { "length": Int(0) }) }), rules: {
            "arrive": (
                match: "(d:Door)",
                choose: [Min("l.length", of: "(l:Line)")],
                then_where: "l.length < 3",
                set: ["l.length += 1"],
            ),
            "serve": (match: "(l:Line)", where: "l.length > 0", set: ["l.length -= 1"]),
        }"#,
        r#"start: [Create("(d:Door)"), Repeat("3", "(l:Line)")],
        timers: { "arrive": Exponential(rate: 2.5), "serve": Exponential(rate: 1.0) },
        probes: {
            "present": Sum("l.length", over: "(l:Line)"), "shortest": Min("l.length", over: "(l:Line)"), "longest": Max("l.length", over: "(l:Line)"),
            "turned_away": Firings("arrive"),
        },
        warm_up: 2.0, horizon: 12.0"#,
        2000,
        &[
            "present.mean",
            "shortest.mean",
            "longest.last",
            "turned_away.count",
            "turned_away.effectless",
        ],
    )
}

/// Picks by weight, some of them 0, in two steps.
fn weighted_picks() -> Chained {
    chained(
        "gifts in proportion to wealth",
        r#"types: (nodes: { "Peer": (attributes: { "wealth": Int }) }, edges: { "knows": (from: "Peer", to: "Peer") }), rules: {
            "give": (
                match: "(a:Peer)",
                where: "a.wealth > 0",
                choose: [Weighted("b.wealth", of: "(a)-[:knows]->(b:Peer)")],
                set: ["a.wealth -= 1", "b.wealth += 1"],
            ),
        }"#,
        r#"start: [Create("(a:Peer {wealth: 3})-[:knows]->(b:Peer {wealth: 1})-[:knows]->(c:Peer {wealth: 0})-[:knows]->(a), (a)-[:knows]->(c), (b)-[:knows]->(a), (c)-[:knows]->(b)")],
        timers: { "give": Exponential(rate: "0.5 * a.wealth") },
        probes: { "richest": Max("p.wealth", over: "(p:Peer)"), "poor": Count("(p:Peer {wealth: 0})"), "gifts": Firings("give") },
        horizon: 3.0"#,
        3000,
        &[
            "richest.mean",
            "poor.mean",
            "poor.last",
            "gifts.count",
            "gifts.effectless",
        ],
    )
}

/// NACs over neighbours, whose deletion enables again: hard-core particles on a path.
fn forbidden_neighbours() -> Chained {
    chained(
        "radios that must not send beside another",
        r#"types: (
            nodes: { "Radio": (attributes: { "sends": Bool(false) }) },
            edges: { "hears": (between: ("Radio", "Radio")) },
        ), rules: {
            "send": (
                match: "(r:Radio {sends: FALSE})",
                unless: ["(r)~[:hears]~(:Radio {sends: TRUE})"],
                set: ["r.sends = TRUE"],
            ),
            "stop": (match: "(r:Radio {sends: TRUE})", set: ["r.sends = FALSE"]),
            "leave": (match: "(r:Radio)~[e:hears]~(s:Radio)", symmetric: true, delete: ["e"]),
        }"#,
        r#"start: [Create("(a:Radio)~[:hears]~(b:Radio)~[:hears]~(c:Radio)~[:hears]~(d:Radio), (b)~[:hears]~(e:Radio)")],
        timers: { "send": Exponential(rate: 1.5), "stop": Exponential(rate: 1.0), "leave": Exponential(rate: 0.1) },
        probes: { "sending": Count("(r:Radio {sends: TRUE})"), "sent": Firings("send"), "edges": Count("(a:Radio)~[:hears]~(b:Radio)") },
        horizon: 6.0"#,
        2000,
        &["sending.mean", "sending.last", "sent.count", "edges.mean"],
    )
}

/// Immediate events: priorities, weights, a circle of states without time, and what happens at time 0.
fn routes() -> Chained {
    chained(
        "packets sent on at once",
        r#"types: (
            nodes: { "Source": (), "Packet": (attributes: { "hops": Int(0) }), "Done": () },
        ), rules: {
            "emit": (match: "(s:Source)", where: "COUNT { (:Done) } < 4", create: ["(p:Packet)"]),
            "again": (match: "(p:Packet)", where: "p.hops < 2", set: ["p.hops += 1"]),
            "back": (match: "(p:Packet)", where: "p.hops > 0", set: ["p.hops -= 1"]),
            "arrive": (match: "(p:Packet)", delete: ["p"], create: ["(d:Done)"]),
            "drop": (match: "(p:Packet)", where: "p.hops = 2", delete: ["p"]),
            "forget": (match: "(d:Done)", delete: ["d"]),
        }"#,
        r#"start: [Create("(s:Source), (p:Packet), (q:Packet)")],
        timers: {
            "emit": Exponential(rate: 2.0), "forget": Exponential(rate: 1.0),
            "again": Immediate(priority: 1, weight: 2.0), "back": Immediate(priority: 1, weight: 0.5),
            "arrive": Immediate(priority: 1, weight: "1 + p.hops"), "drop": Immediate(priority: 1, weight: 1.0),
        },
        probes: { "done": Count("(d:Done)"), "drops": Firings("drop"), "returns": Firings("back"), "hops": Tally(on: "arrive", value: "p.hops") },
        horizon: 5.0"#,
        3000,
        &[
            "done.mean",
            "done.last",
            "drops.count",
            "returns.count",
            "hops.sum",
        ],
    )
}

/// An aggregate clock over two components with weights, and a condition across them.
fn crowd() -> Chained {
    chained(
        "a crowd under one clock, by weights",
        r#"types: (
            nodes: { "Client": (attributes: { "zone": Int, "keen": Int(1) }), "Server": (attributes: { "zone": Int, "free": Int(2) }) },
            edges: { "uses": (from: "Client", to: "Server", unique: true) },
        ), rules: {
            "connect": (
                match: "(c:Client WHERE NOT EXISTS { (c)-[:uses]->(:Server) }), (s:Server WHERE s.free > 0)",
                where: "c.zone <> s.zone",
                create: ["(c)-[:uses]->(s)"], set: ["s.free -= 1"],
            ),
            "leave": (match: "(c:Client)-[u:uses]->(s:Server)", delete: ["u"], set: ["s.free += 1"]),
        }"#,
        r#"start: [
            Create("(a:Client {zone: 0, keen: 3}), (b:Client {zone: 1}), (c:Client {zone: 2, keen: 2}), (d:Client {zone: 1})"),
            Create("(s:Server {zone: 0}), (t:Server {zone: 1})"),
        ],
        timers: {
            "connect": Exponential(rate: 0.3, clock: Aggregate, weights: { "c": "c.keen", "s": "s.free" }),
            "leave": Exponential(mean: 1.25, clock: Aggregate),
        },
        probes: { "linked": Count("(c:Client)-[:uses]->(s:Server)"), "keen": Count("(c:Client {keen: 3})-[:uses]->(s:Server)"), "connections": Firings("connect") },
        horizon: 4.0"#,
        3000,
        &[
            "linked.mean",
            "linked.last",
            "keen.mean",
            "connections.count",
        ],
    )
}

/// A symmetric pair under an aggregate clock, whose sum holds both orders of each pair and every ball with itself.
fn merging() -> Chained {
    chained(
        "balls that merge under one clock, by mass",
        r#"types: (nodes: { "Ball": (attributes: { "mass": Int }) }), rules: {
            "merge": (
                match: "(a:Ball), (b:Ball)", symmetric: true,
                delete: ["a", "b"], create: ["(c:Ball {mass: a.mass + b.mass})"],
            ),
            "split": (match: "(a:Ball)", where: "a.mass > 1", delete: ["a"], create: ["(b:Ball {mass: a.mass - 1})", "(c:Ball {mass: 1})"]),
        }"#,
        r#"start: [Repeat("5", "(b:Ball {mass: 1})")],
        timers: {
            "merge": Exponential(rate: 0.2, clock: Aggregate, weights: { "a": "a.mass", "b": "b.mass" }),
            "split": Exponential(rate: 0.6),
        },
        probes: { "balls": Count("(b:Ball)"), "heaviest": Max("b.mass", over: "(b:Ball)"), "mergers": Firings("merge") },
        horizon: 3.0"#,
        3000,
        &["balls.mean", "balls.last", "heaviest.mean", "mergers.count"],
    )
}

/// Parallel edges, self-loops and inheritance: each edge an event of its own.
fn parallel_edges() -> Chained {
    chained(
        "goods on parallel edges and loops",
        r#"types: (
            nodes: { "Place": (abstract: true), "Shop": (is: "Place"), "Depot": (is: "Place") },
            edges: { "holds": (from: "Place", to: "Place") },
        ), rules: {
            "order": (match: "(s:Shop), (d:Depot)", where: "COUNT { (d)-[:holds]->(s) } < 3", create: ["(d)-[:holds]->(s)"]),
            "sell": (match: "(d:Depot)-[h:holds]->(s:Shop)", delete: ["h"]),
            "stock": (match: "(p:Place)", unless: ["(p)-[:holds]->(p)"], create: ["(p)-[:holds]->(p)"]),
            "spoil": (match: "(p:Place)-[h:holds]->(p)", delete: ["h"]),
        }"#,
        r#"start: [Create("(a:Shop), (b:Shop), (d:Depot)")],
        timers: { "order": Exponential(rate: 1.1), "sell": Exponential(rate: 0.8), "stock": Exponential(rate: 0.5), "spoil": Exponential(rate: 0.9) },
        probes: { "goods": Count("(d:Depot)-[h:holds]->(s:Shop)"), "loops": Count("(p:Place)-[h:holds]->(p)"), "sold": Firings("sell") },
        horizon: 4.0"#,
        2500,
        &["goods.mean", "goods.last", "loops.mean", "sold.count"],
    )
}

/// Draws in effects.
fn batches() -> Chained {
    chained(
        "batches of random size, some of them lost",
        r#"types: (nodes: { "Store": (attributes: { "stock": Int(2), "open": Bool(true) }) }), rules: {
            "deliver": (
                match: "(s:Store)", where: "s.stock < 5",
                set: ["s.stock += draw(UniformInt(low: 0, high: 3))", "s.open = draw(Bernoulli(p: 0.7))"],
            ),
            "sell": (match: "(s:Store {open: TRUE})", where: "s.stock > 0", set: ["s.stock -= 1"]),
        }"#,
        r#"start: [Create("(s:Store)")],
        timers: { "deliver": Exponential(rate: 0.6), "sell": Exponential(rate: 1.0) },
        probes: { "stock": Sum("s.stock", over: "(s:Store)"), "open": Count("(s:Store {open: TRUE})"), "sold": Firings("sell") },
        horizon: 8.0"#,
        2500,
        &["stock.mean", "stock.last", "open.mean", "sold.count"],
    )
}

/// Deletion that takes dangling edges and, by for_each, whole neighbours along.
fn hubs() -> Chained {
    chained(
        "hubs that go with all that hang on them",
        r#"types: (
            nodes: { "World": (), "Hub": (), "Leaf": () },
            edges: { "hangs": (from: "Leaf", to: "Hub") },
        ), rules: {
            "hub": (match: "(w:World)", where: "COUNT { (:Hub) } < 2", create: ["(h:Hub)"]),
            "leaf": (match: "(h:Hub)", where: "COUNT { (:Leaf) } < 5", create: ["(l:Leaf)-[:hangs]->(h)"]),
            "fall": (match: "(h:Hub)", delete: ["h"], for_each: [(match: "(l:Leaf)-[:hangs]->(h)", delete: ["l"])]),
            "vanish": (match: "(h:Hub)", delete: ["h"]),
            "wither": (match: "(l:Leaf)", unless: ["(l)-[:hangs]->(:Hub)"], delete: ["l"]),
        }"#,
        r#"start: [Create("(w:World)")],
        timers: { "hub": Exponential(rate: 1.0), "leaf": Exponential(rate: 2.0), "fall": Exponential(rate: 0.4), "vanish": Exponential(rate: 0.2), "wither": Exponential(rate: 3.0) },
        probes: { "leaves": Count("(l:Leaf)"), "hubs": Count("(h:Hub)"), "withered": Firings("wither") },
        horizon: 5.0"#,
        2500,
        &["leaves.mean", "leaves.last", "hubs.mean", "withered.count"],
    )
}

/// Rates that change while clocks run, and clocks that are stopped and go on: exponential ones forget it all.
fn interrupted() -> Chained {
    chained(
        "a service that others slow down and stop",
        r#"types: (nodes: { "Server": (attributes: { "up": Bool(true), "jobs": Int(2) }) }), rules: {
            "come": (match: "(s:Server)", where: "s.jobs < 5", set: ["s.jobs += 1"]),
            "serve": (match: "(s:Server {up: TRUE})", where: "s.jobs > 0", set: ["s.jobs -= 1"]),
            "fail": (match: "(s:Server {up: TRUE})", set: ["s.up = FALSE"]),
            "mend": (match: "(s:Server {up: FALSE})", set: ["s.up = TRUE"]),
        }"#,
        r#"start: [Create("(s:Server)")],
        timers: {
            "come": Exponential(rate: 1.0), "serve": Exponential(rate: "3 / (1 + 0.5 * s.jobs)", memory: Age),
            "fail": Exponential(rate: 0.5), "mend": Exponential(mean: 0.8),
        },
        probes: { "jobs": Sum("s.jobs", over: "(s:Server)"), "up": Count("(s:Server {up: TRUE})"), "served": Firings("serve") },
        horizon: 6.0"#,
        2500,
        &["jobs.mean", "jobs.last", "up.mean", "served.count"],
    )
}
