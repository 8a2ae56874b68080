//! The action as a request.
//!
//! | of the request | is |
//! | --- | --- |
//! | principal | the agent, with what the runtime vouches for as attributes, in its roles |
//! | action | the type |
//! | resource | what a field of the payload names, by the settings; else the type again |
//! | context | the payload |

use std::collections::{HashMap, HashSet};

use cedar_policy::{Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request};
use coldnotch_plugin::Action;
use coldnotch_plugin::json::{Map, Value};

use crate::settings::Settings;
use crate::value;

/// Makes a request of an action, and adds its principal to the known entities.
///
/// # Errors
/// What the resource is named by is missing, or something does not fit the language
/// or the schema.
pub fn read(action: &Action, settings: &Settings) -> Result<(Request, Entities), String> {
    let empty = Map::new();
    let payload = action.payload().as_object().unwrap_or(&empty);
    let vouched = action.context().as_object().unwrap_or(&empty);
    let schema = settings.schema.as_ref();

    let principal = uid(&settings.principal, &action.agent);
    let entities = entities(&principal, vouched, settings)?;
    let context = Context::from_pairs(value::fields(payload, "payload")?);
    let context = context.map_err(|e| format!("payload: {e}"))?;
    let kind = uid(&settings.action, &action.kind);
    let request = Request::new(
        principal,
        kind,
        resource(action, settings)?,
        context,
        schema,
    );
    Ok((request.map_err(|e| e.to_string())?, entities))
}

/// The known entities with the principal, where they do not have it.
fn entities(
    principal: &EntityUid,
    vouched: &Map<String, Value>,
    settings: &Settings,
) -> Result<Entities, String> {
    if settings.entities.get(principal).is_some() {
        return Ok(settings.entities.clone());
    }
    let mut attributes: HashMap<_, _> = value::fields(vouched, "context")?.into_iter().collect();
    attributes.remove(ROLES);
    let roles = match vouched.get(ROLES) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(roles)) => roles.iter().map(Value::as_str).collect(),
        Some(_) => vec![None],
    };
    let roles = roles
        .into_iter()
        .map(|role| role.map(|role| uid(&settings.role, role)));
    let roles: Option<HashSet<EntityUid>> = roles.collect();
    let roles = roles.ok_or("context.roles is no list of texts")?;
    let agent = Entity::new(principal.clone(), attributes, roles).map_err(|e| e.to_string())?;
    let known = settings.entities.clone();
    known
        .add_entities([agent], settings.schema.as_ref())
        .map_err(|e| e.to_string())
}

/// The key of the runtime's word that names roles.
const ROLES: &str = "roles";

fn resource(action: &Action, settings: &Settings) -> Result<EntityUid, String> {
    let Some(named) = settings.resources.iter().find(|r| r.covers(&action.kind)) else {
        return Ok(uid(&settings.resource, &action.kind));
    };
    let found = named
        .field
        .iter()
        .try_fold(action.payload(), |at, name| at.get(name));
    let path = || named.field.join(".");
    match found {
        Some(Value::String(id)) => Ok(uid(&named.kind, id)),
        Some(Value::Number(id)) => Ok(uid(&named.kind, &id.to_string())),
        Some(_) => Err(format!(
            "payload.{} names no resource: it is neither text nor number",
            path()
        )),
        None => Err(format!(
            "payload.{} is missing: it names the resource",
            path()
        )),
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
