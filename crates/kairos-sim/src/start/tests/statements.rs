//! What statements create, in which order, under which names, and what they refuse.

use expect_test::{Expect, expect};
use kairos_model::start::{EdgeRow, EdgeRows, NodeRow, NodeRows, RowNode};

use super::*;

#[track_caller]
fn check(statements: Vec<Statement>, expected: Expect) {
    expected.assert_eq(&text(statements, 0));
}

fn degree(degree: i64) -> TopologyKind {
    TopologyKind::RandomRegular {
        degree: int(degree),
    }
}

fn half() -> TopologyKind {
    TopologyKind::ErdosRenyi { p: real(0.5) }
}

#[test]
fn names_stay_bound_and_index_counts() {
    let statements = vec![
        create(vec![node(0, A, int(5))]),
        repeat(
            2,
            vec![
                node(1, B, index()),
                edge(2, ARROW, 1, 0, vec![x_of(Var(0))]),
            ],
        ),
        repeat(0, vec![node(3, A, int(9))]),
    ];
    check(
        statements,
        expect![[r#"
            0: A 5
            1: B 0
            2: arrow 1-0 5
            3: B 1
            4: arrow 3-0 5
        "#]],
    );
}

#[test]
fn topologies_join_the_nodes_so_far_by_their_numbers() {
    let statements = vec![
        create(vec![node(0, B, int(0)), node(1, A, int(1))]),
        create(vec![node(2, B, int(2))]),
        lines(TopologyKind::Ring),
        create(vec![node(3, A, int(3))]),
    ];
    check(
        statements,
        expect![[r#"
            0: B 0
            1: A 1
            2: B 2
            3: line 0-1
            4: line 1-2
            5: line 2-0
            6: A 3
        "#]],
    );
}

#[test]
fn a_replication_is_a_function_of_its_random_seed_and_number() {
    let statements = || {
        vec![
            repeat(30, vec![node(0, A, drawn(0))]),
            lines(degree(3)),
            arrows(half(), true),
        ]
    };
    assert_eq!(text(statements(), 4), text(statements(), 4));
    assert_ne!(text(statements(), 4), text(statements(), 5));
}

#[test]
fn a_topology_per_study_is_the_same_network_in_all_replications() {
    let ends_and_attributes = |per_replication, replication| {
        let nodes = repeat(20, vec![node(0, A, int(0))]);
        text(vec![nodes, arrows(half(), per_replication)], replication)
    };
    assert_eq!(ends_and_attributes(false, 1), ends_and_attributes(false, 2));
    assert_ne!(ends_and_attributes(true, 1), ends_and_attributes(true, 2));
    let program = model(
        vec![repeat(20, vec![node(0, A, int(0))]), arrows(half(), false)],
        1 << 31,
    );
    let seeded = |seed| {
        told(
            &program,
            &build(&program, &Randomness::new(seed, 1)).unwrap(),
        )
    };
    assert_ne!(seeded(1), seeded(2));
}

/// Common random numbers: what two scenarios share keeps its draws.
#[test]
fn more_nodes_leave_the_draws_of_the_others_alone() {
    let nodes = |count| text(vec![repeat(count, vec![node(0, A, drawn(0))])], 0);
    assert!(nodes(9).starts_with(&nodes(5)));
    let different: std::collections::BTreeSet<_> = nodes(9)
        .lines()
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect();
    assert_eq!(different.len(), 9);
}

#[test]
fn columns_of_tables_are_drawn_from() {
    let graph = built(vec![repeat(60, vec![node(0, A, empirical(0))])], 0).unwrap();
    let values: std::collections::BTreeSet<u64> =
        graph.nodes().map(|n| graph.node_word(n, 0)).collect();
    assert_eq!(values, [20, 40, 60].into());
}

fn node_rows(ty: NodeTypeId, rows: &[(&str, Option<i64>)]) -> Statement {
    let row = |&(key, x): &(&str, Option<i64>)| NodeRow {
        template: 0,
        key: key.into(),
        values: Box::new([x.map(Value::Int)]),
    };
    Statement::Nodes(NodeRows {
        templates: vec![(ty, vec![index()])],
        rows: rows.iter().map(row).collect(),
    })
}

/// Edges between rows of the first two statements.
fn edge_rows(ty: EdgeTypeId, rows: &[(u32, u32)]) -> Statement {
    let row = |&(from, to): &(u32, u32)| EdgeRow {
        template: 0,
        from: RowNode {
            statement: 0,
            row: from,
        },
        to: RowNode {
            statement: 1,
            row: to,
        },
        values: if ty == ARROW {
            Box::new([None])
        } else {
            Box::new([])
        },
    };
    let template = if ty == ARROW { vec![drawn(3)] } else { vec![] };
    Statement::Edges(EdgeRows {
        templates: vec![(ty, template)],
        rows: rows.iter().map(row).collect(),
    })
}

#[test]
fn rows_give_values_and_templates_the_rest() {
    let statements = vec![
        node_rows(A, &[("a", Some(7)), ("b", None)]),
        node_rows(B, &[("c", Some(-8))]),
        edge_rows(LINE, &[(1, 0), (0, 0)]),
    ];
    check(
        statements,
        expect![[r#"
            0: A 7
            1: A 1
            2: B -8
            3: line 1-2
            4: line 0-2
        "#]],
    );
}

#[test]
fn elements_have_names_of_their_own() {
    let statements = vec![
        node_rows(A, &[("1", None), ("2", None)]),
        // The same keys for nodes of another type, the same edge in two rows and in two files.
        node_rows(B, &[("1", None), ("2", None)]),
        edge_rows(ARROW, &[(0, 1), (0, 1), (1, 0)]),
        edge_rows(ARROW, &[(0, 1)]),
        repeat(
            3,
            vec![
                node(0, A, int(0)),
                node(1, A, int(0)),
                edge(2, LINE, 0, 1, vec![]),
            ],
        ),
        arrows(TopologyKind::Complete, true),
        arrows(TopologyKind::Complete, true),
    ];
    let graph = built(statements, 0).unwrap();
    let mut names: Vec<u64> = graph.nodes().map(|n| graph.node_name(n)).collect();
    names.extend(graph.edges().map(|e| graph.edge_name(e)));
    let all = names.len();
    assert_eq!(all, 4 + 4 + 3 * 3 + 2 * 90);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_order_of_node_rows_does_not_matter_to_names() {
    let names = |rows: &[(&str, Option<i64>)]| {
        let graph = built(vec![node_rows(A, rows)], 0).unwrap();
        let mut names: Vec<u64> = graph.nodes().map(|n| graph.node_name(n)).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(
        names(&[("p", None), ("q", None)]),
        names(&[("q", None), ("p", None)])
    );
}

#[test]
fn unique_types_stay_unique() {
    let two = || create(vec![node(0, A, int(0)), node(1, A, int(0))]);
    let line = |var, from, to| create(vec![edge(var, LINE, from, to, vec![])]);
    check(
        vec![two(), line(2, 0, 1), line(3, 1, 0)],
        expect![[r#"
            a second `line` edge between elements 1 and 0, though the type is unique, at time 0
        "#]],
    );
    check(
        vec![two(), line(2, 1, 0), lines(TopologyKind::Complete)],
        expect![[r#"
            a second `line` edge between elements 0 and 1, though the type is unique, at time 0
        "#]],
    );
    check(
        vec![
            node_rows(A, &[("a", None)]),
            node_rows(A, &[("b", None)]),
            edge_rows(LINE, &[(0, 0)]),
            edge_rows(LINE, &[(0, 0)]),
        ],
        expect![[r#"
            a second `line` edge between elements 0 and 1, though the type is unique, at time 0
        "#]],
    );
    let arrow = |var| create(vec![edge(var, ARROW, 0, 1, vec![int(0)])]);
    assert_eq!(
        built(vec![two(), arrow(2), arrow(3)], 0)
            .unwrap()
            .edge_count(),
        2
    );
    let elsewhere = vec![two(), arrow(2), lines(TopologyKind::Complete)];
    assert_eq!(built(elsewhere, 0).unwrap().edge_count(), 2);
}

#[test]
fn absurd_numbers_are_refused_at_once() {
    let nodes = |count| repeat(count, vec![node(0, A, int(0))]);
    check(
        vec![nodes(i64::MAX)],
        expect![[r#"
            nodes and edges of the start graph: 9223372036854775807 is more than the limit of 2147483648, in `9223372036854775807`, at time 0
        "#]],
    );
    check(
        vec![nodes(-3)],
        expect![[r#"
            a statement cannot be repeated -3 times, in `-3`, at time 0
        "#]],
    );
    let many = |kind| vec![nodes(100_000), lines(kind)];
    check(
        many(TopologyKind::Complete),
        expect![[r#"
            nodes and edges of the start graph: 5000050000 is more than the limit of 2147483648, at time 0
        "#]],
    );
    check(
        many(half()),
        expect![[r#"
            nodes and edges of the start graph: 2499575002 is more than the limit of 2147483648, in `0.5`, at time 0
        "#]],
    );
    check(
        many(degree(50_000)),
        expect![[r#"
            nodes and edges of the start graph: 2500100000 is more than the limit of 2147483648, in `50000`, at time 0
        "#]],
    );
}

#[test]
fn the_limit_itself_is_allowed() {
    let statements = || {
        vec![
            repeat(4, vec![node(0, A, int(0))]),
            lines(TopologyKind::ErdosRenyi { p: real(1.0) }),
        ]
    };
    assert_eq!(limited(statements(), 0, 10).lines().count(), 10);
    let refused = "nodes and edges of the start graph: 10 is more than the limit of 9, at time 0\n";
    assert_eq!(limited(statements(), 0, 9), refused);
}

#[test]
fn topologies_that_cannot_be_built() {
    let five = |kind| vec![repeat(5, vec![node(0, A, int(0))]), lines(kind)];
    check(
        five(degree(3)),
        expect![[r#"
            RandomRegular: 5 nodes cannot have 3 neighbours each: the number of ends would be odd, in `3`, at time 0
        "#]],
    );
    check(
        five(degree(5)),
        expect![[r#"
            RandomRegular: 5 nodes cannot have 5 neighbours each, only 0 to n − 1, in `5`, at time 0
        "#]],
    );
    check(
        five(TopologyKind::BarabasiAlbert { m: int(5) }),
        expect![[r#"
            BarabasiAlbert: new nodes cannot join 5 of 5 nodes, only 1 to n − 1, in `5`, at time 0
        "#]],
    );
    check(
        five(TopologyKind::WattsStrogatz {
            k: int(6),
            beta: real(0.1),
        }),
        expect![[r#"
            WattsStrogatz: 5 nodes on a ring cannot have 6 neighbours each, only an even number below n, in `6`, at time 0
        "#]],
    );
    check(
        five(TopologyKind::Torus { columns: int(2) }),
        expect![[r#"
        Torus: 5 nodes do not fill rows of 2, and a torus has full rows only, in `2`, at time 0
    "#]],
    );
    check(
        five(TopologyKind::Tree { children: int(0) }),
        expect![[r#"
        Tree: 0 children are too few, there must be at least one, in `0`, at time 0
    "#]],
    );
    check(vec![lines(degree(3))], expect![""]);
}

#[test]
fn faults_of_formulas_quote_them() {
    let law = Box::new(Law {
        family: Family::UniformInt,
        parameters: vec![int(3), int(1)],
    });
    let bad = formula(
        "draw(UniformInt(3, 1))",
        Type::Int,
        ExprKind::Draw { law, place: 0 },
    );
    check(
        vec![create(vec![node(0, A, bad)])],
        expect![[r#"
            UniformInt: high is 1, but must be at least low, in `draw(UniformInt(3, 1))`, at time 0
        "#]],
    );
}
