//! A condition: parsed and checked once, asked about each action.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::CelBool;
use cel::parser::PrattParser;
use cel::{Context, ExecutionError, Value as Cel};
use coldnotch_plugin::json::Value;

use crate::check::{self, Uses};
use crate::facts::Facts;
use crate::json;
use crate::words::{self, Mistake};

/// The longest expression in bytes, how many fields and operators it may have, since
/// each may be a level of its tree, and how deep it may nest.
const MAX_LENGTH: usize = 4096;
const MAX_PARTS: usize = 500;
const MAX_DEPTH: u16 = 24;

/// A condition over `action`, `payload` and `session`.
#[derive(Debug)]
pub struct Expression {
    tree: IdedExpr,
    /// The fields it reads, first those of the payload.
    fields: Vec<Field>,
}

/// A field that an expression names, such as `payload.order.amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field(pub Vec<String>);

impl Field {
    /// As one writes it.
    pub fn path(&self) -> String {
        self.0.join(".")
    }

    /// What it is in an action, or the path up to the first name that is missing.
    pub fn find<'f>(&self, facts: &Facts<'f>) -> Result<&'f Value, String> {
        let (found, names) = self.reach(facts);
        match names == self.0.len() {
            true => Ok(found),
            false => Err(self.0[..=names].join(".")),
        }
    }

    /// How far the path leads: the last value there is, and how many names that takes.
    fn reach<'f>(&self, facts: &Facts<'f>) -> (&'f Value, usize) {
        let (mut found, mut names) = match self.0.first().map(String::as_str) {
            Some("payload") => (facts.payload, 1),
            _ => (facts.context, 2),
        };
        while let Some(next) = self.0.get(names).and_then(|name| found.get(name)) {
            (found, names) = (next, names + 1);
        }
        (found, names)
    }
}

impl Expression {
    /// Reads and checks an expression; what it needs is added to `uses`.
    ///
    /// # Errors
    /// All its mistakes, in order.
    pub fn parse(source: &str, uses: &mut Uses) -> Result<Self, Vec<Mistake>> {
        let whole = |what: String| {
            vec![Mistake {
                line: 0,
                column: 0,
                what,
            }]
        };
        if source.len() > MAX_LENGTH {
            return Err(whole(format!(
                "it has {} bytes, more than {MAX_LENGTH}",
                source.len()
            )));
        }
        let parts = words::parts(source);
        if parts > MAX_PARTS {
            return Err(whole(format!(
                "it has {parts} fields and operators, more than {MAX_PARTS}"
            )));
        }
        let parser = PrattParser::new().max_recursion_depth(MAX_DEPTH);
        let mut tree = parser.parse(source).map_err(|errors| {
            let errors = errors.errors.into_iter().take(4);
            errors.map(|e| mistake(e.pos, &e.msg)).collect::<Vec<_>>()
        })?;
        let fields = check::check(source, &mut tree, uses)?;
        Ok(Expression { tree, fields })
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// It cannot be said; names what is missing or of the wrong kind.
    pub fn holds(&self, context: &Context<'_, '_>, facts: &Facts<'_>) -> Result<bool, String> {
        let found = Cel::resolve_val(&self.tree, context);
        match found.map(|value| value.downcast_ref::<CelBool>().map(|b| *b.inner())) {
            Ok(Some(holds)) => Ok(holds),
            Ok(None) => Err("it is not a condition that is true or false".to_owned()),
            Err(error) => Err(self.explained(&error, facts)),
        }
    }

    /// The fields of the payload it reads, with their values.
    pub fn evidence<'f>(
        &'f self,
        facts: &'f Facts<'f>,
    ) -> impl Iterator<Item = (String, String)> + 'f {
        self.fields.iter().filter_map(|field| {
            let text = match field.find(facts).ok()? {
                Value::String(text) => text.clone(),
                Value::Array(_) | Value::Object(_) => return None,
                scalar => scalar.to_string(),
            };
            Some((field.path(), text))
        })
    }

    /// An error of the evaluation in the words of the rule.
    fn explained(&self, error: &ExecutionError, facts: &Facts<'_>) -> String {
        match error {
            ExecutionError::NoSuchKey(key) => {
                let missing = self.fields.iter().filter_map(|f| f.find(facts).err());
                let named = missing
                    .into_iter()
                    .find(|path| path.ends_with(key.as_str()));
                let path = named.unwrap_or_else(|| key.to_string());
                format!("{path} is missing; to do without it, ask has({path}) first")
            }
            ExecutionError::NoSuchOverload(overload) => {
                let operator = overload.function().trim_matches('_');
                let types = overload.argument_types().join(" and ");
                format!("`{operator}` cannot take {types}{}", self.kinds(facts))
            }
            ExecutionError::UnsupportedBinaryOperator(operator, ..) => {
                format!("`{operator}` cannot take these values{}", self.kinds(facts))
            }
            // Values of the action stand in the others: they are cut, not shown whole.
            other => other.to_string().chars().take(200).collect(),
        }
    }

    /// What the fields are, to find the one of the wrong kind.
    fn kinds(&self, facts: &Facts<'_>) -> String {
        let known = self.fields.iter().filter_map(|field| {
            let (found, names) = field.reach(facts);
            let path = field.0[..names].join(".");
            // What is an object and leads no further is merely missing something.
            let is_end = names == field.0.len() || !found.is_object();
            is_end.then(|| format!("{path} is {}", json::kind(found)))
        });
        let known: Vec<String> = known.take(8).collect();
        match known.is_empty() {
            true => String::new(),
            false => format!(": {}", known.join(", ")),
        }
    }
}

fn mistake((line, column): (isize, isize), said: &str) -> Mistake {
    let said = said.trim_start_matches("Syntax error: ");
    Mistake {
        line: usize::try_from(line).unwrap_or(0),
        column: usize::try_from(column).unwrap_or(0),
        what: said.to_owned(),
    }
}

/// The names along a path of fields (`a.b["c"]`): the first and the rest.
pub fn path(expr: &Expr) -> Option<(&str, Vec<&str>)> {
    let mut names = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Ident(root) => {
                names.reverse();
                return Some((root, names));
            }
            Expr::Select(select) => {
                names.push(select.field.as_str());
                at = &select.operand.expr;
            }
            Expr::Call(CallExpr {
                func_name, args, ..
            }) if func_name == operators::INDEX => {
                let [of, index] = args.as_slice() else {
                    return None;
                };
                names.push(text(index)?);
                at = &of.expr;
            }
            _ => return None,
        }
    }
}

/// A text written in the expression.
pub fn text(expr: &IdedExpr) -> Option<&str> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
