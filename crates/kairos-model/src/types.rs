//! The type graph: node types with single inheritance, edge types, typed attributes.

use crate::source::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($int:ty)),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            /// The id as an index.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
pub(crate) use ids;

ids! {
    /// A node type, abstract ones included.
    NodeTypeId(u16),
    /// An edge type.
    EdgeTypeId(u16),
    /// An attribute's name, shared by all types that have an attribute of that name.
    AttributeId(u16),
    /// A named enumeration.
    EnumerationId(u16),
}

/// The type of an expression or an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// 64-bit signed integer.
    Int,
    /// 64-bit floating point; never NaN.
    Real,
    /// Truth value.
    Bool,
    /// One of the names of an enumeration.
    Enumeration(EnumerationId),
}

/// A value of a [`Type`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of type `Int`.
    Int(i64),
    /// Of type `Real`.
    Real(f64),
    /// Of type `Bool`.
    Bool(bool),
    /// Of an enumeration: the position of the name in its declaration.
    Enumerator(EnumerationId, u16),
}

impl Value {
    /// The type of the value.
    #[must_use]
    pub fn ty(self) -> Type {
        match self {
            Value::Int(_) => Type::Int,
            Value::Real(_) => Type::Real,
            Value::Bool(_) => Type::Bool,
            Value::Enumerator(id, _) => Type::Enumeration(id),
        }
    }

    /// The value as 64 bits; its type says how to read them back.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        match self {
            Value::Int(i) => i.cast_unsigned(),
            Value::Real(r) => r.to_bits(),
            Value::Bool(b) => u64::from(b),
            Value::Enumerator(_, position) => u64::from(position),
        }
    }

    /// The value of type `ty` whose bits are `bits`.
    #[must_use]
    pub fn from_bits(ty: Type, bits: u64) -> Value {
        match ty {
            Type::Int => Value::Int(bits.cast_signed()),
            Type::Real => Value::Real(f64::from_bits(bits)),
            Type::Bool => Value::Bool(bits != 0),
            #[expect(clippy::cast_possible_truncation, reason = "to_bits wrote a u16")]
            Type::Enumeration(id) => Value::Enumerator(id, bits as u16),
        }
    }
}

/// A named enumeration.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// Its name.
    pub name: String,
    /// The names of its values, in the order of the text.
    pub values: Vec<String>,
}

/// An attribute of a type.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub id: AttributeId,
    /// The type of its values.
    pub ty: Type,
    /// The value of a new element that names none.
    pub default: Option<Value>,
    /// Where it is declared.
    pub span: Span,
}

/// A node type.
#[derive(Clone, Debug)]
pub struct NodeType {
    /// Its name.
    pub name: String,
    /// The type that it extends.
    pub parent: Option<NodeTypeId>,
    /// Whether no node has exactly this type.
    pub is_abstract: bool,
    /// All attributes, those of the parent first: the column of an inherited attribute is the same in every subtype.
    pub attributes: Vec<Attribute>,
    /// The concrete types among this type and its subtypes, ascending.
    pub concrete: Vec<NodeTypeId>,
    /// Where it is declared.
    pub span: Span,
}

/// An edge type.
#[derive(Clone, Debug)]
pub struct EdgeType {
    /// Its name.
    pub name: String,
    /// Concrete types of the source, ascending.
    pub from: Vec<NodeTypeId>,
    /// Concrete types of the target, ascending. An undirected edge has one end of `from` and one of `to`.
    pub to: Vec<NodeTypeId>,
    /// Whether the edge has no direction.
    pub undirected: bool,
    /// Whether two edges of this type may not have the same ends (unordered if undirected).
    pub unique: bool,
    /// All attributes.
    pub attributes: Vec<Attribute>,
    /// Where it is declared.
    pub span: Span,
}

/// The declared types.
#[derive(Clone, Debug, Default)]
pub struct TypeGraph {
    /// Node types, by [`NodeTypeId`], a parent before its subtypes or after: the order of the text.
    pub nodes: Vec<NodeType>,
    /// Edge types, by [`EdgeTypeId`].
    pub edges: Vec<EdgeType>,
    /// Enumerations, by [`EnumerationId`].
    pub enumerations: Vec<Enumeration>,
    /// Names of attributes, by [`AttributeId`].
    pub attributes: Vec<String>,
}

impl TypeGraph {
    /// The node type with this id.
    #[must_use]
    pub fn node(&self, id: NodeTypeId) -> &NodeType {
        &self.nodes[id.index()]
    }

    /// The edge type with this id.
    #[must_use]
    pub fn edge(&self, id: EdgeTypeId) -> &EdgeType {
        &self.edges[id.index()]
    }

    /// A value as an expression would write it: `3`, `0.5`, `TRUE`, `State.idle`.
    #[must_use]
    pub fn shown(&self, value: Value) -> String {
        match value {
            Value::Int(i) => i.to_string(),
            Value::Real(r) => format!("{r:?}"),
            Value::Bool(b) => if b { "TRUE" } else { "FALSE" }.to_owned(),
            Value::Enumerator(id, position) => {
                let enumeration = &self.enumerations[id.index()];
                let value = &enumeration.values[usize::from(position)];
                format!("{}.{value}", enumeration.name)
            }
        }
    }

    /// The value of an enumeration in full, for its bare name: `State.idle` for `idle`.
    #[must_use]
    pub fn enumerator_named(&self, value: &str) -> Option<String> {
        let mut owners = self.enumerations.iter();
        let owner = owners.find(|e| e.values.iter().any(|v| v == value))?;
        Some(format!("{}.{value}", owner.name))
    }

    /// The column of an attribute in the nodes of a type.
    #[must_use]
    pub fn node_column(&self, ty: NodeTypeId, attribute: AttributeId) -> Option<usize> {
        self.node(ty)
            .attributes
            .iter()
            .position(|a| a.id == attribute)
    }

    /// The column of an attribute in the edges of a type.
    #[must_use]
    pub fn edge_column(&self, ty: EdgeTypeId, attribute: AttributeId) -> Option<usize> {
        self.edge(ty)
            .attributes
            .iter()
            .position(|a| a.id == attribute)
    }
}
