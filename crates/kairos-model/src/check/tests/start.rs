//! Mistakes in start graphs: what is written, topologies, files.

use expect_test::expect;

use super::models::model;

#[test]
fn mistakes_of_start() {
    model(
        r#"start: [Create("(n:N {x: 1.5})-[:e]->(q)"), Repeat("0 - 1", "(:N)"), Repeat("now", "(:M)"), Create("(:N {x: index})")]"#,
        r#""#,
        expect![[r#"
            error[wrong-type] m.ron:3:26 «1.5»: an Int is needed here, this is a Real
              ^ a Real
              r.ron:2:40 «"x"»: `x` is declared an Int here
              help: say how to round: `floor(1.5)`, `ceil(1.5)` or `round(1.5)`
            error[unknown-variable] m.ron:3:39 «q»: unknown variable `q`
              ^ not declared
              help: there is only `n`; a new node needs a type: `(q:Type)`
            error[out-of-domain] m.ron:3:53 «0 - 1»: a number of repetitions must not be negative, this is -1
            error[not-here] m.ron:3:78 «now»: `now` cannot be read in what is fixed before a run
              help: before a run there is no time: `now` is for effects, `choose`, tallies and timers
            error[attribute-without-value] m.ron:3:85 «(:M)»: `y` must be given a value
              r.ron:2:92 «"y"»: declared here, without a default
              help: write `{y: …}`, or declare a default
            error[not-here] m.ron:3:109 «index»: `index` cannot be read in the start graph
              help: `index` counts the repetitions of `Repeat` and the rows of `Nodes` and `Edges`
        "#]],
    );
}

#[test]
fn mistakes_of_topologies() {
    model(
        r#"start: [Topology(Rong, nodes: "N", edge: "e"), Topology(ErdosRenyi(p: 1.5), nodes: "N", edge: "e"), Topology(WattsStrogatz(k: 3, beta: 0.1), nodes: "N", edge: "e"), Topology(Ring, nodes: "M", edge: "e"), Topology(RandomRegular(m: 3), nodes: "N", edge: "e", draw: Once), Topology(BarabasiAlbert, nodes: "N", edge: "ee")]"#,
        r#""#,
        expect![[r#"
            error[unknown-topology] m.ron:3:18 «Rong»: unknown graph model `Rong`
              ^ not declared
              help: did you mean `Ring`?
            error[out-of-domain] m.ron:3:71 «1.5»: a probability must be between 0 and 1, this is 1.5
            error[out-of-domain] m.ron:3:127 «3»: `k` must be even, half of the neighbours on each side; this is 3
            error[edge-ends] m.ron:3:199 «"e"»: `e` cannot connect every `M` with every other
              r.ron:2:114 «"e"»: declared from `N` to `N`
            error[unknown-parameter] m.ron:3:228 «m»: unknown parameter `m` of `RandomRegular`
              ^ not declared
              help: there is only `degree`
            error[unknown-option] m.ron:3:264 «Once»: unknown option `Once`
              ^ not declared
              help: there are `PerReplication` and `PerStudy`
            error[missing-parameter] m.ron:3:280 «BarabasiAlbert»: `BarabasiAlbert` needs `m`
            error[unknown-type] m.ron:3:314 «"ee"»: unknown edge type `ee`
              ^ not declared
              help: there are `e` and `f`
        "#]],
    );
}

#[test]
fn topologies_that_no_start_graph_can_have() {
    model(
        r#"start: [Topology(Complete, nodes: "N", edge: "e"), Repeat("k * 4", "(:N), (:M {y: 1.0})"), Create("(:N)"), Topology(RandomRegular(degree: 3), nodes: "N", edge: "e"), Topology(Torus(columns: "k + 1"), nodes: "N", edge: "e"), Topology(BarabasiAlbert(m: 12), nodes: "N", edge: "e"), Topology(BarabasiAlbert(m: 13), nodes: "N", edge: "e")]"#,
        r#""#,
        expect![[r#"
            warning[empty-topology] m.ron:3:35 «"N"»: no `N` is there so far: this adds no edge
              help: statements are carried out in their order, and a topology joins what those before it have created
            error[impossible-topology] m.ron:3:139 «3»: RandomRegular: 13 nodes cannot have 3 neighbours each: the number of ends would be odd
            error[impossible-topology] m.ron:3:192 «k + 1»: Torus: 13 nodes do not fill rows of 4, and a torus has full rows only
            error[impossible-topology] m.ron:3:308 «13»: BarabasiAlbert: new nodes cannot join 13 of 13 nodes, only 1 to n − 1
        "#]],
    );
}

#[test]
fn a_slip_in_the_name_of_a_column() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id"), Edges(csv: "e.csv", edge: "e", from: "a", to: "b")]"#,
        "--- n.csv\nid,onn,x,remark\n1,true,1,first\n--- e.csv\na,b,W2\n1,1,0.5\n",
        expect![[r#"
            warning[unread-column] n.csv:1:1 «id,onn,x,remark»: the column `onn` is not read, and `on` has its default in all rows
              help: name the column `on`, or write `columns: {"on": "onn"}`
            warning[unread-column] e.csv:1:1 «a,b,W2»: the column `W2` is not read, and `w` has its default in all rows
              help: name the column `w`, or write `columns: {"w": "W2"}`
        "#]],
    );
}

#[test]
fn nodes_from_a_file() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id", columns: {"z": "b"}), Nodes(csv: "n.csv", node: "M", key: "id"), Nodes(csv: "n.csv", node: "N", key: "a")]"#,
        r#"--- n.csv
id,a,x
1,7,1
2,7,one
"#,
        expect![[r#"
            error[unknown-attribute] m.ron:3:61 «"z"»: unknown attribute `z`
              ^ not declared
              help: there are `x` and `on`
            error[unknown-column] m.ron:3:66 «"b"»: unknown column `b`
              ^ not declared
              n.csv:1:1 «id,a,x»: the columns of the file
              help: there are `id`, `a` and `x`
            error[attribute-without-value] m.ron:3:99 «"M"»: `y` must be given a value
              r.ron:2:92 «"y"»: declared here, without a default
              help: write `{y: …}`, or declare a default
            error[duplicate-key] n.csv:3:1 «2,7,one»: two lines have the key `7`
              n.csv:2:1 «1,7,1»: the first one
        "#]],
    );
}

#[test]
fn bad_cells_and_duplicate_keys() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id"), Nodes(csv: "m.csv", node: "N", key: "id")]"#,
        r#"--- n.csv
id,x
1,1
2,one
--- m.csv
id
1
1
"#,
        expect![[r#"
            error[bad-cell] n.csv:3:1 «2,one»: the column `x` needs a whole number, here is `one`
            error[duplicate-key] m.csv:3:1 «1»: two lines have the key `1`
              m.csv:2:1 «1»: the first one
        "#]],
    );
}

#[test]
fn edges_from_a_file() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id"), Edges(csv: "e.csv", edge: "e", from: "a", to: "b")]"#,
        r#"--- n.csv
id
1
2
--- e.csv
a,b
1,2
1,3
"#,
        expect![[r#"
            error[unknown-key] e.csv:3:1 «1,3»: no node that fits here has the key `3`
              help: read the nodes by `Nodes(…)` before, or let `nodes: "Type"` create them
        "#]],
    );
}

#[test]
fn edges_that_are_not_unique() {
    model(
        r#"start: [Edges(csv: "e.csv", edge: "e", from: "a", to: "b", nodes: "N")]"#,
        r#"--- e.csv
a,b
1,2
2,1
1,2
"#,
        expect![[r#"
            error[not-unique] e.csv:4:1 «1,2»: a second edge with the same ends, and `e` is unique
              r.ron:2:114 «"e"»: declared here
        "#]],
    );
}

#[test]
fn a_broken_graphml_file() {
    model(
        r#"start: [GraphMl("g.xml")]"#,
        r#"--- g.xml
<graphml><graph>
</graphm>
"#,
        expect![[r#"
            error[graphml] g.xml:2:1 «»: this is not well-formed XML: expected 'graph' tag, not 'graphm' at 2:1
        "#]],
    );
}

#[test]
fn a_graphml_file_without_types() {
    model(
        r#"start: [GraphMl("g.xml")]"#,
        r#"--- g.xml
<graphml><graph><node id="1"/></graph></graphml>
"#,
        expect![[r#"
            error[type-needed] g.xml:1:17 «<node id="1"/>»: this node has no `type`
              m.ron:3:17 «"g.xml"»: the file is read here
              help: say which type such elements have: `node: "Type"`
        "#]],
    );
}

#[test]
fn mistakes_of_a_graphml_file() {
    model(
        r#"start: [GraphMl("g.xml", node: "N", edge: "e")]"#,
        r#"--- g.xml
<graphml><key id="d0" for="node" attr.name="x" attr.type="int"/>
<graph><node id="1"><data key="d0">1</data></node>
<edge source="1" target="2"/></graph></graphml>
"#,
        expect![[r#"
            error[unknown-key] g.xml:3:1 «<edge source="1" target="2"/>»: no node of the file has the id `2`
        "#]],
    );
}
