//! Effects as flat lists of what is done: kinds of elements, columns and ends are known before anything is applied.

use kairos_model::{
    expr::Var,
    pattern::{Scope, Sort},
    rule::{Assignment, AssignmentMode, Created, Effect, Rule},
    types::{AttributeId, EdgeTypeId, NodeTypeId, Value},
};

use super::{AttributeOf, ChangedAttribute, EffectReader, pair::Pair, small};
use crate::{
    binding::{Binding, Slot},
    error::{Fault, Outcome},
    eval::{Evaluated, finite, overflow},
    graph::HostGraph,
    incremental::{Dispatch, Foreseen, Ready},
    matcher::Firing,
    program::Program,
    schema::EndPorts,
};

/// All that a rule does, where it concerns nobody.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Alone<'a> {
    Assignment(&'a CompiledAssignment),
    /// A new edge without attributes.
    Edge(&'a CompiledCreation),
}

/// The effects of a rule.
#[derive(Debug)]
pub(crate) struct RuleEffects {
    pub(super) main: CompiledEffect,
    pub(super) blocks: Box<[CompiledEffect]>,
    /// Whether nothing in them can get into the way of anything else.
    straight: bool,
    /// Whether they are one assignment or one new edge: so it is said until [`RuleEffects::note_readers`] knows whether it concerns anybody.
    alone: bool,
    /// Whether a second edge of a unique type could be created.
    pub(super) unique: bool,
    /// By which edges of the main effect, where these are straight.
    pub(super) pairs: Box<[Pair]>,
    /// What an application means for matches, where all of it is foreseen.
    foreseen: Option<Foreseen>,
    /// Whether one edge without attributes comes or goes, and all that this means follows at once.
    is_one_edge: bool,
}

impl RuleEffects {
    /// Of a program whose formulas are compiled.
    pub(crate) fn new(program: &Program, rule: &Rule) -> Self {
        let main = CompiledEffect::new(program, rule, &rule.effect, None);
        let block = |effect| CompiledEffect::new(program, rule, effect, Some(&rule.effect));
        let blocks: Box<[_]> = rule.for_each.iter().map(|b| block(&b.effect)).collect();
        let unique = blocks
            .iter()
            .chain([&main])
            .any(CompiledEffect::creates_unique);
        RuleEffects {
            alone: rule.for_each.is_empty() && main.is_alone(),
            straight: rule.for_each.is_empty() && main.is_straight(),
            unique,
            pairs: main
                .create
                .iter()
                .filter_map(|creation| creation.pair(program, rule))
                .collect(),
            blocks,
            main,
            foreseen: None,
            is_one_edge: false,
        }
    }

    /// Takes over what is foreseen, and notes which of its changes no query is about, or need not be told because of that.
    pub(crate) fn note_readers(
        &mut self,
        dispatch: &Dispatch,
        foreseen: Option<Foreseen>,
        rule: &Rule,
    ) {
        self.alone &= foreseen.as_ref().is_some_and(Foreseen::is_nothing);
        let follows = foreseen.as_ref().is_some_and(Foreseen::follows_at_once);
        self.is_one_edge = self.straight && follows && self.main.is_one_edge();
        for assignment in &mut self.main.set {
            assignment.noticed = foreseen.is_none() && assignment.is_read(dispatch, &rule.scope);
        }
        for (compiled, creation) in self.main.create.iter_mut().zip(&rule.effect.create) {
            compiled.noticed = foreseen.is_none() && dispatch.notices(&creation.what);
        }
        self.foreseen = foreseen;
    }

    /// What an application means for matches, where all of it is foreseen.
    #[inline]
    pub(crate) fn foreseen(&self) -> Option<&Foreseen> {
        self.foreseen.as_ref()
    }

    /// Whether one edge without attributes comes or goes, nothing else changes, and all that this means follows at once.
    #[inline]
    pub(crate) fn are_one_edge(&self) -> bool {
        self.is_one_edge
    }

    /// The edge that comes, of effects that are one edge, or else the one that goes.
    #[inline]
    pub(crate) fn one_edge(&self, bound: &Binding) -> Result<&CompiledCreation, Slot> {
        let goes = || bound.get(self.main.delete_edges[0]);
        self.main.create.first().ok_or_else(goes)
    }

    /// Whether nothing in them can get into the way of anything else: then no plan is needed.
    #[inline]
    pub(crate) fn are_straight(&self) -> bool {
        self.straight
    }

    /// What straight effects delete.
    #[inline]
    pub(crate) fn deleted(&self, bound: &Binding) -> Option<Slot> {
        let edge = self.main.delete_edges.first();
        edge.map(|&edge| bound.get(edge))
    }

    /// What a rule does that does nothing else, if it concerns nobody.
    #[inline]
    pub(crate) fn alone(&self) -> Option<Alone<'_>> {
        self.alone.then(|| match self.main.set.first() {
            Some(assignment) => Alone::Assignment(assignment),
            None => Alone::Edge(&self.main.create[0]),
        })
    }
}

/// An effect.
#[derive(Debug)]
pub(super) struct CompiledEffect {
    pub(super) delete_nodes: Box<[Var]>,
    pub(super) delete_edges: Box<[Var]>,
    pub(super) create: Box<[CompiledCreation]>,
    pub(super) set: Box<[CompiledAssignment]>,
}

impl CompiledEffect {
    /// The main effect, or that of a block of a rule with this main effect.
    fn new(program: &Program, rule: &Rule, effect: &Effect, main: Option<&Effect>) -> Self {
        let scope = &rule.scope;
        let deleted = |nodes: bool| {
            let all = effect.delete.iter().copied();
            all.filter(|&v| scope.is_node(v) == nodes).collect()
        };
        let create = 0..effect.create.len();
        let set = effect.set.iter();
        CompiledEffect {
            delete_nodes: deleted(true),
            delete_edges: deleted(false),
            create: create
                .map(|position| CompiledCreation::new(program, rule, effect, position, main))
                .collect(),
            set: set
                .map(|a| CompiledAssignment {
                    apart: main.is_none() && is_apart(rule, a),
                    ..CompiledAssignment::new(program, scope, a)
                })
                .collect(),
        }
    }

    fn is_alone(&self) -> bool {
        let deletes = self.delete_nodes.len() + self.delete_edges.len() > 0;
        match (&*self.set, &*self.create) {
            ([_], []) => !deletes,
            ([], [creation]) => !deletes && creation.is_plain_edge(),
            _ => false,
        }
    }

    fn is_one_edge(&self) -> bool {
        let comes = self.create.iter().all(CompiledCreation::is_plain_edge);
        comes && self.set.is_empty() && self.create.len() + self.delete_edges.len() == 1
    }

    fn creates_unique(&self) -> bool {
        let is_unique =
            |c: &CompiledCreation| matches!(c.what, CompiledKind::Edge { unique: true, .. });
        self.create.iter().any(is_unique)
    }

    /// Whether its parts can be carried out one after the other, once all right-hand sides are known: at most one edge goes, and that takes
    /// nothing along; no two assignments are to one attribute, none is to what goes, and no second edge of a unique type can be among those that
    /// come.
    fn is_straight(&self) -> bool {
        let deletes = !self.delete_edges.is_empty();
        let unique = |creation: &CompiledCreation| match creation.what {
            CompiledKind::Edge {
                ty, unique: true, ..
            } => Some(ty),
            _ => None,
        };
        let mut uniques: Vec<EdgeTypeId> = self.create.iter().filter_map(unique).collect();
        let count = uniques.len();
        uniques.sort_unstable();
        uniques.dedup();
        self.delete_nodes.is_empty()
            && self.delete_edges.len() <= 1
            && uniques.len() == count
            && self.set.iter().all(|a| a.apart && (a.is_node || !deletes))
    }
}

/// An element to create.
#[derive(Debug)]
pub(crate) struct CompiledCreation {
    pub(super) what: CompiledKind,
    /// The variable to be bound, in the main effect.
    pub(super) var: Option<Var>,
    /// By column.
    pub(super) attributes: Box<[Ready]>,
    /// Whether its name may be asked for.
    pub(super) named: bool,
    /// Whether a query may be about it: so it is said until [`RuleEffects::note_readers`] knows.
    pub(super) noticed: bool,
}

/// What is created.
#[derive(Clone, Copy, Debug)]
pub(super) enum CompiledKind {
    Node(NodeTypeId),
    Edge {
        ty: EdgeTypeId,
        /// The variables of its ends. Those of the main effect are bound once their elements are there.
        vars: (Var, Var),
        ends: (CompiledEnd, CompiledEnd),
        /// Whether it may be the only one with these ends.
        unique: bool,
        /// In which ports it stands there, if the types of both are known.
        ports: Option<EndPorts>,
    },
}

/// An end of an edge to be created.
#[derive(Clone, Copy, Debug)]
pub(super) enum CompiledEnd {
    /// It is bound.
    Bound(Var),
    /// What the main effect creates at a position.
    Main(u32),
    /// What the same effect creates at a position.
    Own(u32),
}

impl CompiledCreation {
    /// Whether it is an edge without attributes.
    fn is_plain_edge(&self) -> bool {
        self.attributes.is_empty() && matches!(self.what, CompiledKind::Edge { .. })
    }

    /// Its ends, if these are there and it is of a unique type.
    fn pair(&self, program: &Program, rule: &Rule) -> Option<Pair> {
        match self.what {
            CompiledKind::Edge {
                ty,
                vars,
                ends: (CompiledEnd::Bound(_), CompiledEnd::Bound(_)),
                unique: true,
                ports,
            } => Some(Pair::new(program, rule, (ty, vars), ports)),
            _ => None,
        }
    }

    fn new(
        program: &Program,
        rule: &Rule,
        effect: &Effect,
        position: usize,
        main: Option<&Effect>,
    ) -> Self {
        let types = &program.model.types;
        let creation = &effect.create[position];
        let creates = |effect: &Effect, before: usize, var: Var| {
            let position = effect.create[..before].iter().rposition(|c| c.var == var);
            position.map(small)
        };
        let end = |var: Var| {
            let of_main = || main.and_then(|m| creates(m, m.create.len(), var));
            let own = creates(effect, position, var).map(CompiledEnd::Own);
            own.or_else(|| of_main().map(CompiledEnd::Main))
                .unwrap_or(CompiledEnd::Bound(var))
        };
        let attributes = creation.attributes.iter();
        CompiledCreation {
            what: match creation.what {
                Created::Node(ty) => CompiledKind::Node(ty),
                Created::Edge { ty, from, to } => CompiledKind::Edge {
                    ty,
                    vars: (from, to),
                    ends: (end(from), end(to)),
                    unique: types.edge(ty).unique,
                    ports: program.known_ports(&rule.scope, ty, (from, to)),
                },
            },
            var: main.is_none().then_some(creation.var),
            attributes: attributes.map(|f| Ready::new(program, f.id)).collect(),
            named: match creation.what {
                Created::Node(_) => true,
                Created::Edge { .. } => program.schema.upkeep().names(),
            },
            noticed: true,
        }
    }
}

/// An assignment.
#[derive(Debug)]
pub(crate) struct CompiledAssignment {
    target: Var,
    attribute: AttributeId,
    is_node: bool,
    column: Column,
    mode: AssignmentMode,
    pub(super) value: Ready,
    /// Whether no other assignment of the rule can be to the same attribute of the same element.
    pub(super) apart: bool,
    /// Whether a query reads the attribute: so it is said until [`RuleEffects::note_readers`] knows.
    pub(crate) noticed: bool,
}

/// Where an attribute stands among those of its element.
#[derive(Debug)]
enum Column {
    /// In the same place for all types.
    Same(usize),
    /// By type.
    ByType(Vec<(u16, usize)>),
}

impl CompiledAssignment {
    fn new(program: &Program, scope: &Scope, assignment: &Assignment) -> Self {
        let types = &program.model.types;
        let attribute = assignment.attribute;
        let of_node = |&ty: &NodeTypeId| Some((ty.0, types.node_column(ty, attribute)?));
        let of_edge = |&ty: &EdgeTypeId| Some((ty.0, types.edge_column(ty, attribute)?));
        let columns: Vec<(u16, usize)> = match &scope.element(assignment.target).sort {
            Sort::Node(alternatives) => alternatives.iter().filter_map(of_node).collect(),
            Sort::Edge(alternatives) => alternatives.iter().filter_map(of_edge).collect(),
        };
        let column = match columns.as_slice() {
            [first, rest @ ..] if rest.iter().all(|c| c.1 == first.1) => Column::Same(first.1),
            _ => Column::ByType(columns),
        };
        CompiledAssignment {
            target: assignment.target,
            attribute,
            is_node: scope.is_node(assignment.target),
            column,
            mode: assignment.mode,
            value: Ready::new(program, assignment.value.id),
            apart: false,
            noticed: true,
        }
    }

    /// Whether any query reads the attribute in any type that the element may have.
    fn is_read(&self, dispatch: &Dispatch, scope: &Scope) -> bool {
        let (attributes, attribute) = (&dispatch.attributes, self.attribute);
        let of_node = |&ty: &NodeTypeId| dispatch.reads(attributes.of_nodes(ty, attribute));
        let of_edge = |&ty: &EdgeTypeId| dispatch.reads(attributes.of_edges(ty, attribute));
        match &scope.element(self.target).sort {
            Sort::Node(alternatives) => alternatives.iter().any(of_node),
            Sort::Edge(alternatives) => alternatives.iter().any(of_edge),
        }
    }

    /// Whether it adds to what is there.
    #[inline]
    pub(super) fn accumulates(&self) -> bool {
        self.mode != AssignmentMode::Set
    }

    /// Where it writes at a firing.
    #[inline]
    pub(super) fn place(&self, graph: &HostGraph, bound: &Binding) -> Place {
        let element = bound.get(self.target);
        Place {
            attribute: AttributeOf {
                is_node: self.is_node,
                element,
                attribute: self.attribute,
            },
            column: match &self.column {
                Column::Same(column) => *column,
                Column::ByType(columns) => self.column_of(columns, graph, element),
            },
        }
    }

    fn column_of(&self, columns: &[(u16, usize)], graph: &HostGraph, element: Slot) -> usize {
        let ty = if self.is_node {
            graph.node_type(element).0
        } else {
            graph.edge_type(element).0
        };
        let column = columns.iter().find(|c| c.0 == ty);
        column
            .expect("check knows the attribute in every type of the variable")
            .1
    }

    /// The bits that it leaves where `before` are there.
    ///
    /// # Errors
    /// A sum that does not fit, with the expression.
    #[inline(always)]
    pub(super) fn combine(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        before: u64,
        value: Value,
    ) -> Outcome<u64> {
        self.combined(before, value)
            .map_err(|fault| self.fault(reader, firing, *fault))
    }

    /// The same; a fault does not know the expression.
    #[inline(always)]
    pub(super) fn combined(&self, before: u64, value: Value) -> Evaluated<u64> {
        match self.mode {
            AssignmentMode::Set => Ok(value.to_bits()),
            AssignmentMode::Add => sum(before, value, i64::checked_add, |a, b| a + b),
            AssignmentMode::Subtract => sum(before, value, i64::checked_sub, |a, b| a - b),
        }
    }

    /// A fault of its, with the expression.
    #[cold]
    pub(crate) fn fault(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        fault: Fault,
    ) -> Box<crate::error::RuntimeError> {
        let formula = reader.program().formula(self.value.formula);
        Box::new(reader.fault(firing, fault).of(formula))
    }
}

/// Whether every other assignment of a rule is to another attribute than one of the main effect is, or to another element: a match is injective.
fn is_apart(rule: &Rule, assignment: &Assignment) -> bool {
    let is_matched = |var: Var| rule.lhs.elements.contains(&var);
    let other_element =
        |var: Var| var != assignment.target && is_matched(var) && is_matched(assignment.target);
    let blocks = rule.for_each.iter().map(|b| &b.effect);
    let effects = std::iter::once(&rule.effect).chain(blocks);
    effects.flat_map(|effect| &effect.set).all(|other| {
        std::ptr::eq(other, assignment)
            || other.attribute != assignment.attribute
            || other_element(other.target)
    })
}

/// A sum or a difference, by the type of its terms.
#[inline]
fn sum(
    before: u64,
    value: Value,
    whole: impl Fn(i64, i64) -> Option<i64>,
    real: impl Fn(f64, f64) -> f64,
) -> Evaluated<u64> {
    match value {
        Value::Int(value) => {
            let sum = whole(before.cast_signed(), value).ok_or_else(overflow)?;
            Ok(sum.cast_unsigned())
        }
        Value::Real(value) => Ok(finite(real(f64::from_bits(before), value))?.to_bits()),
        _ => unreachable!("check lets only numbers of one type accumulate"),
    }
}

/// An attribute of an element, and its column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) attribute: AttributeOf,
    column: usize,
}

impl Place {
    /// The bits that are there.
    #[inline]
    pub(super) fn read(self, graph: &HostGraph) -> u64 {
        if self.attribute.is_node {
            graph.node_word(self.attribute.element, self.column)
        } else {
            graph.edge_word(self.attribute.element, self.column)
        }
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn word<'g>(&self, graph: &'g mut HostGraph) -> &'g mut u64 {
        if self.attribute.is_node {
            graph.node_word_mut(self.attribute.element, self.column)
        } else {
            graph.edge_word_mut(self.attribute.element, self.column)
        }
    }

    /// Sets them, and says what has other bits than before.
    #[inline]
    pub(super) fn write(&self, graph: &mut HostGraph, bits: u64) -> Option<ChangedAttribute> {
        let before = std::mem::replace(self.word(graph), bits);
        self.changed(before, bits)
    }

    /// What there is to say of it, if these bits differ.
    #[inline]
    pub(super) fn changed(&self, before: u64, now: u64) -> Option<ChangedAttribute> {
        (before != now).then_some(ChangedAttribute {
            of: self.attribute,
            before,
            now,
        })
    }
}
