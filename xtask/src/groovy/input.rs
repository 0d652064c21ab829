//! Shipments of any size, as JSON and as XML: the same ones on every machine.

use std::fmt::Write as _;

use serde_json::{Value, json};

const STATES: [&str; 5] = ["PACKED", "SENT", "RETURNED", "PACKED", "PARTLY"];

struct Line {
    position: usize,
    article: String,
    text: String,
    pieces: usize,
    weight: String,
    state: &'static str,
    depot: String,
    due: String,
}

fn lines(items: usize) -> impl Iterator<Item = Line> {
    (1..=items).map(|n| Line {
        position: n,
        article: format!("art-{}", 200_000 + n * 41),
        text: format!("Spare part {n}, Größe {}, for machines of all kinds", n % 9),
        pieces: n * 11 % 60 + 1,
        weight: format!("{}.{:02}", n * 733 % 900, n * 37 % 90 + 10),
        state: STATES[n % STATES.len()],
        depot: format!("{}", 2_000 + n % 12),
        due: format!("2024-{:02}-{:02}", n % 12 + 1, n % 28 + 1),
    })
}

/// As JSON.
pub(super) fn json(items: usize) -> String {
    let all = lines(items).map(|line| {
        let weight: serde_json::Number =
            serde_json::from_str(&line.weight).expect("invariant: a decimal number");
        json!({
            "position": line.position, "article": line.article, "text": line.text,
            "pieces": line.pieces, "weight": weight, "unit": "PC", "state": line.state,
            "depot": line.depot, "due": line.due,
        })
    });
    let shipment = json!({ "shipment": {
        "number": format!("SH-{items:08}"), "packed": "2024-04-01T09:30:00Z", "currency": "EUR",
        "receiver": {
            "name": "Huber & Söhne OHG", "mail": "dispatch@example.com",
            "address": { "street": "Ringstraße 7", "town": "Graz", "zip": "8010", "country": "AT" },
        },
        "lines": all.collect::<Vec<Value>>(),
    }});
    shipment.to_string()
}

/// As XML.
pub(super) fn xml(items: usize) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Shipment number=\"SH-{items:08}\" packed=\"2024-04-01T09:30:00Z\">\n\
         <Receiver><Name>Huber &amp; Söhne OHG</Name><Mail>dispatch@example.com</Mail><Address><Street>Ringstraße 7</Street>\
         <Town>Graz</Town><Zip>8010</Zip><Country>DE</Country></Address></Receiver>\n<Lines>\n"
    );
    for line in lines(items) {
        let Line {
            position,
            article,
            text,
            pieces,
            weight,
            state,
            depot,
            due,
        } = line;
        _ = writeln!(
            out,
            "<Line position=\"{position}\"><Article>{article}</Article><Text>{text}</Text><Pieces>{pieces}</Pieces>\
             <Weight>{weight}</Weight><Unit>PC</Unit><State>{state}</State><Depot>{depot}</Depot><Due>{due}</Due></Line>"
        );
    }
    out.push_str("</Lines>\n</Shipment>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipments_have_as_many_lines_as_asked() {
        let value: Value = serde_json::from_str(&json(20)).unwrap();
        assert_eq!(value["shipment"]["lines"].as_array().unwrap().len(), 20);
        assert_eq!(xml(20).matches("<Line ").count(), 20);
        assert!((4_000..8_000).contains(&json(20).len()));
    }
}
