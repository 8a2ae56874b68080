//! Style and scripts, part of the program. Their address holds the digest of what
//! they are, so that a browser may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// One of them.
struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const STYLE: Asset = asset("inbox.css", CSS, include_str!("../../../static/inbox.css"));
const SCRIPT: Asset = asset("inbox.js", JS, include_str!("../../../static/inbox.js"));
const HTMX: Asset = asset("htmx.js", JS, include_str!("../../../static/htmx.min.js"));
const SSE: Asset = asset(
    "htmx-sse.js",
    JS,
    include_str!("../../../static/htmx-sse.min.js"),
);
const ICON: Asset = asset(
    "icon.svg",
    "image/svg+xml",
    include_str!("../../../static/icon.svg"),
);

const fn asset(name: &'static str, kind: &'static str, content: &'static str) -> Asset {
    Asset {
        name,
        kind,
        content,
    }
}

/// Where each of them is.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) htmx: String,
    pub(super) sse: String,
    pub(super) icon: String,
}

/// Where they are.
pub(super) static LINKS: LazyLock<Links> = LazyLock::new(|| Links {
    style: address(&STYLE),
    script: address(&SCRIPT),
    htmx: address(&HTMX),
    sse: address(&SSE),
    icon: address(&ICON),
});

fn address(asset: &Asset) -> String {
    let digest = HEXLOWER.encode(&Sha256::digest(asset.content));
    let digest = digest.get(..16).unwrap_or_default();
    format!("/inbox/static/{digest}-{}", asset.name)
}

/// One of them, under its present address or under an old one.
pub(super) async fn file(Path(file): Path<String>) -> Response {
    let name = file.split_once('-').map_or("", |(_, name)| name);
    let all = [STYLE, SCRIPT, HTMX, SSE, ICON];
    let Some(asset) = all.into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_present = address(&asset).ends_with(&format!("/{file}"));
    let keep = match is_present {
        true => "public, max-age=31536000, immutable",
        false => "no-cache", // a page of another version of this program
    };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, keep),
    ];
    (headers, asset.content).into_response()
}
