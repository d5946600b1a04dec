//! The deletion plan as a graph, from the root on the left to what hangs on it.

use super::svg::{Drawing, unit};
use super::{Outcome, Plan, PlanNode};

const BOX: (u32, u32) = (168, 44);
const COLUMN: u32 = 216;
const ROW: u32 = 62;

pub(super) fn draw(plan: &Plan) -> String {
    let columns = plan.nodes.iter().map(|node| node.depth).max().map_or(1, |depth| depth + 1);
    let places = places(&plan.nodes, columns);
    let rows = places.iter().map(|(_, row)| row + 1).max().unwrap_or(1);
    let mut drawing = Drawing::new(unit(columns) * COLUMN, &plan.title);
    for (from, to, kind) in &plan.edges {
        if let (Some(from), Some(to)) = (places.get(*from), places.get(*to)) {
            let start = (from.0 * COLUMN + BOX.0 + 4, from.1 * ROW + 4 + BOX.1 / 2);
            let end = (to.0 * COLUMN + 4, to.1 * ROW + 4 + BOX.1 / 2);
            drawing.arrow(start, end, kind);
        }
    }
    for (node, (column, row)) in plan.nodes.iter().zip(&places) {
        let (x, y) = (column * COLUMN + 4, row * ROW + 4);
        let (class, word) = match node.outcome {
            Outcome::Deleted => ("node deleted", "erased"),
            Outcome::Rewritten => ("node rewritten", "reference rewritten"),
            Outcome::Held => ("node held", "kept: legal hold"),
        };
        drawing.rect((x, y), BOX, class);
        drawing.text((x + 10, y + 19), "name", &format!("{} \u{d7} {}", node.record, node.count));
        drawing.text((x + 10, y + 35), "word", word);
    }
    drawing.finish(rows * ROW + 8)
}

/// Column and row of each node: the depth, and the next free row in it.
fn places(nodes: &[PlanNode], columns: usize) -> Vec<(u32, u32)> {
    let mut used = vec![0_u32; columns];
    nodes
        .iter()
        .map(|node| {
            let row = used.get_mut(node.depth).map_or(0, |next| {
                let row = *next;
                *next += 1;
                row
            });
            (unit(node.depth), row)
        })
        .collect()
}
