//! Edges of unique types: of which no second may come between two nodes.

use kairos_model::{expr::Var, rule::Rule, types::EdgeTypeId};

use super::{EffectReader, End, settle::duplicate};
use crate::{
    binding::{Binding, Slot},
    error::Outcome,
    matcher::Firing,
    program::Program,
    schema::EndPorts,
};

/// Two nodes that are there, between which an edge of a unique type is created.
#[derive(Debug)]
pub(super) struct Pair {
    ty: EdgeTypeId,
    vars: (Var, Var),
    /// In which ports such edges stand there, if the types of both are known.
    ports: Option<EndPorts>,
    /// Where the rule was not applied if there were one that is not matched: the ends of the matched ones.
    matched: Option<Box<[(Var, Var)]>>,
}

impl Pair {
    pub(super) fn new(
        program: &Program,
        rule: &Rule,
        (ty, vars): (EdgeTypeId, (Var, Var)),
        ports: Option<EndPorts>,
    ) -> Self {
        let undirected = program.schema.undirected(ty);
        let mut then = rule.then.iter().filter_map(|condition| {
            let excluded = program.code_of(condition.id).quick()?.excluded()?;
            excluded.is_about(ty, vars, undirected).then_some(excluded)
        });
        let choices = rule.choose.iter().flat_map(|choice| &choice.pattern.edges);
        let edges: Vec<_> = rule.lhs.edges.iter().chain(choices).collect();
        let ends = |var: &Var| {
            let edge = edges.iter().find(|edge| edge.edge == *var)?;
            Some((edge.from, edge.to))
        };
        let matched = then.next();
        Pair {
            ty,
            vars,
            ports,
            matched: matched.and_then(|joined| joined.taken().iter().map(ends).collect()),
        }
    }

    /// Whether there may be such an edge, for all that is known without looking.
    #[inline]
    fn may_be_there(&self, bound: &Binding, (from, to): (Slot, Slot)) -> bool {
        let Some(matched) = &self.matched else {
            return true;
        };
        matched.iter().any(|&(a, b)| {
            let ends = (bound.get(a), bound.get(b));
            ends == (from, to) || ends == (to, from)
        })
    }

    /// Fails if there is such an edge, and it stays.
    #[inline]
    pub(super) fn stays_apart(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        deleted: Option<Slot>,
    ) -> Outcome<()> {
        let (from, to) = (firing.bound.get(self.vars.0), firing.bound.get(self.vars.1));
        if !self.may_be_there(firing.bound, (from, to)) {
            return Ok(());
        }
        let graph = reader.graph();
        let there = match self.ports {
            Some(ports) => graph.edge_between_ports(ports, from, to),
            None => graph.edge_between(self.ty, from, to),
        };
        if there.is_none() || there == deleted {
            return Ok(());
        }
        let ends = (End::There(from), End::There(to));
        Err(duplicate(reader, firing, self.ty, ends))
    }
}
