//! What a template is made of (Go's text/template/parse).

use std::rc::Rc;

use super::datum::Datum;
use super::text::Origin;

/// A named template.
pub struct Template {
    /// What it is called.
    pub name: String,
    /// What it does.
    pub body: Vec<Node>,
}

/// One thing that a template does.
pub enum Node {
    /// Writes a text.
    Text(Rc<str>, Origin),
    /// Writes what a pipeline comes to, or sets variables.
    Action(Pipe),
    /// `if`, and `with`, which makes the value the dot.
    If { with: bool, pipe: Pipe, then: Vec<Self>, otherwise: Vec<Self> },
    /// `range`.
    Range { pipe: Pipe, each: Vec<Self>, otherwise: Vec<Self> },
    /// `template`, and `block` after its definition.
    Template { name: String, pipe: Option<Pipe>, at: Origin },
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// A pipeline: commands, each of which gets what the one before it came to.
pub struct Pipe {
    /// Variables that it sets.
    pub variables: Vec<String>,
    /// Whether they are there already (`=` and not `:=`).
    pub assigns: bool,
    /// The commands.
    pub commands: Vec<Vec<Operand>>,
    /// Where it stands.
    pub at: Origin,
}

/// A word of a command.
pub enum Operand {
    /// `.`
    Dot,
    /// A literal, `nil` included.
    Literal(Datum),
    /// `.a.b`
    Field(Vec<Rc<str>>),
    /// `$x.a.b`, without the sign.
    Variable(String, Vec<Rc<str>>),
    /// The name of a function.
    Function(String),
    /// `(…).a.b`
    Inner(Box<Pipe>, Vec<Rc<str>>),
}
