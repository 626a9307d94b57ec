//! What a rule shows: its elements with the parts they play, and what is said beside them.

use std::collections::BTreeMap;

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Operator, Var},
    pattern::{Pattern, SubPatternId},
    rule::{Assignment, AssignmentMode, Created, Creation, Effect, Pick, Rule},
    types::Attribute,
};

use super::Cards;
use crate::{
    card::Card,
    layered::Ends,
    net::{Arrow, Net, NetEdge},
    picture::{Outline, Tone},
    text::Face,
    words::{Words, sign},
};

/// A side of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// What a group of elements is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// The left-hand side.
    Match,
    /// A step of `choose`.
    Choice,
    /// What is checked after the choice; it has no elements of its own.
    Then,
    /// A NAC, by its position.
    Nac(usize),
    /// `EXISTS`, by its position.
    Exists(usize),
    /// `COUNT`, with what it is compared with.
    Count(String),
    /// A `for_each` block, by its position.
    Each(usize),
    /// Created.
    Effect,
}

impl Role {
    /// Whether the elements are there afterwards as far as they are not deleted.
    fn is_bound(&self) -> bool {
        matches!(self, Role::Match | Role::Choice | Role::Each(_))
    }

    fn is_sub_pattern(&self) -> bool {
        matches!(self, Role::Nac(_) | Role::Exists(_) | Role::Count(_))
    }
}

#[derive(Clone, Copy, Debug)]
struct GroupId(usize);

/// Elements that play a part together.
#[derive(Clone, Debug)]
struct Group {
    role: Role,
    /// Of a sub-pattern: the group in whose conditions it stands.
    within: Option<GroupId>,
}

/// An element.
#[derive(Clone, Debug)]
struct Item {
    title: String,
    group: GroupId,
    /// What a step of `choose` says.
    pick: Option<String>,
    is_new: bool,
    is_gone: bool,
    /// Beside a node or edge on the left side: conditions; on the right side: values and assignments.
    left: Vec<String>,
    right: Vec<String>,
    edge: Option<Line>,
}

/// An edge, by its ends.
#[derive(Clone, Copy, Debug)]
struct Line {
    from: Var,
    to: Var,
    undirected: bool,
}

/// All that is drawn of a rule.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    groups: Vec<Group>,
    /// In the order of the variables, which is that of the text.
    items: BTreeMap<Var, Item>,
    /// Conditions that belong beside no element.
    notes: Vec<String>,
}

/// Collects the elements of a rule.
pub(super) fn gather(words: &Words<'_>, rule: &Rule) -> Gathered {
    let mut gatherer = Gatherer {
        words,
        notes: Vec::new(),
        gathered: Gathered::default(),
    };
    let matched = gatherer.group(Role::Match);
    gatherer.pattern(&rule.lhs, matched);
    for (step, choice) in rule.choose.iter().enumerate() {
        let group = gatherer.group(Role::Choice);
        let number = number(step, rule.choose.len());
        gatherer.pattern(&choice.pattern, group);
        gatherer.pick(&choice.pick, &choice.pattern, &number);
    }
    let then = gatherer.group(Role::Then);
    for condition in &rule.then {
        gatherer.condition(condition, then);
    }
    gatherer.effect(&rule.effect, None);
    for (position, block) in rule.for_each.iter().enumerate() {
        let group = gatherer.group(Role::Each(position));
        gatherer.pattern(&block.pattern, group);
        gatherer.effect(&block.effect, Some(group));
    }
    gatherer.finish()
}

/// ` 2` where there is more than one.
fn number(position: usize, count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        _ => format!(" {}", position + 1),
    }
}

struct Gatherer<'w, 'm> {
    words: &'w Words<'m>,
    /// Conditions that belong beside no element, with their group.
    notes: Vec<(GroupId, String)>,
    gathered: Gathered,
}

impl Gatherer<'_, '_> {
    fn group(&mut self, role: Role) -> GroupId {
        self.group_within(role, None)
    }

    fn group_within(&mut self, role: Role, within: Option<GroupId>) -> GroupId {
        self.gathered.groups.push(Group { role, within });
        GroupId(self.gathered.groups.len() - 1)
    }

    fn role(&self, group: GroupId) -> &Role {
        self.gathered.role(group)
    }

    fn add(&mut self, var: Var, group: GroupId, edge: Option<Line>) {
        let item = Item {
            title: self.words.element(var),
            group,
            pick: None,
            is_new: false,
            is_gone: false,
            left: Vec::new(),
            right: Vec::new(),
            edge,
        };
        self.gathered.items.insert(var, item);
    }

    fn item(&mut self, var: Var) -> Option<&mut Item> {
        self.gathered.items.get_mut(&var)
    }

    /// Adds the elements and conditions of a pattern.
    fn pattern(&mut self, pattern: &Pattern, group: GroupId) {
        for &var in &pattern.elements {
            if self.words.scope.is_node(var) {
                self.add(var, group, None);
            }
        }
        for edge in &pattern.edges {
            let line = Line {
                from: edge.from,
                to: edge.to,
                undirected: edge.undirected,
            };
            self.add(edge.edge, group, Some(line));
        }
        for condition in &pattern.conditions {
            self.condition(condition, group);
        }
    }

    /// Draws a condition that is a sub-pattern, and writes any other one beside the element that it speaks of.
    fn condition(&mut self, condition: &Formula, group: GroupId) {
        if !self.role(group).is_sub_pattern()
            && let Some((sub, role)) = self.drawable(&condition.expr)
        {
            let inner = self.group_within(role, Some(group));
            let words = self.words;
            self.pattern(&words.scope.sub_patterns[sub.0 as usize].pattern, inner);
            return;
        }
        match self.beside(&condition.expr, group) {
            Some(var) => {
                let text = self.words.expr(&condition.expr, Some(var));
                self.item(var)
                    .expect("it was found among them")
                    .left
                    .push(text);
            }
            None => {
                let text = self.words.expr(&condition.expr, None);
                self.notes.push((group, text));
            }
        }
    }

    /// The sub-pattern that a condition consists of, and its role. One without elements of its own cannot be drawn.
    fn drawable(&self, expr: &Expr) -> Option<(SubPatternId, Role)> {
        let count = |is| self.gathered.count(is);
        let (sub, role) = match &expr.kind {
            ExprKind::Exists(sub) => (*sub, Role::Exists(count(|r| matches!(r, Role::Exists(_))))),
            ExprKind::Not(inner) => match &inner.kind {
                ExprKind::Exists(sub) => (*sub, Role::Nac(count(|r| matches!(r, Role::Nac(_))))),
                _ => return None,
            },
            ExprKind::Binary(operator, a, b) => {
                let (sub, text) = self.counted(*operator, a, b)?;
                (sub, Role::Count(text))
            }
            _ => return None,
        };
        let elements = &self.words.scope.sub_patterns[sub.0 as usize]
            .pattern
            .elements;
        (!elements.is_empty()).then_some((sub, role))
    }

    /// `COUNT { … } < 2`, either way round.
    fn counted(&self, operator: Operator, a: &Expr, b: &Expr) -> Option<(SubPatternId, String)> {
        let count = |e: &Expr| match &e.kind {
            ExprKind::Count(sub) => Some(*sub),
            ExprKind::ToReal(inner) => match &inner.kind {
                ExprKind::Count(sub) => Some(*sub),
                _ => None,
            },
            _ => None,
        };
        let other = |e: &Expr| (!has_sub_pattern(e)).then(|| self.words.expr(e, None));
        let sign = sign(operator);
        match (count(a), count(b)) {
            (Some(sub), None) => Some((sub, format!("COUNT {sign} {}", other(b)?))),
            (None, Some(sub)) => Some((sub, format!("{} {sign} COUNT", other(a)?))),
            _ => None,
        }
    }

    /// The element of a group that a condition is to stand beside.
    fn beside(&self, expr: &Expr, group: GroupId) -> Option<Var> {
        let is_sub_pattern = self.role(group).is_sub_pattern();
        if has_sub_pattern(expr) && !is_sub_pattern {
            return None;
        }
        let mut own: Vec<Var> = Vec::new();
        let mut mention = |var: Var| {
            let item = self.gathered.items.get(&var);
            if item.is_some_and(|i| i.group.0 == group.0) && !own.contains(&var) {
                own.push(var);
            }
        };
        expr.walk(&mut |e| match &e.kind {
            ExprKind::Attribute { of, .. } => mention(*of),
            ExprKind::Number(var) => mention(*var),
            ExprKind::Same(a, b) => [*a, *b].into_iter().for_each(&mut mention),
            ExprKind::Exists(id) | ExprKind::Count(id) => {
                let sub = &self.words.scope.sub_patterns[id.0 as usize];
                sub.outer.iter().copied().for_each(&mut mention);
            }
            _ => {}
        });
        let is_anonymous = |v: &&Var| self.words.scope.element(**v).name.is_none();
        match own[..] {
            [one] => Some(one),
            _ => own.iter().find(is_anonymous).copied(),
        }
    }

    /// Says how a step picks, at its first node, or at its first edge if it has no node.
    fn pick(&mut self, pick: &Pick, pattern: &Pattern, number: &str) {
        let is_node = |v: &&Var| self.words.scope.is_node(**v);
        let nodes = pattern.elements.iter().find(is_node);
        let Some(&first) = nodes.or(pattern.elements.first()) else {
            return;
        };
        let value = |formula: &Formula| self.words.expr(&formula.expr, Some(first));
        let how = match pick {
            Pick::Uniform => "any".to_owned(),
            Pick::Max(f) => format!("greatest {}", value(f)),
            Pick::Min(f) => format!("least {}", value(f)),
            Pick::Weighted(f) => format!("weighted by {}", value(f)),
        };
        for &var in &pattern.elements {
            let says = match var == first {
                true => format!("choose{number}: {how}"),
                false => format!("choose{number}"),
            };
            if let Some(item) = self.item(var) {
                item.pick = Some(says);
            }
        }
    }

    fn effect(&mut self, effect: &Effect, block: Option<GroupId>) {
        for &var in &effect.delete {
            if let Some(item) = self.item(var) {
                item.is_gone = true;
            }
        }
        let group = match block {
            Some(group) => group,
            None => self.group(Role::Effect),
        };
        for creation in &effect.create {
            self.create(creation, group);
        }
        for assignment in &effect.set {
            self.assign(assignment, block);
        }
    }

    fn create(&mut self, creation: &Creation, group: GroupId) {
        let types = self.words.declared.types;
        let (line, columns): (_, &[Attribute]) = match creation.what {
            Created::Node(ty) => (None, &types.node(ty).attributes),
            Created::Edge { ty, from, to } => {
                let undirected = types.edge(ty).undirected;
                let line = Line {
                    from,
                    to,
                    undirected,
                };
                (Some(line), &types.edge(ty).attributes)
            }
        };
        self.add(creation.var, group, line);
        let is_default = |column: &Attribute, value: &Formula| match value.expr.kind {
            ExprKind::Constant(value) => column.default == Some(value),
            _ => false,
        };
        let values = columns.iter().zip(&creation.attributes);
        let values = values.filter(|(column, value)| !is_default(column, value));
        let values = values.map(|(column, value)| {
            let name = &types.attributes[column.id.index()];
            format!("{name} = {}", self.words.expr(&value.expr, None))
        });
        let values = values.collect();
        if let Some(item) = self.item(creation.var) {
            item.is_new = true;
            item.right = values;
        }
    }

    fn assign(&mut self, assignment: &Assignment, block: Option<GroupId>) {
        let words = self.words;
        let name = &words.declared.types.attributes[assignment.attribute.index()];
        let sign = match assignment.mode {
            AssignmentMode::Set => "=",
            AssignmentMode::Add => "+=",
            AssignmentMode::Subtract => "-=",
        };
        let value = words.expr(&assignment.value.expr, Some(assignment.target));
        let Some(item) = self.item(assignment.target) else {
            return;
        };
        let repeated = block.is_some_and(|group| group.0 != item.group.0);
        let each = if repeated { "for each: " } else { "" };
        item.right.push(format!("{each}{name} {sign} {value}"));
    }

    /// Marks the edges of deleted nodes, and gives the notes their words.
    fn finish(mut self) -> Gathered {
        let items = &self.gathered.items;
        let is_gone = |var: &Var| items.get(var).is_some_and(|item| item.is_gone);
        let lost = items.iter().filter(|(_, item)| {
            let bound = self.role(item.group).is_bound();
            bound
                && item
                    .edge
                    .is_some_and(|e| is_gone(&e.from) || is_gone(&e.to))
        });
        let lost: Vec<Var> = lost.map(|(&var, _)| var).collect();
        for var in lost {
            if let Some(item) = self.item(var) {
                item.is_gone = true;
            }
        }
        let mut gathered = self.gathered;
        for (group, text) in self.notes {
            let opening = match gathered.role(group) {
                Role::Match | Role::Effect => "where".to_owned(),
                Role::Then => "then only if".to_owned(),
                Role::Choice => "choose where".to_owned(),
                _ => format!("{}:", gathered.tag(group)),
            };
            gathered.notes.push(format!("{opening} {text}"));
        }
        gathered
    }
}

fn has_sub_pattern(expr: &Expr) -> bool {
    let mut has = false;
    expr.walk(&mut |e| has |= matches!(e.kind, ExprKind::Exists(_) | ExprKind::Count(_)));
    has
}

impl Gathered {
    /// Nodes and edges in one arrangement for both sides.
    pub(super) fn net(&self) -> Net {
        let positions: BTreeMap<Var, usize> = self
            .nodes()
            .enumerate()
            .map(|(position, (&var, _))| (var, position))
            .collect();
        let edges = self.edges().map(|(_, line)| NetEdge {
            ends: Ends {
                from: positions[&line.from],
                to: positions[&line.to],
            },
            arrow: if line.undirected {
                Arrow::Undirected
            } else {
                Arrow::Directed
            },
        });
        Net::new(positions.len(), edges.collect())
    }

    fn nodes(&self) -> impl Iterator<Item = (&Var, &Item)> {
        self.items.iter().filter(|(_, item)| item.edge.is_none())
    }

    fn edges(&self) -> impl Iterator<Item = (&Item, Line)> {
        self.items.values().filter_map(|i| Some((i, i.edge?)))
    }

    /// The cards of the nodes and of the edges of one side.
    pub(super) fn cards(&self, side: Side) -> Cards {
        let card = |item: &Item| self.card(item, side);
        let nodes = self.nodes().map(|(var, item)| {
            let shown = self.is_shown(item, side) && (side == Side::Left || self.matters(*var));
            shown.then(|| card(item))
        });
        let edges = self.edges();
        let edges = edges.map(|(item, _)| self.is_shown(item, side).then(|| card(item)));
        (nodes.collect(), edges.collect())
    }

    /// Whether a node says something on the right side: one that `for_each` found only to delete an edge at it does not.
    fn matters(&self, node: Var) -> bool {
        let item = &self.items[&node];
        let touched = |(item, line): (&Item, Line)| {
            (line.from == node || line.to == node) && self.is_shown(item, Side::Right)
        };
        let only_found = matches!(self.role(item.group), Role::Each(_)) && item.right.is_empty();
        !only_found || self.edges().any(touched)
    }

    /// What is said below the graph of a side.
    pub(super) fn notes(&self, side: Side) -> &[String] {
        match side {
            Side::Left => &self.notes,
            Side::Right => &[],
        }
    }

    fn is_shown(&self, item: &Item, side: Side) -> bool {
        match side {
            Side::Left => !item.is_new,
            Side::Right => item.is_new || (!item.is_gone && self.role(item.group).is_bound()),
        }
    }

    fn card(&self, item: &Item, side: Side) -> Card {
        let role = self.role(item.group);
        let tone = match (item.is_new, item.is_gone, role) {
            (true, _, _) => Tone::New,
            (_, true, _) => Tone::Gone,
            (_, _, Role::Choice) => Tone::Chosen,
            (_, _, Role::Nac(_)) => Tone::Forbidden,
            (_, _, Role::Exists(_) | Role::Count(_)) => Tone::Needed,
            _ => Tone::Plain,
        };
        let mut card = Card::new(Outline {
            tone,
            stacked: matches!(role, Role::Each(_)),
        });
        let picked = item.pick.as_ref().filter(|_| side == Side::Left);
        let role = picked.cloned().unwrap_or_else(|| self.tag(item.group));
        let fate = match (item.is_new, item.is_gone) {
            (true, _) => "new",
            (_, true) => "delete",
            _ => "",
        };
        let tags: Vec<&str> = [role.as_str(), fate]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect();
        if !tags.is_empty() {
            card.line(Face::Tag, &tags.join(" · "));
        }
        card.line(Face::Name, &item.title);
        let details = match side {
            Side::Left => &item.left,
            Side::Right => &item.right,
        };
        details.iter().for_each(|d| card.line(Face::Detail, d));
        card
    }

    fn role(&self, group: GroupId) -> &Role {
        &self.groups[group.0].role
    }

    fn count(&self, is: fn(&Role) -> bool) -> usize {
        self.groups.iter().filter(|g| is(&g.role)).count()
    }

    /// What the elements of a group are called.
    fn tag(&self, group: GroupId) -> String {
        let own = match self.role(group) {
            Role::Match | Role::Choice | Role::Then | Role::Effect => String::new(),
            Role::Nac(i) => {
                let count = self.count(|r| matches!(r, Role::Nac(_)));
                format!("NAC{}", number(*i, count))
            }
            Role::Exists(i) => {
                let count = self.count(|r| matches!(r, Role::Exists(_)));
                format!("exists{}", number(*i, count))
            }
            Role::Count(text) => text.clone(),
            Role::Each(i) => {
                let count = self.count(|r| matches!(r, Role::Each(_)));
                format!("for each{}", number(*i, count))
            }
        };
        let within = self.groups[group.0].within;
        match within.map(|group| (group, self.role(group))) {
            Some((_, Role::Choice)) => format!("choose · {own}"),
            Some((_, Role::Then)) => format!("after choosing · {own}"),
            Some((group, Role::Each(_))) => format!("{} · {own}", self.tag(group)),
            _ => own,
        }
    }
}
