//! The rules. One rule, one file, one name: the file, the code, the heading in
//! `REASONS.md` and the tests share it. A new rule is a file and a line below.

use crate::facts::Facts;
use crate::finding::Finding;

/// What a rule says of itself.
#[cfg(test)]
struct Rule {
    /// Its reason code.
    code: &'static str,
    /// What it holds, in one line.
    doc: &'static str,
    /// A session whose last step it holds: `{"intent":…,"steps":[…]}`.
    example: &'static str,
    /// A session that looks alike and that no rule holds.
    counterexample: &'static str,
}

macro_rules! rules {
    ($($name:ident,)*) => {
        $(pub mod $name;)*

        /// The reason codes of all rules, in the order of their names.
        pub const CODES: &[&str] = &[$($name::CODE),*];

        /// What the rules find, in this order, but for those that are passed over.
        /// Each is called by its name: the first call through a table of functions
        /// costs an instance more than most rules do.
        pub fn find(facts: &Facts, passes: impl Fn(&str) -> bool) -> Vec<(&'static str, Finding)> {
            let mut found = Vec::new();
            $(if !passes($name::CODE) {
                found.extend($name::rule(facts).map(|finding| ($name::CODE, finding)));
            })*
            found
        }

        #[cfg(test)]
        const ALL: &[Rule] = &[$(Rule {
            code: $name::CODE,
            doc: $name::DOC,
            example: $name::EXAMPLE,
            counterexample: $name::COUNTEREXAMPLE,
        }),*];

        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

rules! {
    access_change,
    admission_of_fault,
    amount_from_nowhere,
    amount_not_asked,
    another_account,
    another_row,
    another_than_named,
    contract_commitment,
    dangerous_command,
    destructive_delete,
    effect_from_instruction,
    excluded_by_the_user,
    expert_advice,
    figure_changed,
    instruction_followed,
    look_alike_target,
    money_out,
    more_than_asked,
    only_a_draft_asked,
    only_a_look_asked,
    option_not_asked,
    payee_change,
    persistence,
    personal_data_out,
    promise_of_money,
    quantity_not_asked,
    repeated_payment,
    safety_net_off,
    scope_not_asked,
    secret_in_command,
    secret_in_message,
    secret_then_send,
    staff_decision,
    total_not_asked,
    unasked_attachment,
    unasked_change,
    unasked_commitment,
    unasked_publication,
    unasked_send,
    unseen_code,
    value_from_instruction,
    value_from_nowhere,
    value_from_prose,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_rule_has_one_name() {
        for (rule, name) in ALL.iter().zip(NAMES) {
            assert_eq!(rule.code, name.replace('_', "-"));
        }
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn each_rule_holds_its_example_and_no_rule_the_counterexample() {
        for rule in ALL {
            let codes = testing::last_codes(rule.example);
            assert!(
                codes.iter().any(|c| c == rule.code),
                "{}: example gives {codes:?}",
                rule.code
            );
            let codes = testing::last_codes(rule.counterexample);
            assert!(
                codes.is_empty(),
                "{}: counterexample gives {codes:?}",
                rule.code
            );
        }
    }

    /// `UPDATE=1 cargo test -p coldnotch-consequence` writes the file anew.
    #[test]
    fn reasons_md_says_what_the_rules_say() {
        let mut text = String::from(
            "# Reasons of the consequence engine\n\n\
             Generated from the rules (`src/rules/`): `UPDATE=1 cargo test -p coldnotch-consequence`.\n\
             In each example the last step is judged; the earlier ones are its history.\n",
        );
        for rule in ALL {
            text += &format!(
                "\n## {}\n\n{}\n\nHeld:\n```json\n{}\n```\nNot held:\n```json\n{}\n```\n",
                rule.code, rule.doc, rule.example, rule.counterexample
            );
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/REASONS.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &text).unwrap_or_default();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == text, "{path} is not of these rules: UPDATE=1");
    }
}
