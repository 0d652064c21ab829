//! Where UTF-16 units are in long text that is not ASCII: one mark every [`SPACING`] units, so that
//! a position costs no walk through the whole text.

/// Units between two marks.
const SPACING: usize = 256;

/// The unit and the byte at which a character begins.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) unit: usize,
    pub(super) byte: usize,
}

/// The marks of a text, in order; the first is its beginning.
pub(super) struct Marks(Box<[Mark]>);

impl Marks {
    /// Bytes from which on a text gets marks.
    pub(super) const FROM: usize = 1024;
    /// Of a text that is too short for marks.
    pub(super) const START: Mark = Mark { unit: 0, byte: 0 };

    pub(super) fn of(text: &str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / SPACING + 1);
        let mut unit = 0;
        for (byte, c) in text.char_indices() {
            // The character that holds the unit, which may be the second of its pair.
            if unit + c.len_utf16() > marks.len() * SPACING {
                marks.push(Mark { unit, byte });
            }
            unit += c.len_utf16();
        }
        Self(marks.into_boxed_slice())
    }

    /// The last mark that is not behind a unit.
    pub(super) fn before_unit(&self, unit: usize) -> Mark {
        let last = self.0.len().saturating_sub(1);
        let mark = self.0.get((unit / SPACING).min(last));
        mark.copied().unwrap_or(Self::START)
    }

    /// The last mark that is not behind a byte.
    pub(super) fn before_byte(&self, byte: usize) -> Mark {
        let behind = self.0.partition_point(|mark| mark.byte <= byte);
        let mark = self.0.get(behind.saturating_sub(1));
        mark.copied().unwrap_or(Self::START)
    }

    /// Bytes it takes.
    pub(super) fn size(&self) -> usize {
        size_of_val(&*self.0)
    }
}
