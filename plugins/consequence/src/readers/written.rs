//! Files that a tool writes: where they stand can make them act, and what they
//! say can switch a check off.

use super::deed::{CHANGING, Deed, Sort};
use super::{edit, files, path, weaken};
use crate::payload::Field;

/// Reads what a tool writes to a file.
pub fn read(fields: &[Field], deeds: &mut Vec<Deed>) {
    let Some(edit) = edit::of_fields(fields) else {
        return;
    };
    let first = deeds.len();
    let text = &edit.path;
    if path::returns(text).is_some() || path::admits(text).is_some() {
        deeds.extend(files::overwrite(text, false));
    }
    if is_package(text) && fetches(&edit.added) {
        deeds.push(Deed::new(
            Sort::Unseen,
            0.75,
            &[
                "makes every install of `",
                text,
                "` run what a network gives",
            ],
            text,
            CHANGING,
        ));
    }
    weaken::read(&edit, deeds);
    let set = [
        ".toml",
        ".yaml",
        ".yml",
        ".ini",
        ".conf",
        ".cfg",
        ".properties",
        ".tf",
        ".env",
    ];
    if deeds.len() == first && set.iter().any(|e| text.ends_with(e)) {
        deeds.push(Deed::work(&["changes settings"]));
    }
    let place = fields.iter().find(|f| f.text == *text);
    for deed in &mut deeds[first..] {
        deed.text.clone_from(text);
        deed.path.clone_from(place.map_or(&edit.path, |f| &f.path));
    }
}

/// Files that say what is checked before code is taken.
pub fn is_ci(path: &str) -> bool {
    let name = super::command::name(path);
    path.contains(".github/workflows/")
        || path.contains(".circleci/")
        || path.contains(".gitea/workflows/")
        || path.contains(".buildkite/")
        || matches!(
            name,
            ".gitlab-ci.yml"
                | "Jenkinsfile"
                | "azure-pipelines.yml"
                | ".travis.yml"
                | "bitbucket-pipelines.yml"
                | ".pre-commit-config.yaml"
                | "CODEOWNERS"
                | ".drone.yml"
                | "cloudbuild.yaml"
                | "buildspec.yml"
                | "dependabot.yml"
        )
}

fn is_package(path: &str) -> bool {
    matches!(
        super::command::name(path),
        "package.json" | "setup.py" | "pyproject.toml" | "build.rs" | "composer.json" | "Makefile"
    )
}

fn fetches(content: &str) -> bool {
    let install = ["postinstall", "preinstall", "cmdclass", "prepare\""]
        .iter()
        .any(|h| content.contains(h));
    install
        && (content.contains("curl ")
            || content.contains("wget ")
            || content.contains("http.get")
            || content.contains("urlopen"))
}
