//! What a part of the battery found: notes for the report, and faults.

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// With `cargo test`: minutes in all.
    Ordinary,
    /// With the binary `battery`: hours.
    Long,
}

impl Scale {
    /// One of two sizes.
    #[must_use]
    pub fn pick<T>(self, ordinary: T, long: T) -> T {
        match self {
            Scale::Ordinary => ordinary,
            Scale::Long => long,
        }
    }
}

/// A part of the battery that was run.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// What was done and measured, as lines of the report.
    pub notes: Vec<String>,
    /// What is wrong; nothing, if all is well.
    pub faults: Vec<String>,
}

impl Section {
    /// Nothing found yet.
    #[must_use]
    pub fn new(title: &'static str) -> Self {
        Section {
            title,
            ..Section::default()
        }
    }

    /// Adds a line to the report.
    pub fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    /// Adds a fault unless something holds.
    pub fn require(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(otherwise());
        }
    }

    /// Ends a test.
    ///
    /// # Panics
    /// If there is a fault.
    pub fn assert_sound(&self) {
        assert!(
            self.faults.is_empty(),
            "{}: {} faults\n{}\nnotes:\n{}",
            self.title,
            self.faults.len(),
            self.faults.join("\n\n"),
            self.notes.join("\n")
        );
    }
}
