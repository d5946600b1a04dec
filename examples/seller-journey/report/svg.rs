//! Small helpers for drawings.

use std::fmt::Write as _;

/// Text that is safe inside HTML and SVG.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A drawing in progress.
#[derive(Debug)]
pub(crate) struct Drawing {
    width: u32,
    label: String,
    body: String,
}

impl Drawing {
    /// A drawing of this width in units; `label` is what a screen reader says.
    pub(crate) fn new(width: u32, label: &str) -> Self {
        Self { width, label: escape(label), body: String::new() }
    }

    /// A rectangle with round corners.
    pub(crate) fn rect(&mut self, at: (u32, u32), size: (u32, u32), class: &str) {
        let ((x, y), (width, height)) = (at, size);
        self.push(&format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" class="{class}"/>"#
        ));
    }

    /// A line of text; `at` is its baseline.
    pub(crate) fn text(&mut self, at: (u32, u32), class: &str, text: &str) {
        let ((x, y), text) = (at, escape(text));
        self.push(&format!(r#"<text x="{x}" y="{y}" class="{class}">{text}</text>"#));
    }

    /// A dot with a title that shows when it is pointed at.
    pub(crate) fn dot(&mut self, at: (u32, u32), class: &str, title: &str) {
        let ((x, y), title) = (at, escape(title));
        self.push(&format!(
            r#"<circle cx="{x}" cy="{y}" r="6" class="{class}"><title>{title}</title></circle>"#
        ));
    }

    /// A curved arrow from left to right.
    pub(crate) fn arrow(&mut self, from: (u32, u32), to: (u32, u32), class: &str) {
        let middle = u32::midpoint(from.0, to.0);
        self.push(&format!(
            r#"<path d="M{} {} C{middle} {} {middle} {} {} {}" class="{class}"/>"#,
            from.0, from.1, from.1, to.1, to.0, to.1
        ));
    }

    /// The finished drawing.
    pub(crate) fn finish(self, height: u32) -> String {
        format!(
            r#"<svg viewBox="0 0 {0} {height}" style="max-width:{0}px" role="img" aria-label="{1}">{2}</svg>"#,
            self.width, self.label, self.body
        )
    }

    fn push(&mut self, element: &str) {
        // Writing to a text cannot fail.
        let _ = write!(self.body, "{element}");
    }
}

/// A count as a coordinate.
pub(crate) fn unit(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX / 64)
}
