//! The page around the pictures.

use std::fmt::Write as _;

use super::svg::escape;
use super::{Activity, Report, data_map, plan, timeline};

pub(super) fn render(report: &Report) -> String {
    let failed = report.checks.iter().filter(|check| !check.passed).count();
    let verdict = if failed == 0 {
        format!("All {} checks passed", report.checks.len())
    } else {
        format!("{failed} of {} checks failed", report.checks.len())
    };
    let mut html = String::with_capacity(64 * 1024);
    let class = if failed == 0 { "good" } else { "bad" };
    let _ = write!(
        html,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>A seller's journey</title><style>{STYLE}</style></head><body><header>\
         <h1>A seller's journey</h1><p class=\"{class}\">{}</p><p class=\"quiet\">Virtual time {}. \
         All of it happened on one database, over HTTP against local doubles of TikTok Shop and \
         Stripe.</p>{NAVIGATION}</header><main>",
        escape(&verdict),
        report.at.format("%Y-%m-%d %H:%M UTC")
    );
    section(&mut html, "checks", "What was checked", &checks(report));
    section(&mut html, "pacing", "A fortnight of outreach", &timeline::draw(&report.timeline));
    let graph = format!(
        "<p>{}</p><div class=\"wide\">{}</div>",
        escape(&report.plan.title),
        plan::draw(&report.plan)
    );
    section(&mut html, "plan", "The deletion plan and its hold", &graph);
    section(&mut html, "map", "The data map by role", &data_map::draw(&report.elements));
    section(
        &mut html,
        "controller",
        "Records of processing as controller",
        &activities(&report.controller),
    );
    section(
        &mut html,
        "processor",
        "Records of processing as processor",
        &activities(&report.processor),
    );
    html.push_str("</main></body></html>\n");
    html
}

fn section(html: &mut String, id: &str, title: &str, body: &str) {
    let _ = write!(html, r#"<section id="{id}"><h2>{}</h2>{body}</section>"#, escape(title));
}

fn checks(report: &Report) -> String {
    let mut html = String::from("<table class=\"checks\"><tbody>");
    for check in &report.checks {
        let (class, mark) = if check.passed { ("good", "\u{2713}") } else { ("bad", "\u{2717}") };
        let _ = write!(
            html,
            r#"<tr><td class="{class}">{mark}</td><td>{}</td><td>{}</td></tr>"#,
            escape(&check.what),
            escape(&check.found)
        );
    }
    html.push_str("</tbody></table>");
    html
}

fn activities(activities: &[Activity]) -> String {
    let mut html = String::new();
    for activity in activities {
        let _ = write!(html, "<details open><summary>{}</summary><dl>", escape(&activity.name));
        for (term, text) in &activity.cells {
            let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(term), escape(text));
        }
        html.push_str("</dl></details>");
    }
    html
}

const NAVIGATION: &str = "<nav><a href=\"#checks\">Checks</a> <a href=\"#pacing\">Pacing</a> \
<a href=\"#plan\">Deletion plan</a> <a href=\"#map\">Data map</a> \
<a href=\"#controller\">As controller</a> <a href=\"#processor\">As processor</a></nav>";

const STYLE: &str = "
:root{--ink:#1d2433;--quiet:#5b6478;--paper:#fff;--line:#d8dde8;--blue:#2457c5;--soft:#eef3fd;
--green:#1f7a4d;--greensoft:#e6f4ec;--red:#b3261e;--amber:#9a6400;--ambersoft:#fff2d9;--night:#c9cfdd}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf3;--quiet:#a1abc0;--paper:#141925;--line:#333c50;
--blue:#8fb2ff;--soft:#1d2840;--green:#6fd09e;--greensoft:#16301f;--red:#ff8f87;--amber:#f0bd60;
--ambersoft:#3a2c10;--night:#2c3448}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
header,main{max-width:62rem;margin:0 auto;padding:1rem}h1{margin:.2em 0;font-size:1.7rem}
h2{margin:2.2rem 0 .6rem;font-size:1.25rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{margin:0}h4{margin:0 0 .3rem;font-size:.95rem}nav a{margin-right:.8rem;color:var(--blue)}
.quiet{color:var(--quiet);font-size:.875rem}.good{color:var(--green);font-weight:600}
.bad{color:var(--red);font-weight:600}table{border-collapse:collapse;width:100%;font-size:.925rem}
td,th{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
.checks td:first-child{width:1.6rem}.checks td:nth-child(2){width:45%}svg{width:100%;height:auto;display:block}
.wide{overflow-x:auto}.wide svg{min-width:26rem}.map{display:grid;gap:1rem}
@media(min-width:44rem){.map{grid-template-columns:1fr 1fr}}
.side{border:1px solid var(--line);border-radius:8px;padding:.8rem}.side>p{margin:0 0 .6rem}
.side.controller{background:var(--soft)}.side.processor{background:var(--greensoft)}
.box{background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem;margin:.5rem 0}
.box ul{margin:0;padding-left:1.1rem;font-size:.9rem}
details{border:1px solid var(--line);border-radius:8px;padding:.5rem .8rem;margin:.6rem 0}
summary{font-weight:600;cursor:pointer}dl{display:grid;gap:.15rem .8rem;margin:.5rem 0;font-size:.9rem}
@media(min-width:40rem){dl{grid-template-columns:11rem 1fr}}dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}.legend{font-size:.875rem}.key{display:inline-block;width:.8rem;
height:.8rem;border-radius:50%;margin:0 .2rem 0 .8rem;vertical-align:-1px}
.key.confirmed{background:var(--green)}.key.unconfirmed{background:var(--amber)}
.key.night{background:var(--night);border-radius:3px}meter{width:8rem}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .axis,svg .word{fill:var(--quiet);font-size:11px}
svg .name{font-weight:600}svg .day{fill:none;stroke:var(--line)}svg .night{fill:var(--night);opacity:.55}
svg .confirmed{fill:var(--green)}svg .unconfirmed{fill:var(--amber);stroke:var(--ink);stroke-width:1}
svg .node{stroke-width:1.5}svg .deleted{fill:var(--soft);stroke:var(--blue)}
svg .rewritten{fill:var(--greensoft);stroke:var(--green)}
svg .held{fill:var(--ambersoft);stroke:var(--amber);stroke-dasharray:5 3}
svg path{fill:none;stroke:var(--quiet);stroke-width:1.5}svg path.references{stroke-dasharray:4 3}
@media print{body{font-size:11pt}nav{display:none}section{break-inside:avoid}
details{break-inside:avoid}h2{break-after:avoid}}
";
