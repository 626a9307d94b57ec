//! From an expression to code.

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Operator, Var},
    formulas::Owner,
    model::ParameterValue,
    pattern::{Sort, SubPatternId},
    types::{AttributeId, Type, Value},
};

use super::{
    Code, Compiled, Env, Evaluated,
    operators::{binary, call, overflow},
    quick::{Attribute, Joined, Quick, Range, Read, Scale},
    tables::Tables,
};
use crate::{program::Program, shapes::CountedEdge, upkeep::Kept};

/// Compiles a formula of an owner.
pub(crate) fn compile(program: &Program, tables: &Tables, owner: Owner, formula: &Formula) -> Code {
    let compiler = Compiler {
        program,
        tables,
        owner,
    };
    match compiler.quick(&formula.expr) {
        Some(quick) => Code::Quick(quick),
        None => compiler.expr(&formula.expr),
    }
}

struct Compiler<'a> {
    program: &'a Program,
    tables: &'a Tables,
    owner: Owner,
}

impl Compiler<'_> {
    /// The value of an expression that is a constant or a parameter.
    fn fixed(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Constant(value) => Some(*value),
            ExprKind::Parameter(id) => match self.program.model.parameters[id.index()].value {
                ParameterValue::Value(value) => Some(value),
                ParameterValue::Text(_) => None,
            },
            _ => None,
        }
    }

    /// The expression without closures, where it is simple enough.
    fn quick(&self, expr: &Expr) -> Option<Quick> {
        if let Some(value) = self.fixed(expr) {
            return Some(Quick::Constant(value));
        }
        match &expr.kind {
            ExprKind::ToReal(inner) => Some(Quick::Widened(self.read(inner)?, Scale::NONE)),
            ExprKind::Binary(operator, a, b) if expr.ty == Type::Real => {
                let (ExprKind::ToReal(inner), Value::Real(constant)) = (&a.kind, self.fixed(b)?)
                else {
                    return None;
                };
                let scale = Scale::by(*operator, constant)?;
                Some(Quick::Widened(self.read(inner)?, scale))
            }
            _ if expr.ty == Type::Bool => {
                let (read, range) = self.within(expr)?;
                Some(Quick::Within(read, range))
            }
            _ => Some(Quick::Plain(self.read(expr)?, expr.ty)),
        }
    }

    /// A condition as a range of what is read.
    fn within(&self, expr: &Expr) -> Option<(Read, Range)> {
        let is_so = Range::compared(Operator::NotEqual, 0)?;
        match &expr.kind {
            ExprKind::Not(inner) => {
                let (read, range) = self.within(inner)?;
                Some((read, range.complement()))
            }
            ExprKind::Binary(operator, a, b) if a.ty != Type::Real => {
                if let Some(constant) = self.fixed(b) {
                    let range = Range::compared(*operator, constant.to_bits().cast_signed())?;
                    return Some((self.read(a)?, range));
                }
                let range = Range::compared(*operator, 0)?;
                let read = Read::Order(self.attribute_in_column(a)?, self.attribute_in_column(b)?);
                Some((read, range))
            }
            ExprKind::Exists(sub) => {
                let read = self.joined(*sub).or_else(|| self.degree(*sub))?;
                Some((read, is_so))
            }
            _ => Some((self.read(expr)?, is_so)),
        }
    }

    fn read(&self, expr: &Expr) -> Option<Read> {
        match expr.kind {
            ExprKind::Same(a, b) => Some(Read::Same(a, b)),
            ExprKind::Count(sub) => self.degree(sub),
            _ => Some(Read::Attribute(self.attribute_in_column(expr)?)),
        }
    }

    /// An expression that is an attribute in one column.
    fn attribute_in_column(&self, expr: &Expr) -> Option<Attribute> {
        let ExprKind::Attribute { of, attribute } = expr.kind else {
            return None;
        };
        let types = &self.program.model.types;
        let (column, is_node) = match &self.program.scope(self.owner).element(of).sort {
            Sort::Node(alternatives) => {
                let columns = alternatives
                    .iter()
                    .map(|&t| types.node_column(t, attribute));
                (uniform(columns)?, true)
            }
            Sort::Edge(alternatives) => {
                let columns = alternatives
                    .iter()
                    .map(|&t| types.edge_column(t, attribute));
                (uniform(columns)?, false)
            }
        };
        Some(Attribute {
            of,
            is_node,
            column,
        })
    }

    /// A sub-pattern that is one edge, of one type, between two nodes outside of it. Loops at one node are stored.
    fn joined(&self, sub: SubPatternId) -> Option<Read> {
        let scope = self.program.scope(self.owner);
        let sub = &scope.sub_patterns[sub.index()];
        let (&[edge], &[own], []) = (
            sub.pattern.edges.as_slice(),
            sub.pattern.elements.as_slice(),
            &*sub.pattern.conditions,
        ) else {
            return None;
        };
        let &[ty] = scope.edge_types(edge.edge) else {
            return None;
        };
        let joins = own == edge.edge && edge.from != edge.to;
        let ports = self.program.known_ports(scope, ty, (edge.from, edge.to));
        joins.then(|| {
            Read::Joined(Joined {
                ty,
                ports,
                from: edge.from,
                to: edge.to,
                taken: scope.overlapping(&sub.pattern, &sub.taken).collect(),
            })
        })
    }

    /// A sub-pattern that is one edge, with its other end, at a node outside of it: where these edges stand in one list, and none of them can be
    /// matched already.
    fn degree(&self, sub: SubPatternId) -> Option<Read> {
        let scope = self.program.scope(self.owner);
        let sub = &scope.sub_patterns[sub.index()];
        let CountedEdge {
            anchor,
            way,
            edge,
            other,
        } = CountedEdge::of(&sub.pattern)?;
        let (&[at], &[far], &[ty]) = (
            scope.node_types(anchor),
            scope.node_types(other),
            scope.edge_types(edge),
        ) else {
            return None;
        };
        let mut taken = scope.overlapping(&sub.pattern, &sub.taken);
        let port = self.program.schema.port(at, ty, way, far, Kept::Number)?;
        taken.next().is_none().then_some(Read::Degree(anchor, port))
    }

    fn expr(&self, expr: &Expr) -> Code {
        if expr.ty == Type::Bool
            && let Some((read, range)) = self.within(expr)
        {
            return Code::Bool(Box::new(move |e| {
                let tested = |candidates| e.counts.tested(candidates);
                Ok(read.lies_in(range, e.graph, e.bound, tested))
            }));
        }
        match &expr.kind {
            ExprKind::Constant(value) => constant(*value),
            ExprKind::Parameter(id) => match &self.program.model.parameters[id.index()].value {
                ParameterValue::Value(value) => constant(*value),
                ParameterValue::Text(_) => unreachable!("check allows texts in file names only"),
            },
            ExprKind::Index => Code::Int(Box::new(|e| Ok(e.index))),
            ExprKind::Now => Code::Real(Box::new(|e| Ok(e.now))),
            ExprKind::Attribute { of, attribute } => self.attribute(*of, *attribute, expr.ty),
            ExprKind::Number(var) => self.number(*var),
            ExprKind::Same(a, b) => {
                let (a, b) = (*a, *b);
                Code::Bool(Box::new(move |e| Ok(e.bound.get(a) == e.bound.get(b))))
            }
            ExprKind::Lookup {
                table,
                keys,
                column,
            } => self.lookup(table.index(), keys, *column),
            ExprKind::ToReal(inner) => {
                let f = self.expr(inner).int();
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "widening an Int is what the language says"
                )]
                Code::Real(Box::new(move |e| Ok(f(e)? as f64)))
            }
            ExprKind::Not(inner) => {
                let f = self.expr(inner).bool();
                Code::Bool(Box::new(move |e| Ok(!f(e)?)))
            }
            ExprKind::Negate(inner) => match self.expr(inner) {
                Code::Int(f) => {
                    Code::Int(Box::new(move |e| f(e)?.checked_neg().ok_or_else(overflow)))
                }
                other => {
                    let f = other.into_real();
                    Code::Real(Box::new(move |e| Ok(-f(e)?)))
                }
            },
            ExprKind::Binary(operator, a, b) => binary(*operator, self.expr(a), self.expr(b)),
            ExprKind::Call(function, arguments) => {
                call(*function, arguments.iter().map(|a| self.expr(a)).collect())
            }
            ExprKind::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise),
            ExprKind::Exists(sub) => {
                let sub = self.program.sub_id(self.owner, *sub);
                Code::Bool(Box::new(move |e| e.counts.exists(sub, e)))
            }
            ExprKind::Count(sub) => {
                let sub = self.program.sub_id(self.owner, *sub);
                Code::Int(Box::new(move |e| {
                    i64::try_from(e.counts.count(sub, e)?).map_err(|_| overflow())
                }))
            }
            ExprKind::Draw { law, place } => {
                let parameters: Vec<Code> =
                    law.parameters.iter().map(|p| self.expr(&p.expr)).collect();
                let (family, place) = (law.family, *place);
                let bits = move |e: &Env<'_>| {
                    let values = parameters
                        .iter()
                        .map(|p| p.value(e))
                        .collect::<Evaluated<Vec<_>>>()?;
                    let draws = e
                        .drawing
                        .expect("check allows draws in effects and start graphs only");
                    Ok(draws.draw(family, &values, place)?.to_bits())
                };
                Code::of_bits(expr.ty, Box::new(bits))
            }
            ExprKind::Metric(position) => {
                let position = *position;
                Code::Real(Box::new(move |e| Ok(e.metrics[position])))
            }
        }
    }

    fn attribute(&self, of: Var, attribute: AttributeId, ty: Type) -> Code {
        let types = &self.program.model.types;
        let bits: Compiled<u64> = match &self.program.scope(self.owner).element(of).sort {
            Sort::Node(alternatives) => {
                let columns: Vec<_> = alternatives
                    .iter()
                    .map(|&t| (t, types.node_column(t, attribute)))
                    .collect();
                match uniform(columns.iter().map(|c| c.1)) {
                    Some(column) => {
                        Box::new(move |e| Ok(e.graph.node_word(e.bound.get(of), column)))
                    }
                    None => Box::new(move |e| {
                        let node = e.bound.get(of);
                        let ty = e.graph.node_type(node);
                        let column = columns.iter().find(|c| c.0 == ty).and_then(|c| c.1);
                        Ok(e.graph.node_word(
                            node,
                            column.expect("check knows the attribute in every alternative"),
                        ))
                    }),
                }
            }
            Sort::Edge(alternatives) => {
                let columns: Vec<_> = alternatives
                    .iter()
                    .map(|&t| (t, types.edge_column(t, attribute)))
                    .collect();
                match uniform(columns.iter().map(|c| c.1)) {
                    Some(column) => {
                        Box::new(move |e| Ok(e.graph.edge_word(e.bound.get(of), column)))
                    }
                    None => Box::new(move |e| {
                        let edge = e.bound.get(of);
                        let ty = e.graph.edge_type(edge);
                        let column = columns.iter().find(|c| c.0 == ty).and_then(|c| c.1);
                        Ok(e.graph.edge_word(
                            edge,
                            column.expect("check knows the attribute in every alternative"),
                        ))
                    }),
                }
            }
        };
        Code::of_bits(ty, bits)
    }

    fn number(&self, var: Var) -> Code {
        let signed = |n: u64| i64::try_from(n).map_err(|_| overflow());
        match self.program.scope(self.owner).element(var).sort {
            Sort::Node(_) => Code::Int(Box::new(move |e| {
                signed(e.graph.node_number(e.bound.get(var)))
            })),
            Sort::Edge(_) => Code::Int(Box::new(move |e| {
                signed(e.graph.edge_number(e.bound.get(var)))
            })),
        }
    }

    fn lookup(&self, table: usize, keys: &[Expr], column: usize) -> Code {
        let table = self.tables.table(table);
        let keys: Vec<Compiled<i64>> = keys.iter().map(|k| self.expr(k).int()).collect();
        let ty = table.column_type(column);
        Code::of_bits(
            ty,
            Box::new(move |e| {
                let mut key = smallvec::SmallVec::<[i64; 4]>::new();
                for k in &keys {
                    key.push(k(e)?);
                }
                table.bits(&key, column)
            }),
        )
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: &Expr) -> Code {
        let mut code = self.expr(otherwise);
        for (condition, result) in branches.iter().rev() {
            let condition = self.expr(condition).bool();
            code = select(condition, self.expr(result), code);
        }
        code
    }
}

fn uniform(mut columns: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    let first = columns.next()??;
    columns.all(|c| c == Some(first)).then_some(first)
}

fn constant(value: Value) -> Code {
    match value {
        Value::Int(i) => Code::Int(Box::new(move |_| Ok(i))),
        Value::Real(r) => Code::Real(Box::new(move |_| Ok(r))),
        Value::Bool(b) => Code::Bool(Box::new(move |_| Ok(b))),
        Value::Enumerator(..) => {
            Code::Enumerator(value.ty(), Box::new(move |_| Ok(value.to_bits())))
        }
    }
}

fn select(condition: Compiled<bool>, yes: Code, no: Code) -> Code {
    match (yes, no) {
        (Code::Int(y), Code::Int(n)) => {
            Code::Int(Box::new(move |e| if condition(e)? { y(e) } else { n(e) }))
        }
        (Code::Real(y), Code::Real(n)) => {
            Code::Real(Box::new(move |e| if condition(e)? { y(e) } else { n(e) }))
        }
        (Code::Bool(y), Code::Bool(n)) => {
            Code::Bool(Box::new(move |e| if condition(e)? { y(e) } else { n(e) }))
        }
        (Code::Enumerator(ty, y), Code::Enumerator(_, n)) => Code::Enumerator(
            ty,
            Box::new(move |e| if condition(e)? { y(e) } else { n(e) }),
        ),
        _ => unreachable!("check gives all branches one type"),
    }
}
