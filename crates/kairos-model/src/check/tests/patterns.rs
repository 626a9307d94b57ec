//! Mistakes in patterns.

use expect_test::expect;

use super::{diagnose, rules::rule};

#[test]
fn unknown_types() {
    rule(
        r#"match: "(a:SM)-[:lnk]->(b:SN)""#,
        expect![[r#"
            error[unknown-type] r.ron:2:12 «SM»: unknown node type `SM`
              ^ not declared
              help: did you mean `SC`?
            error[unknown-type] r.ron:2:18 «lnk»: unknown edge type `lnk`
              ^ not declared
              help: did you mean `link`?
        "#]],
    );
}

#[test]
fn an_edge_type_as_node_type() {
    rule(
        r#"match: "(a:link)""#,
        expect![[r#"
            error[unknown-type] r.ron:2:12 «link»: unknown node type `link`
              ^ this is an edge type
              rules/types.ron:13:13 «"link"»: declared here
              help: there are `Ghost`, `Node`, `Ping`, `RS`, `SC`, `SN` and `Voice`
        "#]],
    );
}

#[test]
fn an_edge_that_cannot_connect() {
    rule(
        r#"match: "(a:SN)-[:link]->(b:SC)""#,
        expect![[r#"
            error[edge-ends] r.ron:2:15 «-[:link]->»: `link` cannot lead from `SN` to `SC`
              rules/types.ron:13:13 «"link"»: declared from `SC` to `SN`
              help: it fits the other way round: write `<-[:link]-`
        "#]],
    );
}

#[test]
fn an_undirected_type_with_an_arrow() {
    rule(
        r#"match: "(a:SN)-[:overlay]->(b:SN)""#,
        expect![[r#"
            error[edge-direction] r.ron:2:18 «overlay»: `overlay` has no direction
              rules/types.ron:14:13 «"overlay"»: declared here
              help: write `~[:overlay]~`
        "#]],
    );
}

#[test]
fn a_directed_type_without_arrow() {
    rule(
        r#"match: "(a:SC)~[:link]~(b:SN)""#,
        expect![[r#"
            error[edge-direction] r.ron:2:18 «link»: `link` has a direction
              rules/types.ron:13:13 «"link"»: declared here
              help: write `-[:link]->` or `<-[:link]-`
        "#]],
    );
}

#[test]
fn no_edge_type_fits() {
    rule(
        r#"match: "(a:RS)-[]->(b:RS)""#,
        expect![[r#"
            error[edge-ends] r.ron:2:15 «-[]->»: no edge type leads from `RS` to `RS`
        "#]],
    );
}

#[test]
fn a_variable_as_node_and_edge() {
    rule(
        r#"match: "(a:SC)-[a:link]->(b:SN)""#,
        expect![[r#"
            error[node-and-edge] r.ron:2:17 «a»: `a` is a node and cannot be used as an edge
              r.ron:2:9 «(a:SC)»: bound here
              help: take another name for the edge
        "#]],
    );
}

#[test]
fn an_edge_as_node() {
    rule(
        r#"match: "(a:SC)-[e:link]->(b:SN), (e)-[:link]->(b)""#,
        expect![[r#"
            error[node-and-edge] r.ron:2:35 «e»: `e` is an edge and cannot be used as a node
              r.ron:2:15 «-[e:link]->»: bound to an edge here
        "#]],
    );
}

#[test]
fn an_edge_bound_twice() {
    rule(
        r#"match: "(a:SC)-[e:link]->(b:SN), (c:SC)-[e:link]->(b)""#,
        expect![[r#"
            error[node-and-edge] r.ron:2:42 «e»: `e` is bound already: a variable names one edge
              r.ron:2:15 «-[e:link]->»: bound here
              help: take another name, or leave it out
        "#]],
    );
}

#[test]
fn a_second_type_for_a_variable() {
    rule(
        r#"match: "(a:SC), (a:SN)""#,
        expect![[r#"
            error[type-repeated] r.ron:2:20 «SN»: `a` is bound already, with another type
              ^ a second type for one variable
              r.ron:2:9 «(a:SC)»: it is a `SC` here
              help: write `(a)`, or take another name for another node
        "#]],
    );
}

#[test]
fn a_second_type_in_a_sub_pattern() {
    rule(
        r#"match: "(a:Node)", where: "EXISTS { (a:SC)-[:link]->(:SN) }""#,
        expect![[r#"
            error[type-repeated] r.ron:2:40 «SC»: `a` is bound already, with another type
              ^ a second type for one variable
              r.ron:2:9 «(a:Node)»: it is a `SC|SN` here
              help: write `(a)`, or take another name for another node
        "#]],
    );
}

#[test]
fn an_abstract_type_without_subtypes() {
    rule(
        r#"match: "(a:Ghost)""#,
        expect![[r#"
            error[no-concrete-type] r.ron:2:12 «Ghost»: no node can have the type `Ghost`: it is abstract and nothing extends it
        "#]],
    );
}

#[test]
fn a_reserved_name() {
    rule(
        r#"match: "(now:SC)""#,
        expect![[r#"
            error[reserved-name] r.ron:2:10 «now»: `now` cannot name an element: expressions read it as something else
        "#]],
    );
}

#[test]
fn a_silent_symmetry() {
    rule(
        r#"match: "(a:SC), (b:SC)", where: "a.host = b.host", set: ["a.chronos = 1"]"#,
        expect![[r#"
            warning[symmetric-pattern] r.ron:1:118 «"r"»: the pattern of `r` is the same when `a` and `b` change places: each occurrence is 2 events
              help: write `symmetric: true` for one event per occurrence, or `symmetric: false` if this is meant
        "#]],
    );
}

#[test]
fn a_symmetric_pattern_with_an_asymmetric_effect() {
    rule(
        r#"match: "(a:SN)~[:overlay]~(b:SN)", symmetric: true, set: ["a.chronos = 1"]"#,
        expect![[r#"
            error[symmetric] r.ron:2:47 «true»: `symmetric: true` is not possible: the effect changes when `a` and `b` change places
              r.ron:1:118 «"r"»: of this rule
              help: write `symmetric: false`: then every embedding is an event of its own
        "#]],
    );
}

#[test]
fn a_symmetric_pattern_with_an_asymmetric_guard() {
    rule(
        r#"match: "(a:SN), (b:SN)", symmetric: true, where: "id(a) < id(b)""#,
        expect![[r#"
            error[symmetric] r.ron:2:37 «true»: `symmetric: true` is not possible: the guard changes when `a` and `b` change places
              r.ron:1:118 «"r"»: of this rule
              help: write `symmetric: false`: then every embedding is an event of its own
        "#]],
    );
}

#[test]
fn a_nac_of_its_own_match() {
    rule(
        r#"match: "(sn:SN)", unless: ["(x:SN)"]"#,
        expect![[r#"
            warning[never-fires] r.ron:2:29 «(x:SN)»: `r` can never fire: its own match fulfils this negative condition
              help: a node of a sub-pattern may be a node of the match; for another one write `WHERE other <> …`
        "#]],
    );
}

#[test]
fn a_nac_of_its_own_match_with_a_condition() {
    rule(
        r#"match: "(sn:SN WHERE sn.host > 3)", unless: ["(x:Node WHERE x.host > 3)"]"#,
        expect![[r#"
            warning[never-fires] r.ron:2:47 «(x:Node WHERE x.host > 3)»: `r` can never fire: its own match fulfils this negative condition
              help: a node of a sub-pattern may be a node of the match; for another one write `WHERE other <> …`
        "#]],
    );
}

#[test]
fn symmetric_up_to_the_order_of_what_has_none() {
    rule(
        r#"match: "(a:SN)~[:overlay]~(b:SN)", symmetric: true, where: "a.host = b.host AND a.host + b.host > 3", unless: ["(a)<-[:link]-(c)-[:link]->(b)"], create: ["(p:Ping {sent: 1})-[:at]->(a)", "(p)-[:at]->(b)"], set: ["a.host = b.host", "b.host = a.host"], for_each: [(match: "(a)~[:overlay]~(x)~[:overlay]~(b)", set: ["x.host += 1"])]"#,
        expect![[""]],
    );
}

#[test]
fn a_nac_that_can_hold() {
    rule(
        r#"match: "(sn:SN)", unless: ["(x:SN WHERE x <> sn)", "(x:SN WHERE x.host > 3)", "(sn)<-[:link]-()"]"#,
        expect![[""]],
    );
}

#[test]
fn a_large_pattern() {
    rule(
        r#"match: "(:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC), (:SC)""#,
        expect![[""]],
    );
}

#[test]
fn a_type_narrowed_by_an_edge_and_repeated() {
    rule(
        r#"match: "(a)-[:link]->(b), (a:SC)", choose: [Uniform("(a:SC)-[:tried]->(x)")]"#,
        expect![[""]],
    );
}

/// An edge that leads back to its node needs a type that can be both its ends.
#[test]
fn a_loop_of_an_edge_with_unlike_ends() {
    let types = r#"types: (nodes: {"A": (), "B": (), "C": ()}, edges: {"e": (from: "B", to: "A|B"), "f": (from: "A", to: "B")})"#;
    let diagnosed = |pattern: &str| {
        let rules = format!(r#"rules: {{"r": (match: "{pattern}")}}"#);
        diagnose(&format!("--- r.ron\nRuleSet({types}, {rules})"))
    };
    for fits in ["(b:A|B)-[:e]->(b)", "(b)-[:e]->(b)", "(b:B)-[:e]->(b)"] {
        assert!(!diagnosed(fits).contains("error"), "{}", diagnosed(fits));
    }
    for fails in ["(a:A)-[:e]->(a)", "(c)-[:f]->(c)", "(c:C)-[]->(c)"] {
        let text = diagnosed(fails);
        assert!(text.contains("error[edge-ends]"), "{fails}: {text}");
    }
}

/// A name that is nowhere else, in a sub-pattern, is mostly a slip: it takes any node.
#[test]
fn names_that_stand_alone() {
    rule(
        r#"match: "(client:SC)", where: "NOT EXISTS { (clent)-[:link]->(:SN) } AND COUNT { (q)-[:tried]->(s) WHERE s.bandwidth > 0.0 } < 3", unless: ["(a)~[:overlay]~(b:SN)", "(y)<-[:link]-(client)"]"#,
        expect![[r#"
            warning[lone-name] r.ron:2:44 «(clent)»: `clent` is any node here: no element of this name is visible outside
              help: did you mean `client`?
            warning[lone-name] r.ron:2:81 «(q)»: `q` is any node here: no element of this name is visible outside
              help: visible are `client`; a node that may be any needs no name
            warning[lone-name] r.ron:2:141 «(a)»: `a` is any node here: no element of this name is visible outside
              help: visible are `client`; a node that may be any needs no name
            warning[lone-name] r.ron:2:166 «(y)»: `y` is any node here: no element of this name is visible outside
              help: visible are `client`; a node that may be any needs no name
        "#]],
    );
    rule(
        r#"match: "(sc:SC)", where: "NOT EXISTS { (sc)-[:link]->(sn) WHERE EXISTS { (sn)~[:overlay]~(o), (o)<-[:link]-(:SC) } }", unless: ["(other:SC)-[:registration]->(r), (sc)-[:registration]->(r)", "(:SC)-[k:link]->()"]"#,
        expect![[""]],
    );
}
