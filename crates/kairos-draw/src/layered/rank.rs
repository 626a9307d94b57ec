//! Which layer a node is in.

use super::Ends;

/// A rank for every node, from 0 without gaps at the top, such that no edge but a loop stays on one rank and edges point downwards where no cycle
/// forbids it; edges are short.
pub(super) fn ranks(nodes: usize, edges: &[Ends]) -> Vec<usize> {
    let downward = without_cycles(nodes, edges);
    let mut ranks = longest_paths(nodes, &downward);
    shorten(&mut ranks, &downward);
    ranks
}

/// The edges without loops, those turned round that close a cycle in a depth-first walk in the order of the nodes.
fn without_cycles(nodes: usize, edges: &[Ends]) -> Vec<Ends> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        Not,
        Open,
        Done,
    }
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (edge, ends) in edges.iter().enumerate().filter(|(_, e)| e.from != e.to) {
        targets[ends.from].push(edge);
    }
    let mut visits = vec![Visit::Not; nodes];
    let mut downward: Vec<Ends> = Vec::with_capacity(edges.len());
    for root in 0..nodes {
        let mut path = match visits[root] {
            Visit::Not => vec![(root, 0)],
            _ => continue,
        };
        visits[root] = Visit::Open;
        while let Some((node, next)) = path.last_mut() {
            let Some(&edge) = targets[*node].get(*next) else {
                visits[*node] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let Ends { from, to } = edges[edge];
            match visits[to] {
                Visit::Open => downward.push(Ends { from: to, to: from }),
                Visit::Done => downward.push(edges[edge]),
                Visit::Not => {
                    downward.push(Ends { from, to });
                    visits[to] = Visit::Open;
                    path.push((to, 0));
                }
            }
        }
    }
    downward
}

/// The length of the longest path that ends in each node.
fn longest_paths(nodes: usize, downward: &[Ends]) -> Vec<usize> {
    let mut ranks = vec![0; nodes];
    let mut waiting = vec![0; nodes];
    downward.iter().for_each(|e| waiting[e.to] += 1);
    let mut ready: Vec<usize> = (0..nodes).filter(|&n| waiting[n] == 0).collect();
    while let Some(node) = ready.pop() {
        for edge in downward.iter().filter(|e| e.from == node) {
            ranks[edge.to] = ranks[edge.to].max(ranks[node] + 1);
            waiting[edge.to] -= 1;
            if waiting[edge.to] == 0 {
                ready.push(edge.to);
            }
        }
    }
    ranks
}

/// Moves nodes with more edges on one side than on the other towards that side, as far as their edges let them: the edges' total length falls with each move.
fn shorten(ranks: &mut [usize], downward: &[Ends]) {
    let mut moved = true;
    while moved {
        moved = false;
        for node in 0..ranks.len() {
            let below: Vec<usize> = of(downward, |e| (e.from == node).then_some(ranks[e.to]));
            let above: Vec<usize> = of(downward, |e| (e.to == node).then_some(ranks[e.from]));
            let target = match below.len().cmp(&above.len()) {
                std::cmp::Ordering::Greater => below.iter().min().map(|r| r - 1),
                std::cmp::Ordering::Less => above.iter().max().map(|r| r + 1),
                std::cmp::Ordering::Equal => None,
            };
            if let Some(target) = target.filter(|&t| t != ranks[node]) {
                ranks[node] = target;
                moved = true;
            }
        }
    }
}

fn of(edges: &[Ends], pick: impl Fn(&Ends) -> Option<usize>) -> Vec<usize> {
    edges.iter().filter_map(pick).collect()
}
