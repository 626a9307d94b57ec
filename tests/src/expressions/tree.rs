//! Random expressions as trees, as texts, and their values by walking the trees.
//!
//! Written from `docs/language.md` alone: it shares no type and no line with the crates that it tests.

use std::fmt::{self, Display, Formatter};

use crate::dice::Dice;

/// The types of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// 64 bits.
    Int,
    /// 64 bits.
    Real,
    /// True or false.
    Bool,
    /// Of the enumeration `S`.
    State,
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// Of `Int`.
    Int(i64),
    /// Of `Real`.
    Real(f64),
    /// Of `Bool`.
    Bool(bool),
    /// The position in `S`.
    State(u8),
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// An `Int` of more than 64 bits.
    Overflow,
    /// A division or remainder by zero.
    DivisionByZero,
    /// A `Real` that is NaN or infinite.
    NotFinite,
    /// Keys that a table without `missing` does not have.
    NoRow,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// A literal.
    Literal(Value),
    /// Something that has a value in [`World`]: its text.
    Read(&'static str),
    /// `-a`
    Negate(Box<Tree>),
    /// `NOT a`
    Not(Box<Tree>),
    /// `a + b`
    Binary(&'static str, Box<Tree>, Box<Tree>),
    /// `min(a, b)`
    Call(&'static str, Vec<Tree>),
    /// `table(key, …).m`
    Lookup(&'static str, Vec<Tree>),
    /// `CASE WHEN … THEN … ELSE … END`
    Case(Vec<(Tree, Tree)>, Box<Tree>),
}

/// What expressions read, by its text.
#[derive(Clone, Debug)]
pub(super) struct World(pub(super) Vec<(&'static str, Value)>);

impl World {
    fn read(&self, text: &str) -> Value {
        let found = self.0.iter().find(|(name, _)| *name == text);
        found.map_or_else(|| panic!("nothing is called {text}"), |f| f.1)
    }

    fn of(&self, ty: Ty) -> Vec<&'static str> {
        let all = self.0.iter().filter(|(_, value)| value.ty() == ty);
        all.map(|(name, _)| *name).collect()
    }
}

impl Value {
    /// Its type.
    #[must_use]
    pub(super) fn ty(self) -> Ty {
        match self {
            Value::Int(_) => Ty::Int,
            Value::Real(_) => Ty::Real,
            Value::Bool(_) => Ty::Bool,
            Value::State(_) => Ty::State,
        }
    }

    /// As an attribute keeps it.
    #[must_use]
    pub(super) fn bits(self) -> u64 {
        match self {
            Value::Int(i) => i.cast_unsigned(),
            Value::Real(r) => r.to_bits(),
            Value::Bool(b) => u64::from(b),
            Value::State(s) => u64::from(s),
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            // the literal without its sign would be too large
            Value::Int(i64::MIN) => write!(f, "(-9223372036854775807 - 1)"),
            Value::Int(i) if *i < 0 => write!(f, "({i})"),
            Value::Int(i) => write!(f, "{i}"),
            Value::Real(r) if r.is_sign_negative() => write!(f, "({r:?})"),
            Value::Real(r) => write!(f, "{r:?}"),
            Value::Bool(b) => write!(f, "{}", if *b { "TRUE" } else { "FALSE" }),
            Value::State(s) => write!(f, "S.{}", ["idle", "busy", "gone"][usize::from(*s)]),
        }
    }
}

impl Display for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Literal(value) => write!(f, "{value}"),
            Tree::Read(text) => f.write_str(text),
            Tree::Negate(a) => write!(f, "(-{a})"),
            Tree::Not(a) => write!(f, "(NOT {a})"),
            Tree::Binary(operator, a, b) => write!(f, "({a} {operator} {b})"),
            Tree::Call(function, arguments) => {
                let texts: Vec<_> = arguments.iter().map(Tree::to_string).collect();
                write!(f, "{function}({})", texts.join(", "))
            }
            Tree::Lookup(table, keys) => {
                let keys: Vec<String> = keys.iter().map(Tree::to_string).collect();
                write!(f, "{table}({}).m", keys.join(", "))
            }
            Tree::Case(branches, otherwise) => {
                f.write_str("(CASE")?;
                for (condition, result) in branches {
                    write!(f, " WHEN {condition} THEN {result}")?;
                }
                write!(f, " ELSE {otherwise} END)")
            }
        }
    }
}

fn one_of(dice: &mut Dice, texts: &[&'static str]) -> &'static str {
    texts[dice.below(texts.len())]
}

/// Literals that lie at edges.
const INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    3,
    7,
    -5,
    64,
    i64::MAX,
    i64::MIN,
    9_007_199_254_740_993,
];
const REALS: &[f64] = &[
    0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e308, -1e308, 1e-300, 0.1, 9.3e18, 2.5,
];

impl Tree {
    /// A random expression of a type.
    pub(super) fn random(dice: &mut Dice, world: &World, ty: Ty, depth: usize) -> Tree {
        let leaf = depth == 0 || dice.one_in(5);
        if leaf {
            return Tree::leaf(dice, world, ty);
        }
        let first = Box::new(Tree::random(dice, world, ty, depth - 1));
        if dice.one_in(6) {
            let conditions = 1 + dice.below(2);
            let branches = (0..conditions).map(|_| {
                let condition = Tree::random(dice, world, Ty::Bool, depth - 1);
                (condition, Tree::random(dice, world, ty, depth - 1))
            });
            return Tree::Case(branches.collect(), first);
        }
        match ty {
            Ty::Int => Tree::int(dice, world, depth - 1, first),
            Ty::Real => Tree::real(dice, world, depth - 1, first),
            Ty::Bool => Tree::truth(dice, world, depth - 1, first),
            Ty::State => *first,
        }
    }

    fn leaf(dice: &mut Dice, world: &World, ty: Ty) -> Tree {
        if dice.below(3) > 0 {
            let read = world.of(ty);
            if !read.is_empty() {
                return Tree::Read(one_of(dice, &read));
            }
        }
        Tree::Literal(match ty {
            Ty::Int => Value::Int(*dice.pick(INTS)),
            Ty::Real => Value::Real(*dice.pick(REALS)),
            Ty::Bool => Value::Bool(dice.one_in(2)),
            Ty::State => Value::State(*dice.pick(&[0, 1, 2])),
        })
    }

    fn int(dice: &mut Dice, world: &World, depth: usize, a: Box<Tree>) -> Tree {
        match dice.below(10) {
            0..6 => {
                let operator = one_of(dice, &["+", "-", "*", "%"]);
                Tree::Binary(
                    operator,
                    a,
                    Box::new(Tree::random(dice, world, Ty::Int, depth)),
                )
            }
            6 => Tree::Negate(a),
            7 => Tree::Call("abs", vec![*a]),
            8 => {
                let b = Tree::random(dice, world, Ty::Int, depth);
                Tree::Call(one_of(dice, &["min", "max"]), vec![*a, b])
            }
            _ => {
                let b = Tree::random(dice, world, Ty::Real, depth);
                Tree::Call(one_of(dice, &["floor", "ceil", "round"]), vec![b])
            }
        }
    }

    fn real(dice: &mut Dice, world: &World, depth: usize, a: Box<Tree>) -> Tree {
        let number = |dice: &mut Dice| {
            let ty = if dice.one_in(3) { Ty::Int } else { Ty::Real };
            Tree::random(dice, world, ty, depth)
        };
        match dice.below(12) {
            0..5 => {
                let b = Box::new(number(dice));
                let operator = one_of(dice, &["+", "-", "*", "/", "%"]);
                if dice.one_in(2) {
                    Tree::Binary(operator, a, b)
                } else {
                    Tree::Binary(operator, b, a)
                }
            }
            5 => {
                let [a, b] = [(); 2].map(|()| Box::new(Tree::random(dice, world, Ty::Int, depth)));
                Tree::Binary("/", a, b)
            }
            6 => Tree::Negate(a),
            7 => Tree::Call("abs", vec![*a]),
            8 => Tree::Call(
                one_of(dice, &["min", "max"]),
                vec![number(dice), *a, number(dice)],
            ),
            9 => Tree::Call(one_of(dice, &["sqrt", "exp", "ln"]), vec![number(dice)]),
            10 => Tree::Call("pow", vec![*a, number(dice)]),
            _ => {
                let table = one_of(dice, &["sparse", "full", "pairs"]);
                let width = if table == "pairs" { 2 } else { 1 };
                let mut key = || Tree::random(dice, world, Ty::Int, depth);
                Tree::Lookup(table, (0..width).map(|_| key()).collect())
            }
        }
    }

    fn truth(dice: &mut Dice, world: &World, depth: usize, a: Box<Tree>) -> Tree {
        let [x, y] = [(); 2].map(|()| {
            let ty = if dice.one_in(2) { Ty::Int } else { Ty::Real };
            Box::new(Tree::random(dice, world, ty, depth))
        });
        match dice.below(6) {
            0 | 1 => Tree::Binary(one_of(dice, &["=", "<>", "<", "<=", ">", ">="]), x, y),
            2 | 3 => {
                let b = Box::new(Tree::random(dice, world, Ty::Bool, depth));
                Tree::Binary(one_of(dice, &["AND", "OR", "=", "<>"]), a, b)
            }
            4 => Tree::Not(a),
            _ => {
                let [a, b] = [(); 2].map(|()| Box::new(Tree::random(dice, world, Ty::State, 0)));
                Tree::Binary(one_of(dice, &["=", "<>"]), a, b)
            }
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// The first fault from left to right.
    pub(super) fn value(&self, world: &World) -> Result<Value, Fault> {
        match self {
            Tree::Literal(value) => Ok(*value),
            Tree::Read(text) => Ok(world.read(text)),
            Tree::Negate(a) => match a.value(world)? {
                Value::Int(i) => fits(-i128::from(i)),
                other => Ok(Value::Real(-real(other))),
            },
            Tree::Not(a) => Ok(Value::Bool(!truth(a.value(world)?))),
            Tree::Binary("AND", a, b) => Ok(Value::Bool(
                truth(a.value(world)?) && truth(b.value(world)?),
            )),
            Tree::Binary("OR", a, b) => Ok(Value::Bool(
                truth(a.value(world)?) || truth(b.value(world)?),
            )),
            Tree::Binary(operator, a, b) => binary(operator, a.value(world)?, b.value(world)?),
            Tree::Call(function, arguments) => {
                let values: Result<Vec<_>, _> = arguments.iter().map(|a| a.value(world)).collect();
                call(function, &values?)
            }
            Tree::Lookup(table, keys) => {
                let keys: Result<Vec<_>, _> = keys.iter().map(|k| k.value(world)).collect();
                let keys: Vec<i64> = keys?.into_iter().map(int).collect();
                row(table, &keys).map(Value::Real).ok_or(Fault::NoRow)
            }
            Tree::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    if truth(condition.value(world)?) {
                        return result.value(world);
                    }
                }
                otherwise.value(world)
            }
        }
    }
}

fn truth(value: Value) -> bool {
    matches!(value, Value::Bool(true))
}

/// An `Int` is widened where a `Real` is needed.
fn real(value: Value) -> f64 {
    match value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "widening is what the language says"
        )]
        Value::Int(i) => i as f64,
        Value::Real(r) => r,
        Value::Bool(_) | Value::State(_) => f64::NAN,
    }
}

fn fits(value: i128) -> Result<Value, Fault> {
    i64::try_from(value)
        .map(Value::Int)
        .map_err(|_| Fault::Overflow)
}

fn finite(value: f64) -> Result<Value, Fault> {
    if value.is_finite() {
        Ok(Value::Real(value))
    } else {
        Err(Fault::NotFinite)
    }
}

fn binary(operator: &str, a: Value, b: Value) -> Result<Value, Fault> {
    let compared = match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        (Value::Bool(_) | Value::State(_), _) => a.bits().cmp(&b.bits()),
        _ => real(a).partial_cmp(&real(b)).ok_or(Fault::NotFinite)?,
    };
    match operator {
        "=" => return Ok(Value::Bool(compared.is_eq())),
        "<>" => return Ok(Value::Bool(compared.is_ne())),
        "<" => return Ok(Value::Bool(compared.is_lt())),
        "<=" => return Ok(Value::Bool(compared.is_le())),
        ">" => return Ok(Value::Bool(compared.is_gt())),
        ">=" => return Ok(Value::Bool(compared.is_ge())),
        _ => {}
    }
    if let (Value::Int(a), Value::Int(b), true) = (a, b, operator != "/") {
        let (a, b) = (i128::from(a), i128::from(b));
        return match operator {
            "+" => fits(a + b),
            "-" => fits(a - b),
            "*" => fits(a * b),
            _ if b == 0 => Err(Fault::DivisionByZero),
            _ => fits(((a % b) + b.abs()) % b.abs()),
        };
    }
    let (a, b) = (real(a), real(b));
    match operator {
        "+" => finite(a + b),
        "-" => finite(a - b),
        "*" => finite(a * b),
        _ if b == 0.0 => Err(Fault::DivisionByZero),
        "/" => finite(a / b),
        _ => {
            let remainder = a % b;
            finite(if remainder < 0.0 {
                remainder + b.abs()
            } else {
                remainder
            })
        }
    }
}

fn call(function: &str, values: &[Value]) -> Result<Value, Fault> {
    let all_int = values.iter().all(|v| matches!(v, Value::Int(_)));
    let x = real(values[0]);
    match (function, values[0]) {
        ("abs", Value::Int(i)) => fits(i128::from(i).abs()),
        ("abs", _) => finite(x.abs()),
        ("min" | "max", _) => {
            let mut best = values[0];
            for &value in &values[1..] {
                // of equal ones the first is kept: 0.0 and -0.0 are equal
                let (a, b) = if function == "min" {
                    (value, best)
                } else {
                    (best, value)
                };
                let further = match (a, b) {
                    (Value::Int(a), Value::Int(b)) if all_int => a < b,
                    _ => real(a) < real(b),
                };
                if further {
                    best = value;
                }
            }
            Ok(if all_int {
                best
            } else {
                Value::Real(real(best))
            })
        }
        ("floor", _) => whole(x.floor()),
        ("ceil", _) => whole(x.ceil()),
        ("round", _) => whole(x.round()),
        ("sqrt", _) => finite(x.sqrt()),
        ("exp", _) => finite(libm::exp(x)),
        ("ln", _) => finite(libm::log(x)),
        _ => finite(libm::pow(x, real(values[1]))),
    }
}

fn int(value: Value) -> i64 {
    match value {
        Value::Int(i) => i,
        other => panic!("{other} is no Int"),
    }
}

/// What the tables of the test have for some keys.
fn row(table: &str, keys: &[i64]) -> Option<f64> {
    match (table, keys) {
        ("pairs", [0, 1] | [1, 0]) => Some(0.5),
        ("pairs", [0, 3] | [3, 0]) => Some(1.25),
        ("pairs", [2, -1] | [-1, 2]) => Some(4.0),
        ("pairs", [3, 3]) => Some(-8.0),
        ("pairs", [a, b]) => (a == b).then_some(-2.0),
        (_, [0]) => Some(0.25),
        (_, [3]) => Some(-1.5),
        _ => (table == "full").then_some(7.0),
    }
}

fn whole(value: f64) -> Result<Value, Fault> {
    let half = 2.0f64.powi(63);
    if value >= -half && value < half {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within 64 bits")]
        Ok(Value::Int(value as i64))
    } else {
        Err(Fault::Overflow)
    }
}
