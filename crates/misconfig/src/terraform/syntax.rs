//! The tree of Terraform's language, whichever of its two syntaxes it was written in: bodies of attributes and blocks,
//! and expressions. Follows the HCL native syntax specification.

use crate::Span;

use super::datum::Datum;

/// What stands between the braces of a block, or in a file, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub items: Vec<Item>,
}

#[derive(Debug)]
pub(super) enum Item {
    Attribute(Attribute),
    Block(Block),
}

#[derive(Debug)]
pub(super) struct Attribute {
    pub name: String,
    pub value: Expression,
}

#[derive(Debug)]
pub(super) struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub body: Body,
    pub span: Span,
}

impl Body {
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.items.iter().filter_map(|item| if let Item::Attribute(attribute) = item { Some(attribute) } else { None })
    }

    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.items.iter().filter_map(move |item| match item {
            Item::Block(block) if block.kind == kind => Some(block),
            _ => None,
        })
    }

    pub fn attribute(&self, name: &str) -> Option<&Expression> {
        self.attributes().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }
}

/// An expression and the lines it takes.
#[derive(Debug)]
pub(super) struct Expression {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Debug)]
pub(super) enum Kind {
    Literal(Datum),
    Template(Vec<Piece>),
    List(Vec<Expression>),
    /// Keys that are plain words are literals already.
    Object(Vec<(Expression, Expression)>),
    Variable(String),
    Access(Box<Expression>, Vec<Step>),
    /// Condition, then, else.
    Conditional(Box<[Expression; 3]>),
    Call {
        name: String,
        arguments: Vec<Expression>,
        /// Whether the last argument is a list of further ones.
        spread: bool,
    },
    Unary(Unary, Box<Expression>),
    Binary(Binary, Box<[Expression; 2]>),
    For(Box<For>),
}

/// One step into a value.
#[derive(Debug)]
pub(super) enum Step {
    Attribute(String),
    Index(Expression),
    /// `[*]`: what follows is taken of each.
    FullSplat,
    /// `.*`: only the attributes that follow are taken of each.
    AttributeSplat,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Unary {
    Not,
    Negative,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

/// `[for key, value in collection : result if condition]` and its form in braces.
#[derive(Debug)]
pub(super) struct For {
    pub key: Option<String>,
    pub value: String,
    pub collection: Expression,
    /// Where there is one, the result is a mapping.
    pub result_key: Option<Expression>,
    pub result: Expression,
    /// Whether values of equal keys are put together.
    pub grouping: bool,
    pub condition: Option<Expression>,
}

/// A part of a template.
#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Interpolation(Expression),
    If { condition: Expression, then: Vec<Piece>, otherwise: Vec<Piece> },
    For { key: Option<String>, value: String, collection: Expression, body: Vec<Piece> },
}

impl Expression {
    pub fn literal_bool(&self) -> Option<bool> {
        if let Kind::Literal(datum) = &self.kind { datum.to_bool() } else { None }
    }

    pub fn literal_text(&self) -> Option<&str> {
        if let Kind::Literal(Datum::Text(text)) = &self.kind { Some(text) } else { None }
    }

    /// Gives it, and what a value may be taken apart into, another place.
    pub fn stand_at(&mut self, span: Span) {
        self.span = span;
        match &mut self.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| item.stand_at(span)),
            Kind::Object(entries) => entries.iter_mut().for_each(|(_, value)| value.stand_at(span)),
            Kind::Conditional(parts) => parts.iter_mut().for_each(|part| part.stand_at(span)),
            _ => {}
        }
    }
}

impl Block {
    pub fn stand_at(&mut self, span: Span) {
        self.span = span;
        for item in &mut self.body.items {
            match item {
                Item::Attribute(attribute) => attribute.value.stand_at(span),
                Item::Block(block) => block.stand_at(span),
            }
        }
    }
}
