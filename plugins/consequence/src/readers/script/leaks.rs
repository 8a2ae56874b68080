//! A secret that is read and a request that goes out, in one script.

use super::super::calls::{Call, literals};
use super::super::deed::{Deed, Sort};
use super::super::secrets;
use crate::lexicon::Senses;
use crate::target;

/// A secret that is read and a request that goes out, in one script.
pub(super) fn leaks(text: &str, calls: &[Call], deeds: &mut Vec<Deed>) {
    let out = calls.iter().find(|c| {
        let last = c.name.rsplit('.').next().unwrap_or_default();
        matches!(
            c.name.as_str(),
            "requests.post"
                | "requests.put"
                | "axios.post"
                | "axios.put"
                | "urllib.request.urlopen"
                | "httpx.post"
                | "http.request"
                | "https.request"
                | "urlopen"
        ) || c.name == "fetch" && c.inside.contains("POST")
            || matches!(
                c.name.as_str(),
                "fetch" | "navigator.sendBeacon" | "axios.get" | "requests.get"
            ) && carries(&c.inside)
            || last == "sendmail"
    });
    // `new Image().src = 'https://…' + document.cookie` sends without a call.
    let set = [".src", "location", ".href", ".action"]
        .iter()
        .any(|p| text.contains(p))
        && carries(text);
    let texts = match out {
        Some(out) => out.texts.clone(),
        None if set => literals(text),
        None => return,
    };
    let whole_environment = text.contains("dict(os.environ)")
        || text.contains("process.env)")
        || text.contains("json.dumps(os.environ")
        || text.contains("data=os.environ");
    let page = ["document.cookie", "localStorage", "sessionStorage"]
        .iter()
        .find(|s| text.contains(**s));
    let file = calls
        .iter()
        .filter(|c| {
            [
                "open",
                "read_text",
                "readFileSync",
                "readFile",
                "Path",
                "expanduser",
            ]
            .iter()
            .any(|n| c.name.ends_with(n))
        })
        .flat_map(|c| &c.texts)
        .find(|t| secrets::holds_secrets(t));
    let what = match (file, whole_environment, page) {
        (Some(file), ..) => file.as_str(),
        (None, true, _) => "the environment",
        (None, _, Some(page)) => page,
        _ => return,
    };
    let host = texts
        .iter()
        .find_map(|t| target::url_host(t))
        .unwrap_or("the network");
    if matches!(host, "localhost" | "127.0.0.1") {
        return;
    }
    deeds.push(Deed::new(
        Sort::Leak,
        0.9,
        &["sends `", what, "` to `", host, "`"],
        host,
        Senses::SEND.and(Senses::UPLOAD).and(Senses::SHARE),
    ));
}

/// True when the arguments put what a page keeps into the address.
fn carries(inside: &str) -> bool {
    ["document.cookie", "localStorage", "sessionStorage"]
        .iter()
        .any(|s| inside.contains(s))
}
