//! What routes may refuse, for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

/// Refusals of some routes: by status, each with what it means.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $means:literal,)+ })+) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                problems([$(($status, $means)),+])
            }
        }
    )+};
}

refusals! {
    /// Those that any route may give.
    Refusals {
        "400": "Not understood; `field` names what is wrong",
        "401": "No key, or one that is not known",
        "403": "The key's role may not do this",
        "413": "Too large",
        "415": "Not sent as JSON",
        "429": "Too many requests of this key; `Retry-After` says when",
        "500": "The server failed",
        "503": "What this needs cannot be used now",
    }
    /// That of a route about one approval.
    NoApproval { "404": "There is no such approval, or none of theirs", }
    /// That of a route that answers or withdraws a question.
    Answered { "409": "Answered by somebody else, over, or about another action", }
    /// That of a route that decides.
    OtherAction { "409": "Another action has this id or approval", }
    /// That of a route about one grant.
    NoGrant { "404": "There is none that holds", }
    /// That of a route about one access request.
    NoTask { "404": "There is no such denial or task of theirs", }
    /// That of the route that Slack calls.
    NoSlack { "404": "Slack is not set up", }
}

fn problems<const N: usize>(refusals: [(&str, &str); N]) -> BTreeMap<String, RefOr<Response>> {
    let response = |description: &str| {
        ResponseBuilder::new()
            .description(description)
            .content(
                "application/problem+json",
                Content::new(Some(Ref::from_schema_name("Problem"))),
            )
            .build()
    };
    refusals
        .into_iter()
        .map(|(status, description)| (status.to_owned(), RefOr::T(response(description))))
        .collect()
}
