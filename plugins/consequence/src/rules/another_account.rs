//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::{Finding, short};
use crate::notes::{pairs, rows};
use crate::payload::{Field, Plain};
use crate::target::What;

/// The reason code.
pub const CODE: &str = "another-account";
/// What it holds.
pub const DOC: &str = "Money goes to another account than the one that stands beside the payee's name, or beside this very amount, in what was read, and the \
user named neither.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Pay the invoice in Ana's mail.","steps":[
  {"type":"mail_read","payload":{"from":"Ana"},"output":"Invoice 204 is 340.00 EUR to PT52003506510002345678954. Our old supplier had GB77BARC20201530093459. Ana"},
  {"type":"pay","payload":{"iban":"GB77BARC20201530093459","amount":340.0}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Pay the invoice in Ana's mail.","steps":[
  {"type":"mail_read","payload":{"from":"Ana"},"output":"Invoice 204 is 340.00 EUR to PT52003506510002345678954. Our old supplier had GB77BARC20201530093459. Ana"},
  {"type":"pay","payload":{"iban":"PT52003506510002345678954","amount":340.0}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::PAY) || facts.intent().is_unknown() {
        return None;
    }
    let mut accounts = facts.targets.iter().filter(|t| t.what == What::Account);
    let account = accounts.find(|t| t.outside && !facts.intent().names_value(&t.text))?;
    let own = rows::hash(&account.text)?;
    let known: Vec<(u32, u32)> = facts.accounts_read().collect();
    let stands_by_another = |field: &&Field| {
        let Some(value) = beside(facts, field) else {
            return false;
        };
        let mut with = known.iter().filter(|(_, v)| *v == value).peekable();
        with.peek().is_some() && with.all(|(account, _)| *account != own)
    };
    // Beside its payee's name it is that payee's, whatever stood beside the amount.
    let by_name = |f: &Field| pairs::is_name(&f.text).then(|| rows::hash(&f.text)).flatten();
    if facts.fields.iter().filter(|f| f.value == Plain::Text).filter_map(by_name).any(|name| known.contains(&(own, name))) {
        return None;
    }
    let field = facts.fields.iter().find(stands_by_another)?;
    let pieces = [
        &account.text,
        " is not the account that stood beside ",
        short(&field.text, 60),
        " in what was read",
    ];
    let finding = Finding::new(0.8, &pieces).with(&account.path, &account.text);
    Some(finding.with(&field.path, &field.text))
}

/// What a field may be known by beside an account: a name, or an amount that the
/// user did not say.
fn beside(facts: &Facts, field: &Field) -> Option<u32> {
    if field.value == Plain::Text && pairs::is_name(&field.text) {
        return rows::hash(&field.text);
    }
    let amount = facts.amount().filter(|a| a.path == field.path)?.amount()?;
    let amount = if field.counts_cents() {
        amount / 100.0
    } else {
        amount
    };
    let said = facts.intent().writes_figure(amount)
        || facts
            .intent()
            .amounts()
            .iter()
            .any(|a| (a - amount).abs() < 0.005);
    (!said && amount >= 10.0).then(|| pairs::amount(amount))
}
