//! Random patterns: paths and stars over the edge types of a schema, from what is visible or from nothing.

use super::{
    schema::{EdgeType, Mask},
    writer::{Kind, Place, Seen, Writer},
};

/// What kind of pattern is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    pub(super) edges: usize,
    /// Starts from a visible node, if there is one.
    pub(super) anchored: bool,
    /// Every element gets a name.
    pub(super) named: bool,
    /// Conditions on its elements, where they may stand; none if `None`.
    pub(super) conditions: Option<Place>,
}

/// A pattern's text; its elements were added to what is visible if they have names.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) new: Vec<Seen>,
}

#[derive(Clone, Debug)]
struct Node {
    name: Option<String>,
    /// As the text says; empty if it says nothing.
    written: String,
    mask: Mask,
    own: bool,
}

#[derive(Clone, Debug)]
struct Edge {
    name: Option<String>,
    types: Vec<usize>,
    from: usize,
    to: usize,
    /// Whether the arrow points from `from` to `to`.
    forwards: bool,
}

#[derive(Clone, Debug, Default)]
struct Draft {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Edge {
    /// Its ends in the order of the text, which goes in the direction of the arrow or against it.
    fn as_written(&self) -> (usize, usize) {
        if self.forwards {
            (self.from, self.to)
        } else {
            (self.to, self.from)
        }
    }
}

impl Draft {
    /// Nodes that the text mentions more than once.
    fn mentioned_again(&self) -> Vec<usize> {
        let mut mentions = Vec::new();
        for edge in &self.edges {
            let (first, second) = edge.as_written();
            if mentions.last() != Some(&first) {
                mentions.push(first);
            }
            mentions.push(second);
        }
        let often = |node: &usize| mentions.iter().filter(|m| *m == node).count() > 1;
        (0..self.nodes.len()).filter(often).collect()
    }
}

impl Writer<'_> {
    /// A random pattern.
    pub(super) fn pattern(&mut self, want: Want) -> Written {
        let mut draft = self.draft(want);
        while !self.narrow(&mut draft) {
            draft = self.draft(want);
        }
        self.finish(draft, want)
    }

    fn draft(&mut self, want: Want) -> Draft {
        let mut draft = Draft::default();
        let visible = self.nodes();
        match self.any(&visible).filter(|_| want.anchored) {
            Some((name, mask)) => draft.nodes.push(Node {
                name: Some(name),
                written: String::new(),
                mask,
                own: false,
            }),
            None => {
                let node = self.own_node(want);
                draft.nodes.push(node);
            }
        }
        for _ in 0..want.edges {
            self.grow(&mut draft, want);
        }
        if want.edges > 0 && self.dice.one_in(8) {
            let node = self.own_node(want);
            draft.nodes.push(node);
        }
        draft
    }

    fn own_node(&mut self, want: Want) -> Node {
        let choices = ["N", "N", "A", "A", "B", "C", "A|B", "A|C", "B|C", ""];
        let mut written = (*self.dice.pick(&choices)).to_owned();
        if let Some(extra) = self
            .schema
            .nodes
            .get(4 + self.dice.below(3))
            .filter(|_| self.dice.one_in(4))
        {
            written = extra.name.to_owned();
        }
        let mask = match written.as_str() {
            "" => self.schema.all(),
            types => types
                .split('|')
                .fold(0, |m, name| m | self.schema.node(name).mask),
        };
        if written.contains('|') {
            self.tag("alternatives");
        }
        let name = (want.named || self.dice.below(3) > 0).then(|| self.fresh('n'));
        Node {
            name,
            written,
            mask,
            own: true,
        }
    }

    /// Adds an edge, and the node at its other end if that is a new one.
    fn grow(&mut self, draft: &mut Draft, want: Want) {
        let at = if self.dice.one_in(3) {
            self.dice.below(draft.nodes.len())
        } else {
            draft.nodes.len() - 1
        };
        let here = draft.nodes[at].mask;
        let fits = |e: &EdgeType, forwards| {
            let all = self.schema.all();
            if forwards {
                e.can_connect(here, all)
            } else {
                e.can_connect(all, here)
            }
        };
        let types = self.schema.edges.iter().enumerate();
        let possible: Vec<_> = types
            .flat_map(|(i, e)| {
                [(i, true), (i, false)]
                    .into_iter()
                    .filter(move |&(_, forwards)| fits(e, forwards))
            })
            .collect();
        let Some((ty, forwards)) = self.any(&possible) else {
            return;
        };
        let connects = |from: Mask, to: Mask| self.schema.edges[ty].can_connect(from, to);
        let reaches = |there: Mask| {
            if forwards {
                connects(here, there)
            } else {
                connects(there, here)
            }
        };
        let known: Vec<usize> = (0..draft.nodes.len())
            .filter(|&i| reaches(draft.nodes[i].mask) && (i != at || self.may_loop(ty)))
            .collect();
        let visible: Vec<_> = self.nodes().into_iter().filter(|n| reaches(n.1)).collect();
        let is_there = |draft: &Draft, name: &str| {
            draft
                .nodes
                .iter()
                .position(|n| n.name.as_deref() == Some(name))
        };
        let other = match self.dice.below(6) {
            0 if !known.is_empty() => *self.dice.pick(&known),
            1 if want.anchored && !visible.is_empty() => {
                let (name, mask) = self.dice.pick(&visible).clone();
                let known = is_there(draft, &name).filter(|&i| i != at || self.may_loop(ty));
                if draft.nodes[at].name.as_ref() == Some(&name) && known.is_none() {
                    return;
                }
                known.unwrap_or_else(|| {
                    draft.nodes.push(Node {
                        name: Some(name),
                        written: String::new(),
                        mask,
                        own: false,
                    });
                    draft.nodes.len() - 1
                })
            }
            _ => {
                let mut node = self.own_node(want);
                if !reaches(node.mask) {
                    node = Node {
                        written: String::new(),
                        mask: self.schema.all(),
                        ..node
                    };
                }
                draft.nodes.push(node);
                draft.nodes.len() - 1
            }
        };
        let (from, to) = if forwards { (at, other) } else { (other, at) };
        let mut types = vec![ty];
        let alike: Vec<usize> = (0..self.schema.edges.len())
            .filter(|&i| self.may_stand_for(i, ty, draft, from, to))
            .collect();
        if self.dice.one_in(6)
            && let Some(second) = self.any(&alike)
        {
            types.push(second);
            self.tag("alternatives");
        }
        let name = (want.named || self.dice.one_in(3)).then(|| self.fresh('l'));
        draft.edges.push(Edge {
            name,
            types,
            from,
            to,
            forwards,
        });
    }

    /// Whether an edge of this type fits as a loop wherever it fits at all.
    fn may_loop(&self, ty: usize) -> bool {
        self.schema.edges[ty].from.1 == self.schema.edges[ty].to.1
    }

    fn may_stand_for(
        &self,
        other: usize,
        ty: usize,
        draft: &Draft,
        from: usize,
        to: usize,
    ) -> bool {
        let (edge, first) = (&self.schema.edges[other], &self.schema.edges[ty]);
        other != ty
            && edge.undirected == first.undirected
            && (from != to || self.may_loop(other))
            && edge.can_connect(draft.nodes[from].mask, draft.nodes[to].mask)
    }

    /// Narrows the types of own nodes to those that fit together; whether that is possible.
    fn narrow(&self, draft: &mut Draft) -> bool {
        loop {
            let before = draft.clone();
            for edge in &before.edges {
                let (mut from, mut to) = (0, 0);
                let (f, t) = (draft.nodes[edge.from].mask, draft.nodes[edge.to].mask);
                for &ty in &edge.types {
                    for (s, e) in self.schema.edges[ty].orientations() {
                        if s & f != 0 && e & t != 0 {
                            (from, to) = (from | s & f, to | e & t);
                        }
                    }
                }
                if from == 0 || to == 0 {
                    return false;
                }
                for (node, mask) in [(edge.from, from), (edge.to, to)] {
                    if draft.nodes[node].own {
                        draft.nodes[node].mask &= mask;
                        if draft.nodes[node].mask == 0 {
                            return false;
                        }
                    }
                }
            }
            if draft
                .nodes
                .iter()
                .zip(&before.nodes)
                .all(|(a, b)| a.mask == b.mask)
            {
                return true;
            }
        }
    }

    /// Shows the new elements, writes conditions and puts the text together.
    fn finish(&mut self, mut draft: Draft, want: Want) -> Written {
        let nodes_first = !self.basic && !draft.edges.is_empty() && self.dice.one_in(8);
        let named = if nodes_first {
            self.tag("nodes before edges");
            (0..draft.nodes.len()).collect()
        } else {
            draft.mentioned_again()
        };
        for node in named {
            if draft.nodes[node].name.is_none() {
                draft.nodes[node].name = Some(self.fresh('n'));
            }
        }
        let nodes = draft.nodes.iter().filter(|n| n.own);
        let nodes = nodes.map(|n| (n.name.clone(), Kind::Node(n.mask)));
        let edges = draft
            .edges
            .iter()
            .map(|e| (e.name.clone(), Kind::Edge(self.edge_mask(e, &draft))));
        let new: Vec<_> = nodes
            .chain(edges)
            .filter_map(|(name, kind)| Some(Seen { name: name?, kind }))
            .collect();
        self.seen.extend(new.iter().cloned());
        let mut written = vec![false; draft.nodes.len()];
        let mut text = String::new();
        if nodes_first {
            for (node, written) in draft.nodes.iter().zip(&mut written) {
                text += if text.is_empty() { "" } else { ", " };
                text += &self.node_text(node, written, want);
            }
        }
        let mut last = None;
        for edge in &draft.edges {
            let (first, second) = edge.as_written();
            if last != Some(first) {
                text += if text.is_empty() { "" } else { ", " };
                text += &self.node_text(&draft.nodes[first], &mut written[first], want);
            }
            text += &self.edge_text(edge, &draft, want);
            text += &self.node_text(&draft.nodes[second], &mut written[second], want);
            last = Some(second);
        }
        for (node, written) in draft.nodes.iter().zip(&mut written) {
            if !*written {
                text += if text.is_empty() { "" } else { ", " };
                text += &self.node_text(node, written, want);
            }
        }
        if let Some(place) = want.conditions
            && self.dice.one_in(4)
        {
            text += &format!(" WHERE {}", self.boolean(place.deeper()));
        }
        Written { text, new }
    }

    /// The types that an edge can have between the nodes at its ends.
    fn edge_mask(&self, edge: &Edge, draft: &Draft) -> Mask {
        let (from, to) = (draft.nodes[edge.from].mask, draft.nodes[edge.to].mask);
        let fitting = edge
            .types
            .iter()
            .filter(|&&ty| self.schema.edges[ty].can_connect(from, to));
        fitting.fold(0, |mask, ty| mask | 1 << ty)
    }

    fn node_text(&mut self, node: &Node, written: &mut bool, want: Want) -> String {
        let name = node.name.clone().unwrap_or_default();
        if std::mem::replace(written, true) || !node.own {
            return format!("({name})");
        }
        let types = if node.written.is_empty() {
            String::new()
        } else {
            format!(":{}", node.written)
        };
        let attributes = self.schema.node_attributes(node.mask);
        let condition = match want.conditions {
            Some(_) if self.dice.one_in(8) && attributes.iter().any(|a| a.0 == "v") => {
                self.tag("values in braces");
                format!(" {{v: {}}}", self.dice.below(3))
            }
            Some(place) if node.name.is_some() && self.dice.one_in(4) => {
                format!(" WHERE {}", self.boolean(place.deeper()))
            }
            _ => String::new(),
        };
        format!("({name}{types}{condition})")
    }

    fn edge_text(&mut self, edge: &Edge, draft: &Draft, want: Want) -> String {
        let types: Vec<_> = edge
            .types
            .iter()
            .map(|&t| self.schema.edges[t].name)
            .collect();
        let name = edge.name.clone().unwrap_or_default();
        let mask = self.edge_mask(edge, draft);
        let has_x = self.schema.edge_attributes(mask).iter().any(|a| a.0 == "x");
        let condition =
            if want.conditions.is_some() && has_x && edge.name.is_some() && self.dice.one_in(3) {
                self.tag("edge attribute in a pattern");
                format!(
                    " WHERE {name}.x {} {}",
                    self.dice.pick(&["<", "<=", "="]),
                    self.dice.below(3)
                )
            } else {
                String::new()
            };
        self.schema.edges[edge.types[0]].arrow(
            &format!("{name}:{}{condition}", types.join("|")),
            edge.forwards,
        )
    }
}
