//! Graph models with numbers: which numbers of nodes they can join.

/// A graph model with parameters in its domain.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    nodes: u32,
    kind: Kind,
}

/// Graph models with the numbers that they need.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as in `TopologyKind`")]
pub enum Kind {
    Complete { directed: bool },
    Ring { directed: bool },
    Star,
    Tree { children: u32 },
    Grid { columns: u32 },
    Torus { columns: u32, directed: bool },
    RandomRegular { degree: u32 },
    ErdosRenyi { p: f64, directed: bool },
    BarabasiAlbert { m: u32 },
    WattsStrogatz { half: u32, beta: f64 },
}

/// Why the parameters make no graph; the end of a sentence that begins with the graph model's name.
pub type Checked = Result<Shape, String>;

impl Shape {
    /// How many nodes there are.
    #[must_use]
    pub fn nodes(self) -> u32 {
        self.nodes
    }

    /// The graph model, with numbers that fit.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// Every pair, both ways if directed.
    #[must_use]
    pub fn complete(nodes: u32, directed: bool) -> Self {
        Kind::Complete { directed }.of(nodes)
    }

    /// Each node to the next, the last to the first. One node has no edge; two have one, or two directed ones.
    #[must_use]
    pub fn ring(nodes: u32, directed: bool) -> Self {
        Kind::Ring { directed }.of(nodes)
    }

    /// The first node to every other.
    #[must_use]
    pub fn star(nodes: u32) -> Self {
        Kind::Star.of(nodes)
    }

    /// Level by level, each node to `children` later ones; the last that has any may have fewer.
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn tree(nodes: u32, children: i64) -> Checked {
        let children = at_least_one(children, "children")?;
        Ok(Kind::Tree { children }.of(nodes))
    }

    /// Rows of `columns` nodes, each node to the one at its right and the one below it; the last row may be shorter.
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn grid(nodes: u32, columns: i64) -> Checked {
        let columns = at_least_one(columns, "columns")?;
        Ok(Kind::Grid { columns }.of(nodes))
    }

    /// Rows of `columns` nodes, of which each row and each column is a [ring](Self::ring).
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn torus(nodes: u32, columns: i64, directed: bool) -> Checked {
        let columns = at_least_one(columns, "columns")?;
        if !nodes.is_multiple_of(columns) {
            return Err(format!(
                "{nodes} nodes do not fill rows of {columns}, and a torus has full rows only"
            ));
        }
        Ok(Kind::Torus { columns, directed }.of(nodes))
    }

    /// A random graph in which each node has `degree` neighbours; directed edges go from earlier to later nodes.
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn random_regular(nodes: u32, degree: i64) -> Checked {
        let degree = below(degree, nodes).ok_or_else(|| {
            format!("{nodes} nodes cannot have {degree} neighbours each, only 0 to n − 1")
        })?;
        if u64::from(nodes) * u64::from(degree) % 2 == 1 {
            return Err(format!(
                "{nodes} nodes cannot have {degree} neighbours each: the number of ends would be odd"
            ));
        }
        Ok(Kind::RandomRegular { degree }.of(nodes))
    }

    /// Each pair, both ways if directed, with probability `p`.
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn erdos_renyi(nodes: u32, directed: bool, p: f64) -> Checked {
        probability("p", p)?;
        Ok(Kind::ErdosRenyi { p, directed }.of(nodes))
    }

    /// Preferential attachment (Barabási and Albert 1999): the first `m` nodes have no edges among them, and each later
    /// one joins `m` earlier ones, each with probability proportional to its degree; the first of them joins all.
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn barabasi_albert(nodes: u32, m: i64) -> Checked {
        match below(m, nodes) {
            Some(m) if m > 0 || nodes == 0 => Ok(Kind::BarabasiAlbert { m }.of(nodes)),
            _ => Err(format!(
                "new nodes cannot join {m} of {nodes} nodes, only 1 to n − 1"
            )),
        }
    }

    /// A small world (Watts and Strogatz 1998): node a to the `k / 2` next ones on a ring; each edge gets with
    /// probability `beta` another target, none that a is joined with at that moment, if there is one.
    ///
    /// # Errors
    /// Where so many nodes cannot be joined like that.
    pub fn watts_strogatz(nodes: u32, k: i64, beta: f64) -> Checked {
        probability("beta", beta)?;
        match below(k, nodes) {
            Some(k) if k.is_multiple_of(2) => {
                Ok(Kind::WattsStrogatz { half: k / 2, beta }.of(nodes))
            }
            _ => Err(format!(
                "{nodes} nodes on a ring cannot have {k} neighbours each, only an even number below n"
            )),
        }
    }

    /// The number of edges; where that is random, a number that it falls short of less than once in 10²⁰ times.
    #[must_use]
    pub fn least_edges(&self) -> u64 {
        let n = u64::from(self.nodes);
        match self.kind {
            Kind::Complete { directed } => pairs(n, directed),
            Kind::Ring { directed } => ring_edges(n, directed),
            Kind::Star | Kind::Tree { .. } => n.saturating_sub(1),
            Kind::Grid { columns } => grid_edges(n, u64::from(columns)),
            Kind::Torus { columns, directed } => {
                let columns = u64::from(columns);
                let rows = n / columns;
                rows * ring_edges(columns, directed) + columns * ring_edges(rows, directed)
            }
            Kind::RandomRegular { degree } => n * u64::from(degree) / 2,
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "ten standard deviations below the mean, 0 where that is negative"
            )]
            Kind::ErdosRenyi { p, directed } => {
                let mean = pairs(n, directed) as f64 * p;
                (mean - 10.0 * mean.sqrt()) as u64
            }
            Kind::BarabasiAlbert { m } => n.saturating_sub(u64::from(m)) * u64::from(m),
            Kind::WattsStrogatz { half, .. } => n * u64::from(half),
        }
    }
}

impl Kind {
    fn of(self, nodes: u32) -> Shape {
        Shape { nodes, kind: self }
    }
}

/// A number of other nodes that a node can be joined with. No node asks for any, so any number does for none.
fn below(value: i64, nodes: u32) -> Option<u32> {
    if nodes == 0 {
        return Some(0);
    }
    u32::try_from(value).ok().filter(|&v| v < nodes)
}

/// A number of parts of a shape; more than there can be nodes are as good as any.
fn at_least_one(value: i64, parts: &str) -> Result<u32, String> {
    if value < 1 {
        return Err(format!(
            "{value} {parts} are too few, there must be at least one"
        ));
    }
    Ok(u32::try_from(value).unwrap_or(u32::MAX))
}

fn probability(parameter: &str, value: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(format!("{parameter} is {value}, but must be from 0 to 1"))
}

fn pairs(n: u64, directed: bool) -> u64 {
    let ordered = n * n.saturating_sub(1);
    if directed { ordered } else { ordered / 2 }
}

fn ring_edges(n: u64, directed: bool) -> u64 {
    match n {
        0 | 1 => 0,
        2 => 1 + u64::from(directed),
        _ => n,
    }
}

/// Edges of a grid: all nodes but the first of each row have one at their left, all but the first row one above.
fn grid_edges(n: u64, columns: u64) -> u64 {
    (n - n.div_ceil(columns)) + n.saturating_sub(columns)
}
