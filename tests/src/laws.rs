//! Closed forms: the shipped engine agrees with them, and wrong engines do not.

use crate::{
    closed_form::{self, Case, Comparison, Engine, FAMILIES},
    section::{Scale, Section},
    wrong,
};

/// Compares the shipped engine with every closed form.
#[must_use]
pub fn closed_forms(scale: Scale) -> Section {
    let mut section = Section::new("Closed forms");
    let mut figures = 0;
    for (family, cases) in FAMILIES {
        let cases = cases();
        section.note(format!("{family}:"));
        for case in &cases {
            let case = Case {
                replications: case.replications * scale.pick(1, 10),
                ..case.clone()
            };
            let tested = closed_form::test(&case, Engine::SHIPPED);
            figures += tested.first.len();
            tested
                .first
                .iter()
                .for_each(|c| section.note(format!("  {}", c.row())));
            section
                .faults
                .extend(tested.failed.iter().map(Comparison::row));
        }
    }
    section.note(format!("{figures} figures"));
    section
}

/// Every wrong engine must be found out, in both stages, by a case that the right one passes.
#[must_use]
pub fn wrong_engines() -> Section {
    let mut section = Section::new("Wrong engines");
    for wrong in wrong::all() {
        let tested = closed_form::test(&wrong.case, wrong.engine);
        section.require(!tested.failed.is_empty(), || {
            let rows: Vec<_> = tested.first.iter().map(Comparison::row).collect();
            format!("{}: not caught\n{}", wrong.mistake, rows.join("\n"))
        });
        if let Some(worst) = tested.failed.first() {
            section.note(format!("{:<42} caught: {}", wrong.mistake, worst.row()));
        }
    }
    section
}
