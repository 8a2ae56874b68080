//! Files that a tool writes: where they stand can make them act, and what they
//! say can switch a check off.

use super::deed::{CHANGING, Deed, ENDING, Sort};
use super::{files, path};
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};

/// Names of fields that say which file.
const PATHS: [&str; 12] = [
    "path",
    "file",
    "filename",
    "file_path",
    "filepath",
    "target_file",
    "dest",
    "destination",
    "fichier",
    "datei",
    "archivo",
    "chemin",
];

/// Names of fields that say what stands in it afterwards.
const CONTENTS: [&str; 14] = [
    "content",
    "contents",
    "text",
    "new_str",
    "new_string",
    "new_text",
    "data",
    "body",
    "patch",
    "diff",
    "append",
    "contenu",
    "inhalt",
    "contenido",
];

/// Reads what a tool writes to a file.
pub fn read(fields: &[Field], deeds: &mut Vec<Deed>) {
    let named = |names: &[&str]| {
        fields.iter().find(|f| {
            f.value == Plain::Text && names.iter().any(|n| f.name().eq_ignore_ascii_case(n))
        })
    };
    let (Some(file), Some(content)) = (named(&PATHS), named(&CONTENTS)) else {
        return;
    };
    let first = deeds.len();
    let text = &file.text;
    if path::returns(text).is_some() || path::admits(text).is_some() {
        deeds.extend(files::overwrite(text, false));
    }
    if is_ci(text) {
        checks(text, &added(&content.text), deeds);
    } else if is_package(text) && fetches(&content.text) {
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
    for deed in &mut deeds[first..] {
        deed.text.clone_from(text);
        deed.path.clone_from(&file.path);
    }
}

/// The lines a diff adds; the whole of what is no diff.
fn added(content: &str) -> String {
    if !content
        .lines()
        .any(|l| l.starts_with("@@ ") || l.starts_with("+++ "))
    {
        return content.to_owned();
    }
    content
        .lines()
        .filter_map(|l| l.strip_prefix('+'))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Files that say what is checked before code is taken.
fn is_ci(path: &str) -> bool {
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

fn checks(path: &str, content: &str, deeds: &mut Vec<Deed>) {
    let off = [
        "continue-on-error: true",
        "allow_failure: true",
        "if: false",
        "|| true",
        "--no-verify",
        "when: never",
        "failFast: false",
        "-DskipTests",
        "SKIP=",
    ];
    if let Some(how) = off.iter().find(|o| content.contains(*o)) {
        deeds.push(Deed::new(
            Sort::Guard,
            0.7,
            &[
                "lets `",
                path,
                "` pass whatever its checks find (`",
                how,
                "`)",
            ],
            &[path, " check checks test tests ci"].concat(),
            ENDING,
        ));
    }
    if content.contains("pull_request_target") || content.contains("permissions: write-all") {
        deeds.push(Deed::new(
            Sort::Access,
            0.7,
            &[
                "lets strangers' code in `",
                path,
                "` act with the house's rights",
            ],
            "pull_request_target write-all permissions",
            CHANGING.and(Senses::GRANT),
        ));
    }
    let commands = super::shell::commands(content);
    let leaks = commands
        .iter()
        .any(|c| matches!(c.program(), "curl" | "wget"))
        && content.contains("${{ secrets.")
        && content.contains("http")
        && content
            .lines()
            .any(|l| l.contains("curl") && l.contains("secrets."));
    if leaks {
        deeds.push(Deed::new(
            Sort::Leak,
            0.75,
            &["sends the secrets of `", path, "` over the network"],
            path,
            Senses::SEND.and(Senses::UPLOAD),
        ));
    }
}
