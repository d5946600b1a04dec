/// Draws that depend on nothing but a seed: `SplitMix64`.
///
/// The same seed gives the same shop on every machine. Not for secrets.
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// Starts at that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent sequence for one thing out of many, so that the thing can be drawn again
    /// without drawing all before it.
    pub fn of(seed: u64, stream: u64, index: u64) -> Self {
        let mut mixed = Self(seed ^ stream.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let base = mixed.draw();
        Self(base ^ index.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw().checked_rem(limit).unwrap_or(0)
    }

    /// Whether a chance of one in `n` came up.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A decimal number of exactly `count` digits, the first from 1 to 9.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|place| {
                let digit = if place == 0 { 1 + self.below(9) } else { self.below(10) };
                char::from(b'0' + u8::try_from(digit).unwrap_or(0))
            })
            .collect()
    }

    /// An amount below 200 as a decimal string with two places.
    pub fn money(&mut self) -> String {
        let whole = self.below(200);
        format!("{whole}.{:02}", self.below(100))
    }

    /// One of the choices; the empty text if there is none.
    pub fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        let at = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(at).copied().unwrap_or_default()
    }

    /// Letters and digits, as in ids and tokens of the services.
    pub fn letters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count)
            .map(|_| {
                let at = usize::try_from(self.below(62)).unwrap_or(0);
                char::from(ALPHABET.get(at).copied().unwrap_or(b'A'))
            })
            .collect()
    }

    /// `count` short words joined by spaces; two of the 26 are not ASCII.
    pub fn words(&mut self, count: usize) -> String {
        const WORDS: [&str; 26] = [
            "soft", "warm", "lamp", "mint", "pack", "travel", "mini", "large", "steel", "cup",
            "bag", "set", "oak", "café", "pen", "light", "slim", "kit", "case", "blue", "圆",
            "green", "wool", "snack", "brush", "tea",
        ];
        (0..count).map(|_| self.pick(&WORDS)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    /// First outputs of `SplitMix64` for seed 0, as published with the reference implementation.
    #[test]
    fn draws_are_those_of_splitmix64() {
        let mut seed = Seed::new(0);
        assert_eq!(seed.draw(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(seed.draw(), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(seed.draw(), 0x06C4_5D18_8009_454F);
    }

    #[test]
    fn digits_have_the_asked_length() {
        let text = Seed::new(7).digits(19);
        assert_eq!(text.len(), 19);
        assert!(!text.starts_with('0'));
    }
}
