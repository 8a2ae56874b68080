//! What can be said of an expression before any action comes: every name and
//! function exists, and what it asks of the session is known in advance.
//!
//! On the way all arithmetic is made one of decimal numbers: in the language as it
//! is, `payload.amount * 2` would fail for 10.5, since 2 is a whole number.

use std::mem;

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::CelDouble;

use crate::expression::{Field, path, text};
use crate::facts::{ACTION, SESSION};
use crate::tally::Tracked;
use crate::words::{Mistake, meant, place};

/// The function that makes whole numbers decimal ones; no rule can write it.
pub const DECIMAL: &str = "@decimal";

/// How deep a checked tree may be, and how many mistakes are told.
const MAX_DEPTH: usize = 48;
const MAX_TOLD: usize = 4;

/// Names a rule begins with.
const ROOTS: [&str; 3] = ["action", "payload", "session"];
/// Kinds, for `type(payload.to) == string`.
const KINDS: [&str; 9] = [
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "list",
    "map",
    "null_type",
    "type",
];
/// Functions of the standard library and of the strings extension.
const FUNCTIONS: [&str; 24] = [
    "bool",
    "charAt",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "has",
    "all",
    "exists",
    "exists_one",
    "filter",
    "map",
    "indexOf",
    "int",
    "join",
    "lastIndexOf",
    "lowerAscii",
    "replace",
    "size",
    "split",
    "startsWith",
    "string",
    "substring",
    "trim",
];
/// Those with a name that is a kind's, or that are rarely wanted.
const MORE_FUNCTIONS: [&str; 3] = ["uint", "type", "upperAscii"];
const ARITHMETIC: [&str; 4] = [
    operators::ADD,
    operators::SUBSTRACT,
    operators::MULTIPLY,
    operators::DIVIDE,
];

/// What the rules need besides the action itself.
#[derive(Debug, Default)]
pub struct Uses {
    /// What is counted along the session.
    pub tracked: Tracked,
    /// What the runtime vouches for.
    pub context: bool,
}

/// Checks a tree and makes its arithmetic decimal; the fields it reads.
///
/// # Errors
/// All mistakes, in the order they are met.
pub fn check(
    source: &str,
    tree: &mut IdedExpr,
    uses: &mut Uses,
) -> Result<Vec<Field>, Vec<Mistake>> {
    let mut check = Check {
        source,
        uses,
        variables: Vec::new(),
        fields: Vec::new(),
        mistakes: Vec::new(),
    };
    if is_no_condition(&tree.expr) {
        check.mistake(
            "",
            false,
            "it is not a condition that is true or false".to_owned(),
        );
    }
    check.visit(tree, Around::Anything, 0);
    if !check.mistakes.is_empty() {
        return Err(check.mistakes);
    }
    Ok(check.fields)
}

/// Whether an expression plainly comes to something else than true or false.
fn is_no_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(literal) => !matches!(literal, LiteralValue::Boolean(_)),
        Expr::List(_) | Expr::Map(_) => true,
        Expr::Call(call) => ARITHMETIC.contains(&call.func_name.as_str()),
        _ => false,
    }
}

/// What an expression is part of, where that matters.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Anything,
    /// It is looked up in: `HERE[x]`, `x in HERE`.
    LookedUp,
}

struct Check<'s> {
    source: &'s str,
    uses: &'s mut Uses,
    /// Names that `all`, `exists` and the like have brought in.
    variables: Vec<String>,
    fields: Vec<Field>,
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    fn mistake(&mut self, name: &str, after_dot: bool, what: String) {
        let (line, column) = place(self.source, name, after_dot);
        if self.mistakes.len() < MAX_TOLD {
            self.mistakes.push(Mistake { line, column, what });
        }
    }

    fn visit(&mut self, expr: &mut IdedExpr, around: Around, depth: usize) {
        if depth > MAX_DEPTH {
            return self.mistake(
                "",
                false,
                format!("it is more than {MAX_DEPTH} levels deep"),
            );
        }
        if let Some((root, names)) = path(&expr.expr)
            && !self.variables.iter().any(|v| v == root)
            && (ROOTS.contains(&root) || names.is_empty())
        {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            let root = root.to_owned();
            return self.name(&root, names);
        }
        match &mut expr.expr {
            Expr::Call(call) => self.call(call, depth + 1),
            Expr::Select(select) => self.visit(&mut select.operand, Around::LookedUp, depth + 1),
            Expr::List(list) => list
                .elements
                .iter_mut()
                .for_each(|e| self.visit(e, Around::Anything, depth + 1)),
            Expr::Map(map) => {
                if around != Around::LookedUp {
                    self.mistake(
                        "",
                        false,
                        "a map in braces can only be looked up in: `{…}[x]`".to_owned(),
                    );
                }
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                        self.visit(&mut entry.key, Around::Anything, depth + 1);
                        self.visit(&mut entry.value, Around::Anything, depth + 1);
                    }
                }
            }
            Expr::Comprehension(each) => {
                self.visit(&mut each.iter_range, Around::Anything, depth + 1);
                self.visit(&mut each.accu_init, Around::Anything, depth + 1);
                let known = self.variables.len();
                let names = [
                    Some(&each.iter_var),
                    Some(&each.accu_var),
                    each.iter_var2.as_ref(),
                ];
                self.variables.extend(names.into_iter().flatten().cloned());
                self.visit(&mut each.loop_cond, Around::Anything, depth + 1);
                self.visit(&mut each.loop_step, Around::Anything, depth + 1);
                self.visit(&mut each.result, Around::Anything, depth + 1);
                self.variables.truncate(known);
            }
            Expr::Struct(structure) => {
                let name = structure.type_name.clone();
                self.mistake(&name, false, format!("there is no type `{name}` to make"));
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    /// A name by itself, or a path of fields from `action`, `payload` or `session`.
    fn name(&mut self, root: &str, names: Vec<String>) {
        match root {
            "payload" if names.is_empty() => {}
            "payload" => self.field(root, names),
            "action" => match names.first().map(String::as_str) {
                None => {}
                Some("context") => {
                    self.uses.context = true;
                    self.field(root, names);
                }
                Some(field) if ACTION.contains(&field) => {}
                Some(field) => {
                    let what = format!("an action has no `{field}`{}", meant(field, &ACTION));
                    self.mistake(field, true, what);
                }
            },
            "session" => self.session(&names),
            _ if KINDS.contains(&root) || root.starts_with('@') => {}
            _ => {
                let what = format!("unknown name `{root}`{}", meant(root, &ROOTS));
                self.mistake(root, false, what);
            }
        }
    }

    fn field(&mut self, root: &str, names: Vec<String>) {
        let field = Field([vec![root.to_owned()], names].concat());
        if !self.fields.contains(&field) {
            self.fields.push(field);
        }
    }

    /// What is asked of the session must be told in advance: it is counted along.
    fn session(&mut self, names: &[String]) {
        let said = names.first().map_or("session", String::as_str);
        let tracked = match names {
            [steps] if steps == "steps" => return,
            [counts, kind] if counts == "counts" => self.uses.tracked.count(kind),
            [totals, kind, field @ ..] if totals == "totals" && !field.is_empty() => {
                self.uses.tracked.total(kind, field)
            }
            [counts, ..] if counts == "counts" => Err("write `session.counts.TYPE`".to_owned()),
            [totals, ..] if totals == "totals" => {
                Err("write `session.totals.TYPE.FIELD`, a field of the payload".to_owned())
            }
            [list, ..] if SESSION.contains(&said) => Err(format!(
                "`session.{list}` is only for `… in session.{list}`"
            )),
            [] => Err(format!("what of the session?{}", meant("", &SESSION))),
            [..] => Err(format!(
                "a session has no `{said}`{}",
                meant(said, &SESSION)
            )),
        };
        if let Err(what) = tracked {
            self.mistake(said, !names.is_empty(), what);
        }
    }

    fn call(&mut self, call: &mut CallExpr, depth: usize) {
        let name = call.func_name.as_str();
        if name == operators::IN && self.in_session(&mut call.args, depth) {
            return;
        }
        let is_word = name.starts_with(|c: char| c.is_alphabetic());
        if is_word && !FUNCTIONS.contains(&name) && !MORE_FUNCTIONS.contains(&name) {
            let (name, is_member) = (name.to_owned(), call.target.is_some());
            let what = format!("there is no function `{name}`{}", meant(&name, &FUNCTIONS));
            self.mistake(&name, is_member, what);
        }
        let looked_up = match name {
            operators::INDEX => Some(0),
            operators::IN => Some(1),
            _ => None,
        };
        let is_arithmetic = ARITHMETIC.contains(&name) && !call.args.iter().any(is_gathered);
        if let Some(target) = &mut call.target {
            self.visit(target, Around::Anything, depth);
        }
        for (at, argument) in call.args.iter_mut().enumerate() {
            let around = match looked_up == Some(at) {
                true => Around::LookedUp,
                false => Around::Anything,
            };
            self.visit(argument, around, depth);
            if is_arithmetic {
                decimal(argument);
            }
        }
    }

    /// `x in session.labels` and its like; true if it was one.
    fn in_session(&mut self, arguments: &mut [IdedExpr], depth: usize) -> bool {
        let [sought, list] = arguments else {
            return false;
        };
        let Some(("session", names)) = path(&list.expr) else {
            return false;
        };
        match names.as_slice() {
            ["labels"] => match text(sought).map(str::to_owned) {
                Some(label) => {
                    if let Err(what) = self.uses.tracked.label(&label) {
                        self.mistake("labels", true, what);
                    }
                }
                None => {
                    let what = "write the label itself: `\"secret-read\" in session.labels`";
                    self.mistake("labels", true, what.to_owned());
                }
            },
            ["values" | "asked" | "outputs"] => self.visit(sought, Around::Anything, depth),
            _ => return false,
        }
        true
    }
}

/// The parts of `map` and `filter`, which add to a list and not to a number.
fn is_gathered(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::Ident(name) => name.starts_with('@'),
        Expr::List(_) => true,
        _ => false,
    }
}

/// Makes a number in an expression a decimal one, whatever it turns out to be.
fn decimal(expr: &mut IdedExpr) {
    let inner = mem::take(expr);
    expr.id = inner.id;
    expr.expr = match inner.expr {
        Expr::Literal(LiteralValue::Int(whole)) => {
            Expr::Literal(LiteralValue::Double(CelDouble::from(*whole.inner() as f64)))
        }
        literal @ Expr::Literal(_) => literal,
        other => Expr::Call(CallExpr {
            func_name: DECIMAL.to_owned(),
            target: None,
            args: vec![IdedExpr {
                id: inner.id,
                expr: other,
            }],
        }),
    };
}
