//! House rules that no lint knows: lengths of files, loops between the modules of a crate,
//! requirements that no test names, and what doors must not offer.
#![expect(clippy::unwrap_used, reason = "test code")]

mod requirements;
mod surface;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CRATES: &[&str] = &[
    "alley-core",
    "alley-core/derive",
    "alley-tiktok",
    "alley-billing",
    "alley-outreach",
    "alley-privacy",
    "alley-store",
    "examples/sandbox",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_source_file_is_longer_than_600_lines() {
    let mut long = Vec::new();
    for folder in CRATES.iter().chain(&["examples", "benches"]) {
        for file in sources(&root().join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            if lines > 600 {
                long.push(format!("{} ({lines})", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "split these by noun: {long:?}");
}

/// The top-level module that a file of `src` belongs to.
fn module(src: &Path, file: &Path) -> String {
    let first = file.strip_prefix(src).unwrap().components().next().unwrap();
    Path::new(first.as_os_str()).file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Modules of the crate that the text names as `crate::<module>`, tests left out.
fn mentions(text: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let code: Vec<&str> =
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split("};").next().unwrap());
        let names = if list.len() == rest.len() { vec![rest] } else { list.split(',').collect() };
        for name in names {
            let name: String = name
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if modules.contains(&name) {
                found.insert(name);
            }
        }
    }
    found
}

#[test]
fn top_level_modules_have_no_loops() {
    for name in CRATES {
        let src = root().join(name).join("src");
        let files = sources(&src);
        let modules: BTreeSet<String> = files
            .iter()
            .map(|file| module(&src, file))
            .filter(|module| module != "lib" && module != "main")
            .collect();
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in &files {
            let module = module(&src, file);
            let is_test = file.file_stem().is_some_and(|stem| stem == "tests");
            if !modules.contains(&module) || is_test {
                continue;
            }
            let mut mentioned = mentions(&fs::read_to_string(file).unwrap(), &modules);
            mentioned.remove(&module);
            uses.entry(module).or_default().extend(mentioned);
        }
        // Take away modules that use nothing that is left; what stays hangs in a loop.
        loop {
            let free: Vec<String> = uses
                .iter()
                .filter(|(_, used)| used.is_empty())
                .map(|(name, _)| name.clone())
                .collect();
            if free.is_empty() {
                break;
            }
            for name in &free {
                uses.remove(name);
            }
            for used in uses.values_mut() {
                used.retain(|name| !free.contains(name));
            }
        }
        assert!(uses.is_empty(), "{name}: these modules hang in a loop: {uses:?}");
    }
}
