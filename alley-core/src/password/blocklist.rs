//! Passwords that attackers try first.
//!
//! Lists of leaked passwords hold almost nothing of 15 characters and more that is not one of
//! three things: a short piece repeated, a walk along the keyboard, the alphabet or the digits, or
//! a well-known phrase. The first two are recognised by their form, which covers far more than a
//! list could hold; the third is the list below: 141 phrases, and all pairs of its 40 words. Whole
//! passwords are compared, never parts.

/// Whether the password is one of those, letters taken without regard to case.
pub(super) fn contains(password: &str, own_words: &[&str]) -> bool {
    let folded = zeroize::Zeroizing::new(password.to_lowercase());
    let letters = zeroize::Zeroizing::new(folded.chars().collect::<Vec<_>>());
    is_repetition(&letters)
        || is_walk(&letters)
        || PHRASES.contains(&folded.as_str())
        || is_made_of_common_words(&folded)
        || is_made_of_own_words(&folded, own_words)
}

/// One piece of at most eight characters, again and again; the last time may be cut short.
fn is_repetition(letters: &[char]) -> bool {
    (1..=8).any(|period| {
        letters.len() >= period * 2
            && letters.iter().zip(letters.iter().skip(period)).all(|(a, b)| a == b)
    })
}

/// A piece of a well-known row, forwards or backwards, going round at its end.
fn is_walk(letters: &[char]) -> bool {
    ROWS.iter().any(|row| {
        let row: Vec<char> = row.chars().collect();
        let forwards = row.iter().cycle();
        let backwards = row.iter().rev().cycle();
        (0..row.len()).any(|start| {
            letters.iter().eq(forwards.clone().skip(start).take(letters.len()))
                || letters.iter().eq(backwards.clone().skip(start).take(letters.len()))
        })
    })
}

/// One or two of the common words, with or without digits at the end. A word may end in digits itself.
fn is_made_of_common_words(folded: &str) -> bool {
    let is_end = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || c == '!');
    behind_a_word(folded).any(|rest| {
        let second = rest.trim_start_matches(['-', '_', ' ', '.']);
        is_end(rest) || behind_a_word(second).any(is_end)
    })
}

/// What is left of a text behind each common word that it begins with.
fn behind_a_word(text: &str) -> impl Iterator<Item = &str> {
    WORDS.iter().filter_map(|word| text.strip_prefix(word))
}

/// Only words of the account and the product, in any order, with digits and marks between.
fn is_made_of_own_words(folded: &str, own_words: &[&str]) -> bool {
    let mut words: Vec<String> = own_words.iter().map(|word| word.to_lowercase()).collect();
    words.retain(|word| word.chars().count() >= 3);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = folded;
    let mut found = false;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = words.iter().find_map(|word| rest.strip_prefix(word.as_str())) {
            rest = after;
            found = true;
        } else if first.is_alphabetic() {
            return false;
        } else {
            rest = rest.strip_prefix(first).unwrap_or_default();
        }
    }
    found
}

const ROWS: &[&str] = &[
    "0123456789",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "abcdefghijklmnopqrstuvwxyz1234567890",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9j0",
    "!@#$%^&*()",
    "!@#$%^&*()_+",
];

const WORDS: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "motdepasse",
    "contraseña",
    "letmein",
    "welcome",
    "qwerty",
    "qwertz",
    "azerty",
    "iloveyou",
    "admin",
    "administrator",
    "changeme",
    "secret",
    "default",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "starwars",
    "pokemon",
    "michael",
    "jennifer",
    "trustno1",
    "whatever",
    "computer",
    "internet",
    "login",
    "master",
    "shadow",
    "forever",
    "tiktok",
    "tiktokshop",
];

const PHRASES: &[&str] = &[
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "correct-horse-battery-staple",
    "thequickbrownfox",
    "the quick brown fox",
    "thequickbrownfoxjumpsoverthelazydog",
    "the quick brown fox jumps over the lazy dog",
    "tobeornottobethatisthequestion",
    "to be or not to be",
    "tobeornottobe123",
    "maytheforcebewithyou",
    "may the force be with you",
    "ihaveadreamtoday",
    "onceuponatimeinthewest",
    "onceuponatime123",
    "inthebeginningwastheword",
    "supercalifragilisticexpialidocious",
    "nevergonnagiveyouup",
    "never gonna give you up",
    "nevergonnaletyoudown",
    "letmeinletmein1",
    "letmeinplease123",
    "pleaseletmein123",
    "opensesameopensesame",
    "open sesame open sesame",
    "thisismypassword",
    "thisismypassword1",
    "thisismypassword123",
    "this is my password",
    "thisisapassword",
    "thisisapassword1",
    "this is a password",
    "thisisnotapassword",
    "this is not a password",
    "thisisasecurepassword",
    "thisisastrongpassword",
    "mysecretpassword",
    "mysecretpassword1",
    "my secret password",
    "mypasswordissecret",
    "mypasswordispassword",
    "mypasswordis1234",
    "mypassword123456",
    "mypassword1234567",
    "mynewpassword123",
    "my new password",
    "averylongpassword",
    "a very long password",
    "averysecurepassword",
    "averystrongpassword",
    "verysecurepassword",
    "verystrongpassword",
    "verylongpassword",
    "verylongpassword1",
    "supersecretpassword",
    "super secret password",
    "supersecurepassword",
    "superstrongpassword",
    "topsecretpassword",
    "securepassword123",
    "securepassword1234",
    "strongpassword123",
    "strongpassword1234",
    "longpassword12345",
    "newpassword12345",
    "temporarypassword",
    "temporarypassword1",
    "temppassword1234",
    "testpassword1234",
    "testpassword12345",
    "examplepassword",
    "examplepassword1",
    "defaultpassword1",
    "changethispassword",
    "change this password",
    "pleasechangeme123",
    "pleasechangethis",
    "changemeplease123",
    "changemenow12345",
    "iforgotmypassword",
    "i forgot my password",
    "idontknowmypassword",
    "ihatepasswords123",
    "nopasswordneeded",
    "passwordpassword",
    "administrator123",
    "administrator1234",
    "rootrootrootroot",
    "qwertyuiop123456",
    "qwertyuiop1234567",
    "qwertyuiop12345678",
    "qwertyuiop123456789",
    "qwertyuiop1234567890",
    "qwerty1234567890",
    "qwerty123456789",
    "asdfghjkl123456",
    "asdfghjkl1234567",
    "asdfghjkl123456789",
    "zxcvbnm123456789",
    "zxcvbnm12345678",
    "abcdefgh12345678",
    "abcdefghi123456789",
    "abcdef1234567890",
    "abc123abc123abc1",
    "1qaz2wsx3edc4rfv!",
    "1qaz!qaz2wsx@wsx",
    "!qaz2wsx#edc4rfv",
    "1qazxsw23edcvfr4",
    "zaq12wsxcde34rfv",
    "iloveyouforever",
    "iloveyouforever1",
    "i love you forever",
    "iloveyousomuch1",
    "iloveyousomuch123",
    "i love you so much",
    "iloveyoubaby123",
    "iloveyoumore123",
    "ilovemyfamily123",
    "iwillalwaysloveyou",
    "ilovejesuschrist",
    "jesuslovesyou123",
    "jesusismysavior",
    "godisgoodallthetime",
    "manchesterunited",
    "manchesterunited1",
    "liverpoolfc12345",
    "christianoronaldo",
    "cristianoronaldo",
    "cristianoronaldo7",
    "realmadridfc123",
    "harrypotterhogwarts",
    "lordoftherings123",
    "thelordoftherings",
    "winteriscoming1",
    "winteriscoming123",
    "winter is coming",
    "happybirthdaytoyou",
    "merrychristmas123",
    "happynewyear2024",
    "happynewyear2025",
    "happynewyear2026",
];

/// The entries that are no form of their own: phrases, and pairs of words, joined as people join them.
#[cfg(test)]
pub(super) fn entries() -> impl Iterator<Item = String> {
    let pairs = WORDS.iter().flat_map(|first| WORDS.iter().map(move |second| (first, second)));
    let pairs = pairs.flat_map(|(first, second)| {
        ["", "-", "_", ".", " "].map(|between| format!("{first}{between}{second}"))
    });
    PHRASES.iter().map(|phrase| (*phrase).to_owned()).chain(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listed_phrase_is_refused_whatever_its_case() {
        for phrase in PHRASES {
            assert!(contains(phrase, &[]), "{phrase}");
            assert!(contains(&phrase.to_uppercase(), &[]), "{phrase}");
        }
    }

    #[test]
    fn repetitions_and_walks_are_refused() {
        for bad in [
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabcab",
            "pass1234pass1234",
            "123456789012345",
            "567890123456789",
            "987654321098765",
            "abcdefghijklmno",
            "QWERTYUIOPASDFG",
            "1q2w3e4r5t6y7u8",
            "!@#$%^&*()!@#$%",
        ] {
            assert!(contains(bad, &[]), "{bad}");
        }
    }

    #[test]
    fn pairs_of_common_words_are_refused_with_digits_behind() {
        for bad in
            ["passwordpassword", "Welcome-Password1", "administrator2026!", "iloveyou dragon"]
        {
            assert!(contains(bad, &[]), "{bad}");
        }
    }

    #[test]
    fn words_of_the_account_alone_are_refused() {
        let own = ["Alley", "alice", "example.test", "test"];
        assert!(contains("Alice@example.test", &own));
        assert!(contains("alley-alice-2026", &own));
        assert!(!contains("alley of violets", &own));
        assert!(!contains("alice in borrowed boots", &own));
        assert!(!contains("482915306274918", &own));
    }

    #[test]
    fn a_password_that_only_holds_a_listed_one_is_accepted() {
        assert!(!contains("my password is a herring", &[]));
        assert!(!contains("x thequickbrownfox", &[]));
    }
}
