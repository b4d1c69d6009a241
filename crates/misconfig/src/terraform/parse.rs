//! The native syntax: text into [`syntax`](super::syntax) by `hcl-edit`, which limits nesting itself.

use std::ops::Range;
use std::str::FromStr;

use hcl_edit::expr::{self, BinaryOperator, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::structure;
use hcl_edit::template::{Directive, Element, Strip, Template};
use hcl_edit::{Span as _, Spanned};

use crate::Span;

use super::datum::Datum;
use super::syntax::{Attribute, Binary, Block, Body, Expression, For, Item, Kind, Piece, Step, Unary};

/// Lines of a file that could not be read, and why.
pub(super) type Broken = Vec<(u32, String)>;

/// As many places of a file are named.
const FAILURES: usize = 100;

/// Entries that a text may have to be read without further ado. `hcl-edit` looks for every key of an object among all keys
/// before it, so that time grows with the square of an object's size.
const FEW_ENTRIES: usize = 2000;
/// Entries that a block may have, and the sum of the squares of those of all blocks in a file.
const MOST_ENTRIES: usize = 7000;
const LARGEST_COST: usize = 50_000_000;
/// Entries that a template or an expression of its own may have; there are many of them.
const ENTRIES_OF_A_TEXT: usize = 500;

/// At least as many entries as objects in a text have.
fn entries(text: &str) -> usize {
    memchr::memchr2_iter(b'=', b':', text.as_bytes()).count()
}

/// What reading a file may cost; nothing worth counting for most.
pub(super) fn cost(text: &str) -> usize {
    if entries(text) <= FEW_ENTRIES {
        return 0;
    }
    let read = chunks(text).into_iter().map(|(_, chunk)| entries(chunk)).filter(|number| *number <= MOST_ENTRIES);
    read.map(|number| number.pow(2)).sum::<usize>().min(LARGEST_COST)
}

/// What could be read, and the lines at which something could not.
pub(super) fn file(text: &str) -> (Body, Broken) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let number = entries(text);
    let mut whole = None;
    if number <= FEW_ENTRIES {
        match body(text, 0) {
            Ok(body) => return (body, Vec::new()),
            Err(failure) => whole = Some(failure),
        }
    }
    // One block that cannot be read costs itself and no other.
    let (mut read, mut failures, mut cost) = (Body::default(), Vec::new(), 0);
    for (first, chunk) in chunks(text) {
        let number = entries(chunk);
        let affordable = number <= MOST_ENTRIES && cost + number.pow(2) <= LARGEST_COST;
        let part = if affordable {
            cost += number.pow(2);
            body(chunk, first)
        } else {
            Err((first + 1, "cannot be read: it has too many entries".to_owned()))
        };
        match part {
            Ok(part) => read.items.extend(part.items),
            Err(failure) if failures.len() < FAILURES => failures.push(failure),
            Err(_) => {}
        }
    }
    // It may have been taken apart where something only looks like the end of a block, in a text.
    if !failures.is_empty() && whole.is_none() && number <= MOST_ENTRIES {
        match body(text, 0) {
            Ok(body) => return (body, Vec::new()),
            Err(failure) => whole = Some(failure),
        }
    }
    if failures.is_empty() {
        failures.extend(whole);
    }
    (read, failures)
}

/// The steps that reading a template is worth.
pub(super) fn template_cost(text: &str) -> usize {
    text.len() / 4 + entries(text).pow(2) / 64
}

/// A template that is a file or a text of its own.
pub(super) fn template(text: &str) -> Result<Vec<Piece>, String> {
    let template: Template = text.parse().map_err(|error: hcl_edit::parser::Error| error.message().to_owned())?;
    Ok(Converter { text, lines: vec![0], first: 0, fixed: None }.template(&mut template.iter(), Literals::Lines))
}

/// A template in a text of the JSON syntax, or an expression where it is nothing but one.
pub(super) fn quoted(text: &str, span: Span) -> Result<Expression, String> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expression { kind: Kind::Literal(Datum::text(text)), span });
    }
    let template: Template = text_of_its_own(text)?;
    let converter = Converter { text, lines: vec![0], first: 0, fixed: Some(span) };
    Ok(Expression { kind: converter.quoted(&template.iter().collect::<Vec<_>>(), Literals::Lines), span })
}

fn text_of_its_own<T: FromStr<Err = hcl_edit::parser::Error>>(text: &str) -> Result<T, String> {
    if entries(text) > ENTRIES_OF_A_TEXT {
        return Err("it has too many entries".to_owned());
    }
    text.parse().map_err(|error: hcl_edit::parser::Error| error.message().to_owned())
}

/// One expression.
pub(super) fn expression(text: &str) -> Result<Expression, String> {
    let expression: expr::Expression = text_of_its_own(text)?;
    Ok(Converter::new(text, 0).expression(&expression))
}

fn body(text: &str, first: u32) -> Result<Body, (u32, String)> {
    match text.parse::<structure::Body>() {
        Ok(body) => Ok(Converter::new(text, first).body(&body)),
        Err(error) => {
            let line = u32::try_from(error.location().line()).unwrap_or(u32::MAX);
            Err((first.saturating_add(line), format!("cannot be read: {}", error.message())))
        }
    }
}

/// The text in pieces that each begin with a word at the beginning of a line, after a line that closes a block; with the
/// number of lines before them.
fn chunks(text: &str) -> Vec<(u32, &str)> {
    let mut chunks = Vec::new();
    let (mut start, mut start_line, mut offset, mut closed) = (0, 0, 0, false);
    for (number, line) in (0..).zip(text.split_inclusive('\n')) {
        if closed && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            chunks.push((start_line, &text[start..offset]));
            (start, start_line, closed) = (offset, number, false);
        }
        closed |= line.starts_with('}');
        offset += line.len();
    }
    chunks.push((start_line, &text[start..]));
    chunks
}

struct Converter<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// How many lines come before the text.
    first: u32,
    /// The place of everything, where the text is part of another.
    fixed: Option<Span>,
}

impl<'a> Converter<'a> {
    fn new(text: &'a str, first: u32) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(breaks).collect(), first, fixed: None }
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        if let Some(span) = self.fixed {
            return span;
        }
        let Some(range) = range else { return Span::default() };
        let line = |offset: usize| {
            let number = self.lines.partition_point(|start| *start <= offset);
            self.first.saturating_add(u32::try_from(number).unwrap_or(u32::MAX))
        };
        Span { first: line(range.start), last: line(range.end.saturating_sub(1).max(range.start)) }
    }

    fn body(&self, body: &structure::Body) -> Body {
        let items = body.iter().map(|structure| match structure {
            structure::Structure::Attribute(attribute) => Item::Attribute(Attribute {
                name: attribute.key.as_str().to_owned(),
                value: self.attribute_value(attribute),
            }),
            structure::Structure::Block(block) => Item::Block(Block {
                kind: block.ident.as_str().to_owned(),
                labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
                body: self.body(&block.body),
                span: self.span(block.span()),
            }),
        });
        Body { items: items.collect() }
    }

    /// The value, standing where its name stands: that is the line that a reader looks for.
    fn attribute_value(&self, attribute: &structure::Attribute) -> Expression {
        let mut value = self.expression(&attribute.value);
        if let Some(range) = attribute.key.span() {
            value.span.first = self.span(Some(range)).first;
        }
        value
    }

    fn expression(&self, expression: &expr::Expression) -> Expression {
        let span = self.span(expression.span());
        let kind = match expression {
            expr::Expression::Null(_) => Kind::Literal(Datum::Null),
            expr::Expression::Bool(yes) => Kind::Literal(Datum::Bool(*yes.value())),
            expr::Expression::Number(number) => {
                Kind::Literal(number.value().as_f64().map_or(Datum::Unknown, Datum::Number))
            }
            expr::Expression::String(text) => Kind::Literal(Datum::text(text.value().as_str())),
            expr::Expression::Array(array) => Kind::List(array.iter().map(|item| self.expression(item)).collect()),
            expr::Expression::Object(object) => {
                Kind::Object(object.iter().map(|(key, value)| (self.key(key), self.expression(value.expr()))).collect())
            }
            expr::Expression::StringTemplate(template) => {
                self.quoted(&template.iter().collect::<Vec<_>>(), Literals::Whole)
            }
            expr::Expression::HeredocTemplate(heredoc) => {
                let mut pieces = self.template(&mut heredoc.template.iter(), Literals::Source);
                let start = expression.span().map_or(0, |range| range.start);
                if self.text.get(start..).is_some_and(|text| text.starts_with("<<-")) {
                    flush(&mut pieces);
                }
                // A heredoc is a text even where it is nothing but one interpolation: its last line is a line.
                Kind::Template(pieces)
            }
            expr::Expression::Parenthesis(inner) => self.expression(inner.inner()).kind,
            expr::Expression::Variable(name) => Kind::Variable(name.as_str().to_owned()),
            expr::Expression::Conditional(conditional) => Kind::Conditional(Box::new([
                self.expression(&conditional.cond_expr),
                self.expression(&conditional.true_expr),
                self.expression(&conditional.false_expr),
            ])),
            expr::Expression::FuncCall(call) => {
                let mut name = String::new();
                for part in &call.name.namespace {
                    name.push_str(part.as_str());
                    name.push_str("::");
                }
                name.push_str(call.name.name.as_str());
                let arguments = call.args.iter().map(|argument| self.expression(argument)).collect();
                Kind::Call { name, arguments, spread: call.args.expand_final() }
            }
            expr::Expression::Traversal(traversal) => {
                let steps = traversal.operators.iter().map(|operator| self.step(operator.value(), span)).collect();
                Kind::Access(Box::new(self.expression(&traversal.expr)), steps)
            }
            expr::Expression::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    UnaryOperator::Neg => Unary::Negative,
                    UnaryOperator::Not => Unary::Not,
                };
                Kind::Unary(operator, Box::new(self.expression(&operation.expr)))
            }
            expr::Expression::BinaryOp(operation) => Kind::Binary(
                binary(*operation.operator.value()),
                Box::new([self.expression(&operation.lhs_expr), self.expression(&operation.rhs_expr)]),
            ),
            expr::Expression::ForExpr(each) => Kind::For(Box::new(For {
                key: each.intro.key_var.as_ref().map(|name| name.as_str().to_owned()),
                value: each.intro.value_var.as_str().to_owned(),
                collection: self.expression(&each.intro.collection_expr),
                result_key: each.key_expr.as_ref().map(|key| self.expression(key)),
                result: self.expression(&each.value_expr),
                grouping: each.grouping,
                condition: each.cond.as_ref().map(|condition| self.expression(&condition.expr)),
            })),
        };
        Expression { kind, span }
    }

    fn key(&self, key: &ObjectKey) -> Expression {
        match key {
            // A plain word is a text here; a variable stands in parentheses.
            ObjectKey::Ident(name) | ObjectKey::Expression(expr::Expression::Variable(name)) => {
                Expression { kind: Kind::Literal(Datum::text(name.as_str())), span: self.span(name.span()) }
            }
            ObjectKey::Expression(expression) => self.expression(expression),
        }
    }

    fn step(&self, operator: &TraversalOperator, span: Span) -> Step {
        match operator {
            TraversalOperator::AttrSplat(_) => Step::AttributeSplat,
            TraversalOperator::FullSplat(_) => Step::FullSplat,
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().to_owned()),
            TraversalOperator::Index(index) => Step::Index(self.expression(index)),
            #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
            TraversalOperator::LegacyIndex(index) => {
                Step::Index(Expression { kind: Kind::Literal(Datum::Number(*index.value() as f64)), span })
            }
        }
    }

    /// A template between quotes: nothing but one interpolation is that value, and need not be a text.
    fn quoted(&self, elements: &[&Element], literals: Literals) -> Kind {
        match elements {
            [Element::Interpolation(interpolation)] => self.expression(&interpolation.expr).kind,
            _ => Kind::Template(self.template(&mut elements.iter().copied(), literals)),
        }
    }

    /// A literal in its tokens.
    fn literal(&self, literal: &Spanned<String>, literals: Literals) -> Vec<String> {
        let source = match literals {
            Literals::Whole => return vec![literal.to_string()],
            Literals::Lines => None,
            Literals::Source => literal.span().and_then(|range| self.text.get(range)),
        };
        match source {
            Some(source) => {
                source.split_inclusive('\n').map(|line| line.replace("$${", "${").replace("%%{", "%{")).collect()
            }
            None => literal.split_inclusive('\n').map(str::to_owned).collect(),
        }
    }

    fn template(&self, elements: &mut dyn Iterator<Item = &Element>, literals: Literals) -> Vec<Piece> {
        let mut pieces = Vec::new();
        // Whether the marker `~` before this place takes the white space that follows.
        let mut strip = false;
        for element in elements {
            match element {
                Element::Literal(text) => {
                    for (at, line) in self.literal(text, literals).into_iter().enumerate() {
                        let line = if strip && at == 0 { line.trim_start().to_owned() } else { line };
                        pieces.push(Piece::Text(line));
                    }
                    strip = false;
                }
                Element::Interpolation(interpolation) => {
                    strip_end(&mut pieces, interpolation.strip);
                    pieces.push(Piece::Interpolation(self.expression(&interpolation.expr)));
                    strip = strips_after(interpolation.strip);
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(choice) => {
                        strip_end(&mut pieces, choice.if_expr.strip);
                        let mut then = self.template(&mut choice.if_expr.template.iter(), literals);
                        strip_start(&mut then, choice.if_expr.strip);
                        let mut otherwise = Vec::new();
                        if let Some(other) = &choice.else_expr {
                            strip_end(&mut then, other.strip);
                            otherwise = self.template(&mut other.template.iter(), literals);
                            strip_start(&mut otherwise, other.strip);
                            strip_end(&mut otherwise, choice.endif_expr.strip);
                        } else {
                            strip_end(&mut then, choice.endif_expr.strip);
                        }
                        let condition = self.expression(&choice.if_expr.cond_expr);
                        pieces.push(Piece::If { condition, then, otherwise });
                        strip = strips_after(choice.endif_expr.strip);
                    }
                    Directive::For(each) => {
                        strip_end(&mut pieces, each.for_expr.strip);
                        let mut body = self.template(&mut each.for_expr.template.iter(), literals);
                        strip_start(&mut body, each.for_expr.strip);
                        strip_end(&mut body, each.endfor_expr.strip);
                        pieces.push(Piece::For {
                            key: each.for_expr.key_var.as_ref().map(|name| name.as_str().to_owned()),
                            value: each.for_expr.value_var.as_str().to_owned(),
                            collection: self.expression(&each.for_expr.collection_expr),
                            body,
                        });
                        strip = strips_after(each.endfor_expr.strip);
                    }
                },
            }
        }
        pieces
    }
}

/// How the literal parts of a template are written. The marker `~` takes white space of one token, and a token ends with its
/// line except between quotes.
#[derive(Clone, Copy)]
enum Literals {
    Whole,
    Lines,
    /// As in the source, since `hcl-edit` takes the indentation of `<<-` from some lines only.
    Source,
}

/// Takes the indentation that all lines have from each. It is that of the tokens at the beginnings of lines, blank lines left
/// out; a line after a marker `~` that took the break before it counts as none, there as in HCL itself.
fn flush(pieces: &mut [Piece]) {
    let (mut smallest, mut newline) = (usize::MAX, true);
    leading(pieces, &mut newline, &mut |text| {
        let spaces = text.map_or(0, |text| text.chars().take_while(|c| c.is_whitespace()).count());
        smallest = smallest.min(spaces);
    });
    if smallest == usize::MAX {
        return;
    }
    newline = true;
    leading(pieces, &mut newline, &mut |text| {
        if let Some(text) = text {
            *text = text.chars().skip(smallest).collect();
        }
    });
}

/// Shows the first token of each line that is not blank; nothing where it is no text.
fn leading(pieces: &mut [Piece], newline: &mut bool, see: &mut dyn FnMut(Option<&mut String>)) {
    for piece in pieces {
        if let Piece::Text(text) = piece {
            let ends = text.ends_with('\n');
            if *newline && !(ends && text.trim_start().is_empty()) {
                see(Some(text));
            }
            *newline = ends;
            continue;
        }
        if std::mem::take(newline) {
            see(None);
        }
        match piece {
            Piece::If { then, otherwise, .. } => {
                leading(then, newline, see);
                if !otherwise.is_empty() {
                    // The directive between them is a token.
                    if std::mem::take(newline) {
                        see(None);
                    }
                    leading(otherwise, newline, see);
                }
            }
            Piece::For { body, .. } => leading(body, newline, see),
            _ => continue,
        }
        if std::mem::take(newline) {
            see(None);
        }
    }
}

fn strips_after(strip: Strip) -> bool {
    matches!(strip, Strip::End | Strip::Both)
}

fn strip_end(pieces: &mut [Piece], strip: Strip) {
    if let (Strip::Start | Strip::Both, Some(Piece::Text(text))) = (strip, pieces.last_mut()) {
        text.truncate(text.trim_end().len());
    }
}

fn strip_start(pieces: &mut [Piece], strip: Strip) {
    if let (true, Some(Piece::Text(text))) = (strips_after(strip), pieces.first_mut()) {
        *text = text.trim_start().to_owned();
    }
}

fn binary(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Or => Binary::Or,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Eq => Binary::Equal,
        BinaryOperator::NotEq => Binary::NotEqual,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::GreaterEq => Binary::GreaterOrEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::LessEq => Binary::LessOrEqual,
        BinaryOperator::Plus => Binary::Plus,
        BinaryOperator::Minus => Binary::Minus,
        BinaryOperator::Mul => Binary::Times,
        BinaryOperator::Div => Binary::Divide,
        BinaryOperator::Mod => Binary::Remainder,
    }
}
