//! What the doors of alley-core do not offer, on purpose.

use std::fs;

use crate::{root, sources};

/// Public functions and fields: their name, and of functions all that is declared.
fn public(text: &str) -> Vec<(String, String)> {
    let declared =
        text.split("\n    pub ").skip(1).filter_map(|rest| rest.split(['{', ';']).next());
    let declared = declared.map(|declared| {
        let plain = declared.trim_start_matches("const ").trim_start_matches("async ");
        let (name, all) = match plain.strip_prefix("fn ") {
            Some(function) => (function, function),
            None => (plain, ""),
        };
        (name.split(['(', ':', '<']).next().unwrap().trim().to_owned(), all.to_owned())
    });
    declared.collect()
}

#[test]
fn pw_22_nobody_is_helped_to_guess_and_nobody_chooses_a_password_for_another() {
    let files = sources(&root().join("alley-core/src"));
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let public: Vec<_> = texts.flat_map(|text| public(&text)).collect();
    assert!(public.len() > 500, "{} public items were read", public.len());

    let banned = ["hint", "question", "default_account", "default_password", "initial_password"];
    let names = public.iter().map(|(name, _)| name);
    let helps: Vec<_> =
        names.filter(|name| banned.iter().any(|part| name.contains(part))).collect();
    assert!(helps.is_empty(), "{helps:?}");

    // A new password comes with a proof of the person: their present one, a token from their mailbox,
    // or, at registration, the link that is mailed before it holds. Accounts that are imported bring the
    // hash that another system stored; no door takes a password for them.
    let mut takes: Vec<_> = public
        .iter()
        .filter(|(_, declared)| declared.contains("&self") && declared.contains("&SecretString"))
        .map(|(name, declared)| (name.as_str(), declared.contains("AccountId")))
        .collect();
    takes.sort_unstable();
    let doors = ["change_password", "register", "reset_password", "sign_in"];
    assert_eq!(takes, doors.map(|door| (door, false)));
}
