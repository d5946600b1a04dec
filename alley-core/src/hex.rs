//! Hexadecimal text, both ways.

/// Lower-case digits, two for each byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads exactly `2 * N` digits of either case.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<zeroize::Zeroizing<[u8; N]>> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; N]);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    if pairs.len() != N {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let high = char::from(*high).to_digit(16)?;
        let low = char::from(*low).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_is_read_and_anything_else_is_refused() {
        assert_eq!(encode(&[0, 0x9f, 0xff]), "009fff");
        assert_eq!(*decode::<3>("009fFF").unwrap(), [0, 0x9f, 0xff]);
        for wrong in ["", "009ff", "009fff0", "009ffg", "+09fff", "00 fff", "009fffff"] {
            assert!(decode::<3>(wrong).is_none(), "{wrong}");
        }
    }
}
