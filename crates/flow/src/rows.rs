//! Rows and cells: the tables that steps, timers and channels keep as XML inside a property's text.
//!
//! The text is a sequence of `<row>` elements without a root. Cells are found by their `id`, or, in
//! tables without ids, by position.

use lockgate_xml::{Source, XmlError};
use thiserror::Error;

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    cells: Vec<(Option<String>, String)>,
}

/// A table's text is not a sequence of rows.
#[derive(Debug, Error)]
#[error("the table is not a sequence of rows: {0}")]
pub struct InvalidTable(#[from] XmlError);

impl Row {
    /// The text of the cell with this id; empty when there is none.
    #[must_use]
    pub fn get(&self, id: &str) -> &str {
        self.cells
            .iter()
            .find(|(cell, _)| cell.as_deref() == Some(id))
            .map_or("", |(_, text)| text)
    }

    /// The text of the cell at this position, counted from 0; empty when there is none.
    #[must_use]
    pub fn at(&self, position: usize) -> &str {
        self.cells.get(position).map_or("", |(_, text)| text)
    }

    /// Replaces every cell's text.
    pub(crate) fn map(&mut self, mut change: impl FnMut(&str) -> String) {
        for (_, text) in &mut self.cells {
            *text = change(text);
        }
    }

    /// A row made of named fields.
    pub(crate) fn from_fields(fields: impl Iterator<Item = (String, String)>) -> Self {
        Self {
            cells: fields.map(|(id, text)| (Some(id), text)).collect(),
        }
    }
}

/// Reads the rows of a table. Blank text is a table without rows.
///
/// # Errors
/// When the text is not well-formed.
pub fn parse(text: &str) -> Result<Vec<Row>, InvalidTable> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let source = Source::from_text(format!("<table>{text}</table>"))?;
    let document = source.document()?;
    let rows = document
        .tree()
        .root_element()
        .children()
        .filter(|node| node.has_tag_name("row"))
        .map(|row| Row {
            cells: row
                .children()
                .filter(|node| node.has_tag_name("cell"))
                .map(|cell| (cell.attribute("id").map(str::to_owned), text_of(cell)))
                .collect(),
        });
    Ok(rows.collect())
}

/// All text directly inside an element.
pub(crate) fn text_of(node: roxmltree::Node<'_, '_>) -> String {
    node.children().filter_map(|child| child.text()).collect()
}
