//! Stages: what is in effect at each instruction, and what a stage is at its end.

use super::variable::Variables;
use crate::{Node, Value};

/// A stage while its instructions are read.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Its alias, or its number.
    pub name: String,
    /// Its position in the file.
    pub index: usize,
    /// The body of its `FROM`.
    pub from: Node,
    /// Variables in effect.
    pub variables: Variables,
    /// The user in effect, where the file says it.
    pub user: Option<Node>,
    /// The shell in effect.
    pub shell: Option<Node>,
    /// The folder in effect.
    pub workdir: Option<Node>,
    /// Its instructions.
    pub instructions: Vec<(String, Node)>,
}

impl Stage {
    /// One that continues another: it begins with what was in effect at the other's end.
    pub fn after(base: Option<&Self>) -> Self {
        let Some(base) = base else { return Self::default() };
        Self {
            user: base.user.clone(),
            shell: base.shell.clone(),
            workdir: base.workdir.clone(),
            variables: base.variables.clone(),
            ..Self::default()
        }
    }

    /// What is in effect, as entries of a body.
    pub fn effect(&self) -> impl Iterator<Item = (String, Node)> {
        let known = [("user", &self.user), ("shell", &self.shell), ("workdir", &self.workdir)];
        known.into_iter().filter_map(|(key, node)| Some((key.to_owned(), node.clone()?)))
    }

    /// The stage as rules see it.
    pub fn body(&self, is_final: bool) -> Node {
        let span = self.from.span;
        #[expect(clippy::cast_precision_loss, reason = "no file has 2^52 stages")]
        let index = Value::Number(self.index as f64);
        let mut entries = vec![
            ("name".to_owned(), Value::text(&*self.name).at(span)),
            ("index".to_owned(), index.at(span)),
            ("final".to_owned(), Value::Bool(is_final).at(span)),
            ("from".to_owned(), self.from.clone()),
        ];
        entries.extend(self.effect());
        let mut by_name: Vec<(String, Vec<Node>)> = Vec::new();
        for (name, body) in &self.instructions {
            match by_name.iter_mut().find(|(known, _)| known == name) {
                Some((_, list)) => list.push(body.clone()),
                None => by_name.push((name.clone(), vec![body.clone()])),
            }
        }
        entries.extend(by_name.into_iter().map(|(name, list)| {
            let at = list.first().map_or(span, |node| node.span);
            (name, Value::List(list).at(at))
        }));
        let all = self.instructions.iter().map(|(_, body)| body.clone()).collect();
        entries.push(("instructions".to_owned(), Value::List(all).at(span)));
        Value::Map(entries).at(span)
    }
}
