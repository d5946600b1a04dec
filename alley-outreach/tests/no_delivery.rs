//! The crate has no way to deliver: no method named so, and no use of the transport.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;

use alley_outreach::{Outreach, OutreachStore};

static_assertions::assert_impl_all!(Outreach: Send, Sync, Clone);
static_assertions::assert_obj_safe!(OutreachStore);

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn no_source_names_a_transport_or_a_method_that_delivers() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 30);
    for (path, text) in found {
        for word in ["fn send", "HttpTransport", ".transport", "http::Request", "TcpStream"] {
            assert!(!text.contains(word), "{path} holds {word}");
        }
        assert!(text.lines().count() <= 600, "{path} is too long");
    }
}
