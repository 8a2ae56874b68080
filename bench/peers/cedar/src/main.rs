//! Cedar, as a library: `peer-cedar FOLDER POLICIES.cedar whole|evaluation`. The
//! policies are parsed once. `whole` builds request and entities for each action,
//! `evaluation` has them before the clock starts.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression,
};
use peer_protocol::{Failure, serve, serve_prepared};
use serde_json::Value;

struct Types {
    action: EntityTypeName,
    agent: EntityTypeName,
    group: EntityTypeName,
    system: EntityTypeName,
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(2);
    let (Some(path), Some(how)) = (arguments.next(), arguments.next()) else {
        return Err("usage: peer-cedar FOLDER POLICIES.cedar whole|evaluation".into());
    };
    let policies: PolicySet = std::fs::read_to_string(path)?.parse()?;
    let types = Types {
        action: "Action".parse()?,
        agent: "Agent".parse()?,
        group: "Group".parse()?,
        system: "System".parse()?,
    };
    let authorizer = Authorizer::new();

    let permitted = |(request, entities): &(Request, Entities)| {
        let answer = authorizer.is_authorized(request, &policies, entities);
        // A policy that could not be evaluated would be left out of the decision.
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(error.to_string().into());
        }
        Ok(answer.decision() == Decision::Allow)
    };
    if how == "evaluation" {
        return serve_prepared(|line| question(&types, line), permitted);
    }
    serve(|line| permitted(&question(&types, line)?))
}

/// Agent, tool and the system it works on; the payload is the context.
fn question(types: &Types, line: &str) -> Result<(Request, Entities), Failure> {
    let mut action: Value = serde_json::from_str(line)?;
    let payload = action["payload"].take();
    let (kind, agent) = (text(&action, "type")?, text(&action, "agent")?);
    let group = agent.strip_suffix("-bot").unwrap_or(agent);

    let principal = uid(&types.agent, agent);
    let resource = uid(&types.system, system(kind));
    let role = uid(&types.group, group);
    let agents = uid(&types.group, "agents");
    let entities = Entities::from_entities(
        [
            Entity::new(
                principal.clone(),
                HashMap::from([
                    ("level".to_owned(), RestrictedExpression::new_long(2)),
                    (
                        "suspended".to_owned(),
                        RestrictedExpression::new_bool(false),
                    ),
                ]),
                HashSet::from([role.clone()]),
            )?,
            Entity::new_no_attrs(role, HashSet::from([agents.clone()])),
            Entity::new_no_attrs(agents, HashSet::new()),
            Entity::new(
                resource.clone(),
                HashMap::from([("frozen".to_owned(), RestrictedExpression::new_bool(false))]),
                HashSet::new(),
            )?,
        ],
        None,
    )?;
    let context = Context::from_json_value(payload, None)?;
    let request = Request::new(principal, uid(&types.action, kind), resource, context, None)?;
    Ok((request, entities))
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn text<'a>(action: &'a Value, key: &str) -> Result<&'a str, Failure> {
    action[key]
        .as_str()
        .ok_or_else(|| format!("no `{key}`").into())
}

/// What a tool works on.
fn system(kind: &str) -> &'static str {
    match kind {
        "send_email" => "mail",
        "create_ticket" => "tickets",
        "update_contact" => "crm",
        "book_meeting" => "calendar",
        "query_database" => "database",
        "post_message" => "chat",
        "write_file" => "repository",
        _ => "machine",
    }
}
