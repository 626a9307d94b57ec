//! Type graphs: a fixed part that idioms rely on, and random node and edge types beside it.

use crate::dice::Dice;

/// A set of concrete node types, or of edge types: one bit each.
pub(super) type Mask = u16;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Int,
    Real,
    Bool,
    State,
}

#[derive(Clone, Debug)]
pub(super) struct NodeType {
    pub(super) name: &'static str,
    pub(super) mask: Mask,
    pub(super) attributes: Vec<(&'static str, Ty)>,
    pub(super) is_abstract: bool,
    text: String,
}

#[derive(Clone, Debug)]
pub(super) struct EdgeType {
    pub(super) name: &'static str,
    /// Source types as written, and what they come to.
    pub(super) from: (&'static str, Mask),
    pub(super) to: (&'static str, Mask),
    pub(super) undirected: bool,
    pub(super) unique: bool,
    pub(super) attribute: Option<(&'static str, Ty)>,
}

/// A type graph.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    pub(super) nodes: Vec<NodeType>,
    pub(super) edges: Vec<EdgeType>,
}

const A: Mask = 1;
const B: Mask = 2;
const C: Mask = 4;
const D: Mask = 8;
const E: Mask = 16;

impl Schema {
    /// `N` (abstract) with `A` and `B`, `C` apart; `e`, `u`, `r`, `q` and `h` between them. At random `D`, a subtype of `A` or `B`,
    /// `E`, which has no attributes, and up to three more edge types.
    pub(super) fn random(dice: &mut Dice) -> Self {
        let below = [0, A, B][dice.below(3)];
        let has_e = dice.one_in(2);
        let d = if below == 0 { 0 } else { D };
        let (a, b) = (
            A | if below == A { d } else { 0 },
            B | if below == B { d } else { 0 },
        );
        let node = |name, mask, text: &str, attributes: &[_], is_abstract| NodeType {
            name,
            mask,
            attributes: attributes.to_vec(),
            is_abstract,
            text: text.to_owned(),
        };
        let (v, w, flag) = (("v", Ty::Int), ("w", Ty::Real), ("flag", Ty::Bool));
        let mut nodes = vec![
            node(
                "N",
                a | b,
                "abstract: true, attributes: { \"v\": Int(0), \"w\": Real(1.0) }",
                &[v, w],
                true,
            ),
            node(
                "A",
                a,
                "is: \"N\", attributes: { \"flag\": Bool(false) }",
                &[v, w, flag],
                false,
            ),
            node("B", b, "is: \"N\"", &[v, w], false),
            node(
                "C",
                C,
                "attributes: { \"v\": Int(1), \"s\": Enum(\"S\", \"idle\") }",
                &[v, ("s", Ty::State)],
                false,
            ),
        ];
        if below == A {
            nodes.push(node(
                "D",
                D,
                "is: \"A\", attributes: { \"z\": Int(2) }",
                &[v, w, flag, ("z", Ty::Int)],
                false,
            ));
        } else if below == B {
            nodes.push(node(
                "D",
                D,
                "is: \"B\", attributes: { \"z\": Int(2) }",
                &[v, w, ("z", Ty::Int)],
                false,
            ));
        }
        if has_e {
            nodes.push(node("E", E, "", &[], false));
        }
        let n = ("N", a | b);
        let edge = |name, from, to, undirected, unique, attribute| EdgeType {
            name,
            from,
            to,
            undirected,
            unique,
            attribute,
        };
        let mut edges = vec![
            edge("e", n, n, false, false, Some(("x", Ty::Int))),
            edge("u", ("A", a), ("B", b), false, true, None),
            edge("r", n, n, true, false, None),
            edge("q", ("A", a), ("A", a), true, true, None),
            edge("h", ("N|C", a | b | C), ("C", C), false, false, None),
        ];
        let mut ends = vec![
            n,
            ("A", a),
            ("B", b),
            ("C", C),
            ("A|C", a | C),
            ("B|C", b | C),
        ];
        if has_e {
            ends.extend([("E", E), ("A|E", a | E)]);
        }
        for name in ["x0", "x1", "x2"].into_iter().take(dice.below(4)) {
            let attribute = [None, Some(("x", Ty::Int)), Some(("y", Ty::Real))][dice.below(3)];
            edges.push(edge(
                name,
                *dice.pick(&ends),
                *dice.pick(&ends),
                dice.one_in(3),
                dice.one_in(3),
                attribute,
            ));
        }
        Schema { nodes, edges }
    }

    /// All concrete types.
    pub(super) fn all(&self) -> Mask {
        self.nodes.iter().fold(0, |all, n| all | n.mask)
    }

    /// The node type of a name.
    pub(super) fn node(&self, name: &str) -> &NodeType {
        self.nodes
            .iter()
            .find(|n| n.name == name)
            .expect("a node type of the schema")
    }

    /// Attributes that every node of these types has.
    pub(super) fn node_attributes(&self, mask: Mask) -> Vec<(&'static str, Ty)> {
        let lists: Vec<_> = self
            .nodes
            .iter()
            .filter(|n| !n.is_abstract && self.exact(n) & mask != 0)
            .map(|n| &n.attributes)
            .collect();
        let Some((first, others)) = lists.split_first() else {
            return Vec::new();
        };
        first
            .iter()
            .filter(|a| others.iter().all(|o| o.contains(a)))
            .copied()
            .collect()
    }

    /// The one concrete type that a concrete node type is itself.
    pub(super) fn exact(&self, ty: &NodeType) -> Mask {
        let proper = self
            .nodes
            .iter()
            .filter(|o| !o.is_abstract && o.mask != ty.mask && o.mask & ty.mask == o.mask);
        proper.fold(ty.mask, |mask, sub| mask & !sub.mask)
    }

    /// Attributes that every edge of these types has.
    pub(super) fn edge_attributes(&self, mask: Mask) -> Vec<(&'static str, Ty)> {
        let mut of = self
            .edges
            .iter()
            .enumerate()
            .filter(|(i, _)| mask >> i & 1 == 1)
            .map(|(_, e)| e.attribute);
        match of.next() {
            Some(Some(first)) if of.all(|o| o == Some(first)) => vec![first],
            _ => Vec::new(),
        }
    }

    /// The types as RON.
    pub(super) fn text(&self) -> String {
        let nodes: String = self
            .nodes
            .iter()
            .map(|n| format!("            \"{}\": ({}),\n", n.name, n.text))
            .collect();
        let edges: String = self
            .edges
            .iter()
            .map(|e| format!("            \"{}\": ({}),\n", e.name, e.text()))
            .collect();
        format!(
            "    types: (\n        enumerations: {{ \"S\": [\"idle\", \"busy\"] }},\n        nodes: {{\n{nodes}        }},\n        edges: {{\n{edges}        }},\n    ),\n"
        )
    }
}

impl EdgeType {
    /// Source and target types, both ways for an undirected one.
    pub(super) fn orientations(&self) -> Vec<(Mask, Mask)> {
        let straight = (self.from.1, self.to.1);
        let back = (self.to.1, self.from.1);
        if self.undirected && back != straight {
            vec![straight, back]
        } else {
            vec![straight]
        }
    }

    /// Whether an edge can lead from some node of these types to some node of those.
    pub(super) fn can_connect(&self, from: Mask, to: Mask) -> bool {
        self.orientations()
            .iter()
            .any(|(s, t)| s & from != 0 && t & to != 0)
    }

    /// Whether it can lead from every node of these types to every node of those.
    pub(super) fn always_connects(&self, from: Mask, to: Mask) -> bool {
        let bits = |mask: Mask| {
            (0..Mask::BITS)
                .map(|i| 1 << i)
                .filter(move |bit| mask & bit != 0)
        };
        bits(from).all(|f| bits(to).all(|t| self.can_connect(f, t)))
    }

    /// Edge pattern of this type: `-[l:e]->`; `body` is what stands between the brackets.
    pub(super) fn arrow(&self, body: &str, forwards: bool) -> String {
        match (self.undirected, forwards) {
            (true, _) => format!("~[{body}]~"),
            (false, true) => format!("-[{body}]->"),
            (false, false) => format!("<-[{body}]-"),
        }
    }

    fn text(&self) -> String {
        let ends = if self.undirected {
            format!("between: (\"{}\", \"{}\")", self.from.0, self.to.0)
        } else {
            format!("from: \"{}\", to: \"{}\"", self.from.0, self.to.0)
        };
        let unique = if self.unique { ", unique: true" } else { "" };
        let attributes = match self.attribute {
            None => String::new(),
            Some((name, Ty::Int)) => format!(", attributes: {{ \"{name}\": Int(0) }}"),
            Some((name, _)) => format!(", attributes: {{ \"{name}\": Real(0.5) }}"),
        };
        format!("{ends}{unique}{attributes}")
    }
}
