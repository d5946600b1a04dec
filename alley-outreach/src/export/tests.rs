use ::csv::ReaderBuilder;
use proptest::prelude::*;

use super::csv::harmless;
use super::*;
use crate::text::MessageText;

fn row(handle: &str, name: &str, body: &str) -> ExportRow {
    ExportRow {
        draft_id: "drf_1".to_owned(),
        attempt: 1,
        state: "queued".to_owned(),
        campaign_name: name.to_owned(),
        creator_handle: Some(handle.to_owned()),
        body: MessageText::new(body),
        ..ExportRow::default()
    }
}

fn written(rows: &[ExportRow], format: ExportFormat) -> (Vec<u8>, ExportReport) {
    let mut bytes = Vec::new();
    let mut exporter = Exporter::begin(&mut bytes, format, DateTime::UNIX_EPOCH).unwrap();
    for row in rows {
        exporter.row(row).unwrap();
    }
    let report = exporter.finish().unwrap();
    (bytes, report)
}

fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

#[test]
fn known_ways_to_smuggle_a_formula_are_closed() {
    for (text, expected) in [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("\u{A0}=1+1", "'\u{A0}=1+1"),
        ("\t=1+1", "' =1+1"),
        ("\r=1+1", "' =1+1"),
        ("\n@SUM(A1)", "' @SUM(A1)"),
        ("\u{0}-2", "'-2"),
        ("\u{200B}+2", "'+2"),
        ("\u{FF1D}1+1", "'\u{FF1D}1+1"),
        ("hello\r\n=1+1", "hello =1+1"),
        ("7212345678901234567", "'7212345678901234567"),
        ("007", "'007"),
        ("42", "42"),
        ("plain", "plain"),
    ] {
        assert_eq!(harmless(text), expected, "{text:?}");
    }
}

#[test]
fn a_spreadsheet_is_quoted_and_marked() {
    let (bytes, report) = written(&[row("a", "b", "say \"hi\"")], ExportFormat::Spreadsheet);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\u{FEFF}\"export_schema\",\"draft_id\""));
    assert!(text.ends_with("\r\n"));
    assert!(text.contains("\"say \"\"hi\"\"\""));
    assert_eq!((report.rows, report.bytes), (1, u64::try_from(text.len()).unwrap()));
}

#[test]
fn json_lines_end_with_a_count_and_the_hash_of_all_before() {
    let rows = [row("a\u{2028}b", "n", "x"), row("c", "n", "y")];
    let (bytes, report) = written(&rows, ExportFormat::JsonLines);
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(report.rows, 2);
    assert_eq!(lines[3]["rows"], 2);
    assert_eq!(lines[1]["creator_handle"], "a\u{2028}b");
    assert!(!text.contains('\u{2028}'));
    assert_eq!(lines[1].as_object().unwrap().len(), COLUMNS.len());
    assert!(lines[1]["outcome"].is_null());
    let body = text.lines().take(3).fold(String::new(), |all, line| all + line + "\n");
    assert_eq!(lines[3]["sha256"], hex(&Sha256::digest(body.as_bytes())));
}

proptest! {
    #[test]
    fn no_spreadsheet_cell_begins_with_a_trigger(
        handle in ".{0,20}",
        name in "[ \t\r\n=+@\u{200B}\u{A0}\u{FF1D}a-]{0,8}",
        body in "[ \n=+@a0-9\"',-]{0,24}",
    ) {
        let (bytes, _) = written(&[row(&handle, &name, &body)], ExportFormat::Spreadsheet);
        let rows = cells(&bytes);
        prop_assert_eq!(rows.len(), 2);
        prop_assert_eq!(rows[1].len(), COLUMNS.len());
        for cell in &rows[1] {
            let first = cell.trim_start().chars().next();
            let folded = first.map(|first| {
                use unicode_normalization::UnicodeNormalization as _;
                std::iter::once(first).nfkc().next().unwrap_or(first)
            });
            prop_assert!(!matches!(folded, Some('=' | '+' | '-' | '@')), "{:?}", cell);
            prop_assert!(!cell.contains(['\t', '\r', '\n', '\0']));
        }
    }

    #[test]
    fn a_machine_file_reads_back_equal(
        handle in ".{0,20}",
        name in "[ \t=,\"\n\ra-]{0,12}",
        body in ".{0,40}",
    ) {
        let source = row(&handle, &name, &body);
        let (bytes, _) = written(std::slice::from_ref(&source), ExportFormat::MachineCsv);
        let rows = cells(&bytes);
        let expected: Vec<String> = source.cells().iter().map(row::Cell::plain).collect();
        prop_assert_eq!(&rows[1], &expected);
    }
}
