//! What a pack carries inside its component: manifest and golden cases.

use std::collections::BTreeSet;

use coldnotch::json::Object;
use coldnotch::plugins::cases;
use coldnotch::plugins::manifest::{Manifest, cases_of};

use super::component::is_fit_to_show;

/// The preamble of a component with nothing in it.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

pub fn run(data: &[u8]) {
    match cases::parse(data) {
        Ok(cases) => {
            let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
            assert_eq!(names.len(), cases.len());
        }
        Err(e) => is_fit_to_show(&e.to_string()),
    }
    // As sections of a component, whatever they are.
    let _ = Manifest::of(data);
    let _ = cases_of(data);
    let Ok(source) = Object::parse(data) else {
        return;
    };
    let manifest = match Manifest::parse(source) {
        Ok(manifest) => manifest,
        Err(e) => return is_fit_to_show(&e.to_string()),
    };
    for text in [&manifest.name, &manifest.description, &manifest.licence] {
        assert!(!text.contains('\n'));
        is_fit_to_show(text);
    }
    if let (Some(schema), Some(settings)) = (&manifest.schema, &manifest.settings) {
        schema.check(settings).unwrap();
    }
    let whole = manifest.embed(EMPTY, Some(data)).unwrap();
    assert_eq!(Manifest::of(&whole).unwrap().unwrap(), manifest);
    assert_eq!(cases_of(&whole).unwrap(), Some(data));
    assert!(manifest.embed(&whole, None).is_err(), "once is enough");
}
