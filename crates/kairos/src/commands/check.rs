//! `kairos check`: every mistake of some files.

use anstream::ColorChoice;
use kairos::load::{self, Mistakes};
use kairos_model::{check::Overrides, render, source::DiskFiles};
use serde::Serialize;

use super::{Done, Format, assignment, print};
use crate::exit::{Exit, Failure};

/// Find every mistake in rule sets, models and studies
///
/// What a file holds is told by its first word. Everything that it needs is read, too: included rule sets, tables, start graphs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos check models/skype.ron
  kairos check rules/*.ron models/*.ron --format json
  kairos check models/skype.ron --set data=measured.csv")]
pub(crate) struct Arguments {
    /// Files with a RuleSet, a Model or a Study
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// How mistakes are shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Give a parameter of models and studies another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    parameters: Vec<(String, String)>,
}

/// The report for programs.
#[derive(Serialize)]
struct Report {
    errors: usize,
    warnings: usize,
    diagnostics: Vec<render::PlainDiagnostic>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let overrides = Overrides {
        parameters: arguments.parameters.clone(),
    };
    let mut mistakes: Vec<Mistakes> = Vec::new();
    let mut told = Vec::new();
    for file in &arguments.files {
        let mut found = match load::any(&DiskFiles, file, &overrides) {
            Ok(content) => content.warnings().clone(),
            Err(found) => *found,
        };
        keep_new(&mut found, &mut told);
        mistakes.push(found);
    }
    let (errors, warnings) = mistakes
        .iter()
        .map(Mistakes::count)
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    match arguments.format {
        Format::Text => {
            mistakes.iter().try_for_each(show)?;
            print(&format!(
                "{}\n",
                summary(arguments.files.len(), errors, warnings)
            ))?;
        }
        Format::Json => {
            let diagnostics = mistakes
                .iter()
                .flat_map(|m| render::plain(&m.sources, &m.diagnostics))
                .collect();
            let report = Report {
                errors,
                warnings,
                diagnostics,
            };
            print(&json(&report))?;
        }
    }
    Ok(if errors > 0 {
        Exit::Mistakes
    } else {
        Exit::Done
    })
}

/// Leaves out what was told before: a rule set and the models that use it have its mistakes in common.
fn keep_new(found: &mut Mistakes, told: &mut Vec<render::PlainDiagnostic>) {
    let sources = &found.sources;
    found.diagnostics.retain(|diagnostic| {
        let plain = render::plain(sources, std::slice::from_ref(diagnostic));
        let new = !plain.iter().all(|one| told.contains(one));
        told.extend(plain);
        new
    });
}

/// Writes mistakes to the standard error, in colour where it shows colours.
pub(crate) fn show(mistakes: &Mistakes) -> Result<(), Failure> {
    use std::io::Write;
    let mut err = anstream::stderr().lock();
    let colour = match err.current_choice() {
        ColorChoice::Never => render::Colour::Never,
        _ => render::Colour::Always,
    };
    let width = terminal_size::terminal_size_of(std::io::stderr());
    let width = width.map_or(render::WIDTH, |(columns, _)| usize::from(columns.0));
    Ok(write!(err, "{}", mistakes.render_in(colour, width))?)
}

/// JSON for the standard output, with a line break behind it.
pub(crate) fn json(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("plain data, with text as keys");
    text + "\n"
}

fn summary(files: usize, errors: usize, warnings: usize) -> String {
    let files = count(files, "file");
    match (errors, warnings) {
        (0, 0) => format!("{files}: no mistakes"),
        (0, _) => format!("{files}: no mistakes, {}", count(warnings, "warning")),
        (_, 0) => format!("{files}: {}", count(errors, "error")),
        _ => format!(
            "{files}: {}, {}",
            count(errors, "error"),
            count(warnings, "warning")
        ),
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
