//! `kairos explain`: why rules do not fire.

use kairos::{
    explain::{self, Explanation, Question},
    load::Mistakes,
    simulate::Compiled,
};
use kairos_model::{check, model::Model, render, rule::RuleId};
use serde::Serialize;

use super::{
    Done, Format,
    check::{json, show},
    failed, print,
    run::Replication,
};
use crate::{
    exit::{Exit, Failure},
    interrupt,
};

/// Say why rules do not fire
///
/// First what is known without a run: rules that can never have an effect, types that are never created, attributes that nobody
/// reads, parameters that nothing uses. Then every rule in the start graph, or in the state at a time: how many matches it has and when
/// the first one is due; or how far the best partial matches come, and which node, edge or condition stops them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos explain models/skype-connect.ron
  kairos explain models/skype-connect.ron --rule connect --at 2.5
  kairos explain models/figure8.ron --at end --format json

A run that ended without active events is explained by --at end: the state is that of its last step.")]
pub(crate) struct Arguments {
    /// A file with a Model
    #[arg(value_name = "MODEL")]
    model: String,

    /// Only this rule, in more detail
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,

    /// The state at this time, every event up to it included; `end` for the horizon [default: the start graph]
    #[arg(long, value_name = "T", value_parser = when)]
    at: Option<When>,

    #[command(flatten)]
    replication: Replication,

    /// How the answer is shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// A time, or the end of the run.
#[derive(Clone, Copy, Debug)]
enum When {
    Time(f64),
    End,
}

impl When {
    fn time(self, model: &Model) -> Result<f64, Failure> {
        let run = &model.run;
        match (self, run.horizon) {
            (When::Time(time), _) | (When::End, Some(time)) => Ok(time),
            (When::End, None) if run.stop_when.is_some() || run.limits.steps.is_some() => {
                Ok(f64::INFINITY)
            }
            (When::End, None) => {
                let message = "nothing ends this run: the model has no horizon. Give --at T.";
                Err(Failure::Because(Exit::Usage, message.to_owned()))
            }
        }
    }
}

fn when(text: &str) -> Result<When, String> {
    match text {
        "end" => Ok(When::End),
        _ => super::run::time(text)
            .map(When::Time)
            .map_err(|error| format!("{error}; or `end`")),
    }
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    findings: Vec<render::PlainDiagnostic>,
    #[serde(flatten)]
    explanation: Explanation,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let model = arguments.replication.model(&arguments.model)?;
    // Compiling leaves out what the parameters have decided.
    let findings = check::findings(&model);
    let compiled = Compiled::new(model);
    let model = compiled.model();
    let question = Question {
        randomness: arguments.replication.randomness(),
        at: arguments.at.map(|at| at.time(model)).transpose()?,
        rule: arguments
            .rule
            .as_deref()
            .map(|name| rule(model, name))
            .transpose()?,
    };
    let explanation = explain::explain(&compiled, question, &interrupt::flag())
        .map_err(|error| failed(&error, model))?;
    let found = Mistakes {
        sources: model.sources.clone(),
        diagnostics: match question.rule {
            Some(_) => Vec::new(),
            None => findings.all().collect(),
        },
    };
    match arguments.format {
        Format::Text => {
            show(&found)?;
            print(&explain::text(&explanation))?;
        }
        Format::Json => print(&json(&Answer {
            findings: render::plain(&found.sources, &found.diagnostics),
            explanation: explanation.clone(),
        }))?,
    }
    Ok(explanation.ended.map_or(Exit::Done, Exit::of))
}

fn rule(model: &Model, name: &str) -> Result<RuleId, Failure> {
    let unknown = |message| Failure::Because(Exit::Usage, message);
    model.rule_asked(name).map_err(unknown)
}
