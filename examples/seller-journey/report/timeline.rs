//! The fortnight: a row a day, quiet hours shaded, a dot for each hand-out.

use std::fmt::Write as _;

use super::svg::{Drawing, escape, unit};
use super::{Fate, Timeline};

const LEFT: u32 = 84;
const HOUR: u32 = 19;
const ROW: u32 = 30;

pub(super) fn draw(timeline: &Timeline) -> String {
    let width = LEFT + 24 * HOUR + 12;
    let mut drawing = Drawing::new(width, "Hand-outs of the fortnight by day and hour");
    for hour in (0..=24).step_by(3) {
        drawing.text((LEFT + hour * HOUR - 6, 14), "axis", &hour.to_string());
    }
    for (index, day) in timeline.days.iter().enumerate() {
        let y = 24 + unit(index) * ROW;
        drawing.text((4, y + 17), "axis", &day.date.format("%a %d %b").to_string());
        drawing.rect((LEFT, y), (24 * HOUR, ROW - 6), "day");
        let (start, end) = timeline.quiet_minutes;
        let spans = if start > end { vec![(0, end), (start, 1_440)] } else { vec![(start, end)] };
        for (from, until) in spans {
            drawing.rect((x(from), y), (x(until) - x(from), ROW - 6), "night");
        }
        for mark in &day.marks {
            let class = match mark.fate {
                Fate::Confirmed => "confirmed",
                Fate::Unconfirmed => "unconfirmed",
            };
            drawing.dot((x(mark.minute), y + 12), class, &mark.label);
        }
    }
    let mut html = drawing.finish(24 + unit(timeline.days.len()) * ROW + 4);
    let _ = write!(
        html,
        r#"<p class="legend"><span class="key confirmed"></span> confirmed by the seller
        <span class="key unconfirmed"></span> never confirmed
        <span class="key night"></span> quiet hours ({})</p>"#,
        escape(&timeline.zone)
    );
    html.push_str("<table><thead><tr><th>Week</th><th>Creators reached</th><th>Quota</th></tr></thead><tbody>");
    for (label, used, limit) in &timeline.weeks {
        let _ = write!(
            html,
            r#"<tr><td>{}</td><td><meter min="0" max="{limit}" value="{used}"></meter> {used}</td><td>{limit}</td></tr>"#,
            escape(label)
        );
    }
    html.push_str("</tbody></table>");
    html
}

fn x(minute: u32) -> u32 {
    LEFT + minute * HOUR / 60
}
