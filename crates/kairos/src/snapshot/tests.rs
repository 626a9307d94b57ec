//! Small graphs as files.

use std::sync::Arc;

use expect_test::expect;
use kairos_model::{
    check,
    source::MemoryFiles,
    types::{EdgeTypeId, NodeTypeId},
};
use kairos_rewrite::{schema::Schema, upkeep::Upkeep};

use super::*;

const RULES: &str = r#"RuleSet(
    types: (
        enumerations: { "State": ["idle", "busy"] },
        nodes: {
            "A": (attributes: { "x": Real(0.1), "state": Enum("State", "busy") }),
            "B": (attributes: { "x": Int(0), "ok": Bool(true) }),
        },
        edges: {
            "to": (from: "A", to: "B", attributes: { "w": Int(0) }),
            "beside": (between: ("A", "A")),
        },
    ),
    rules: {},
)"#;

/// Two nodes of A, one of B, and edges of the types named.
fn graph(edges: &[&str]) -> (TypeGraph, HostGraph) {
    let files = MemoryFiles([("r.ron".to_owned(), RULES.to_owned())].into());
    let types = check::load_rules(&files, "r.ron").value.unwrap().types;
    let mut graph = HostGraph::new(Arc::new(Schema::new(&types, Upkeep::everything(&types))));
    let b = graph.create_node(NodeTypeId(1), 0, &[7, 1]);
    let a = [2.5, -1e300_f64].map(|x| graph.create_node(NodeTypeId(0), 0, &[x.to_bits(), 1]));
    for &edge in edges {
        match edge {
            "to" => graph.create_edge(EdgeTypeId(0), a[1], b, 0, &[3]),
            _ => graph.create_edge(EdgeTypeId(1), a[0], a[1], 0, &[]),
        };
    }
    (types, graph)
}

fn xml(edges: &[&str]) -> String {
    let (types, graph) = graph(edges);
    let mut out = Vec::new();
    graph_ml::write(&mut out, &types, &graph).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn graph_ml_has_typed_keys_and_a_direction() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
          <key id="d0" for="edge" attr.name="type" attr.type="string"/>
          <key id="d1" for="edge" attr.name="undirected" attr.type="boolean"/>
          <key id="d2" for="edge" attr.name="w" attr.type="long"/>
          <key id="d3" for="node" attr.name="ok" attr.type="boolean"/>
          <key id="d4" for="node" attr.name="state" attr.type="string"/>
          <key id="d5" for="node" attr.name="type" attr.type="string"/>
          <key id="d6" for="node" attr.name="x" attr.type="double"/>
          <key id="d7" for="node" attr.name="x" attr.type="long"/>
          <graph id="G" edgedefault="directed">
            <node id="n0">
              <data key="d5">B</data>
              <data key="d7">7</data>
              <data key="d3">true</data>
            </node>
            <node id="n1">
              <data key="d5">A</data>
              <data key="d6">2.5</data>
              <data key="d4">busy</data>
            </node>
            <node id="n2">
              <data key="d5">A</data>
              <data key="d6">-1e300</data>
              <data key="d4">busy</data>
            </node>
            <edge id="e3" source="n1" target="n2">
              <data key="d0">beside</data>
              <data key="d1">true</data>
            </edge>
            <edge id="e4" source="n2" target="n0">
              <data key="d0">to</data>
              <data key="d1">false</data>
              <data key="d2">3</data>
            </edge>
          </graph>
        </graphml>
    "#]]
    .assert_eq(&xml(&["beside", "to"]));
    assert!(xml(&["beside"]).contains(r#"edgedefault="undirected""#));
    assert!(xml(&["to"]).contains(r#"edgedefault="directed""#));
    assert!(!xml(&["to"]).contains("undirected"));
}

#[test]
fn graph_ml_is_read_back_as_a_start_graph() {
    let model = r#"Model(rules: "r.ron", start: [GraphMl("g.graphml")], timers: {}, horizon: 1.0)"#;
    let files = [
        ("r.ron", RULES),
        ("m.ron", model),
        ("g.graphml", &xml(&["beside", "to", "to"])),
    ];
    let files = MemoryFiles(
        files
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into(),
    );
    let loaded = check::load_model(&files, "m.ron", &check::Overrides::default());
    assert!(loaded.value.is_some(), "{:?}", loaded.diagnostics);
}

#[test]
fn dot_is_drawn_by_number() {
    let (types, graph) = graph(&["beside", "to"]);
    expect![[r#"
        digraph {
            0 [ shape = box, label = "B 0\nx = 7\nok = true"]
            1 [ shape = box, label = "A 1\nx = 2.5\nstate = busy"]
            2 [ shape = box, label = "A 2\nx = -1e300\nstate = busy"]
            1 -> 2 [ label = "beside", dir = none]
            2 -> 0 [ label = "to\nw = 3"]
        }
    "#]]
    .assert_eq(&dot::picture(&types, &graph));
}

#[test]
fn requests_are_parsed() {
    let request: Request = "1.5:a:b.graphml".parse().unwrap();
    assert_eq!(
        (request.when, request.path),
        (When::Time(1.5), PathBuf::from("a:b.graphml"))
    );
    let request: Request = "connect#100:a.dot".parse().unwrap();
    assert_eq!(request.when, When::Firing("connect".to_owned(), 100));
    for text in [
        "a.dot",
        "-1:a.dot",
        "nan:a.dot",
        "1:a.png",
        "1:",
        "r#0:a.dot",
        "r#:a.dot",
        "#3:a.dot",
        "r#-1:a.dot",
    ] {
        assert!(text.parse::<Request>().is_err(), "{text}");
    }
}
