//! The data map as a picture: controller left, processor right, categories as boxes.

use std::fmt::Write as _;

use super::svg::escape;
use super::{MapElement, Role};

pub(super) fn draw(elements: &[MapElement]) -> String {
    let mut html = String::from(r#"<div class="map">"#);
    for (role, title, line) in [
        (Role::Controller, "Controller", "decided by the operator"),
        (Role::Processor, "Processor", "done for the seller, on instruction"),
    ] {
        let of_role: Vec<&MapElement> =
            elements.iter().filter(|element| element.role == role).collect();
        let _ = write!(
            html,
            r#"<section class="side {}"><h3>{title}</h3><p class="quiet">{line}</p>"#,
            if role == Role::Controller { "controller" } else { "processor" },
        );
        let mut categories: Vec<&str> = Vec::new();
        for element in &of_role {
            if !categories.contains(&element.category.as_str()) {
                categories.push(&element.category);
            }
        }
        for category in categories {
            let _ = write!(html, r#"<div class="box"><h4>{}</h4><ul>"#, escape(category));
            for element in of_role.iter().filter(|element| element.category == category) {
                let _ = write!(
                    html,
                    r#"<li>{} <span class="quiet">{}</span></li>"#,
                    escape(&element.name),
                    escape(&element.retention)
                );
            }
            html.push_str("</ul></div>");
        }
        html.push_str("</section>");
    }
    html.push_str("</div>");
    html
}
