//! The examples of the language reference.
//!
//! The page shows a rule set, a model and a study first. A later block with fields of one of them is an example of its own, in which these fields take
//! the place of those of the file:
//!
//! - fields of the study: it is checked and run;
//! - fields of the model: it is checked and run; rules whose timers they do not give are switched off, the others must have an effect, and every metric
//!   must have a value;
//! - fields of the rule set: it is checked, and the rules in it must have an effect, each under an exponential clock;
//! - ```` ```text values ```` has lines `expression → value`, which must be equal in the start graph for the match of
//!   `(c:Client)-[k:link]->(s:Server)`.

use std::{collections::BTreeMap, sync::atomic::AtomicBool};

use kairos::{
    load,
    model::{
        check::Overrides, render::Colour, source::MemoryFiles, spec::FileKind, study::Study,
        timer::Family,
    },
    sim::{draw::Randomness, observe::Wanted},
    simulate::{Compiled, Finished, Scenarios},
    study,
};

use super::{
    Block, Page,
    features::{self, Features},
    with_fields,
};

type Files = BTreeMap<String, String>;

/// What is wrong with the examples, and what they show.
#[must_use]
pub fn examples() -> (Vec<String>, Features) {
    let page = Page::read("language.md");
    let mut faults = Vec::new();
    let mut shown = Features::default();
    let mut files = Files::new();
    for block in page.blocks() {
        let Some(file) = block.file() else { continue };
        let outcome = if file == "values" {
            values(&files, &block, &mut shown)
        } else if !block.is("ron") || FileKind::of(&block.text).is_some() {
            files.insert(file.to_owned(), block.text.clone());
            carried_out(&files, file, &mut shown)
        } else {
            fragment(&files, file, &block, &mut shown)
        };
        if let Err(fault) = outcome {
            faults.push(format!("docs/language.md:{}: {fault}", block.line));
        }
    }
    (faults, shown)
}

/// Fields in the place of those of a file.
fn fragment(files: &Files, file: &str, block: &Block, shown: &mut Features) -> Result<(), String> {
    let mut files = files.clone();
    let before = files
        .get(file)
        .ok_or("fields of a file that is not there")?;
    files.insert(file.to_owned(), with_fields(before, &block.text));
    match file {
        "rules.ron" => {
            features::in_rules_text(shown, &files[file]);
            give_timers(&mut files)?;
            carried_out(&files, "model.ron", shown)
        }
        "model.ron" => {
            let model = &files[file];
            let rest = switched_off(&files, &features::timed_rules(model))?;
            let model = model.replacen("    timers: {", &format!("    timers: {{ {rest}"), 1);
            files.insert(file.to_owned(), model);
            carried_out(&files, file, shown)
        }
        _ => carried_out(&files, file, shown),
    }
}

/// Checks a file and notes what it shows. Models and studies are run.
fn carried_out(files: &Files, file: &str, shown: &mut Features) -> Result<(), String> {
    let text = &files[file];
    match FileKind::of(text) {
        Some(FileKind::RuleSet) => {
            features::in_rules_text(shown, text);
            let memory = MemoryFiles(files.clone());
            load::rules(&memory, file)
                .map(|_| ())
                .map_err(|m| m.render(Colour::Never))
        }
        Some(FileKind::Model) => {
            features::in_model_text(shown, text);
            let (compiled, finished) = run(files, file)?;
            features::in_model(shown, compiled.model());
            let idle = idle(&compiled, &finished);
            match idle.is_empty() {
                true => undefined(&finished),
                false => Err(format!("never has an effect: {}", idle.join(", "))),
            }
        }
        Some(FileKind::Study) => {
            features::in_study_text(shown, text);
            let study = study_of(files, file)?;
            features::in_study(shown, &study);
            run_study(study)
        }
        None => Ok(()),
    }
}

/// `Never` for all rules but these.
fn switched_off(files: &Files, but: &[String]) -> Result<String, String> {
    let others = rules_of(files)?
        .into_iter()
        .filter(|rule| !but.contains(rule));
    Ok(others.map(|rule| format!("{rule:?}: Never, ")).collect())
}

fn rules_of(files: &Files) -> Result<Vec<String>, String> {
    let memory = MemoryFiles(files.clone());
    let rules = load::rules(&memory, "rules.ron").map_err(|m| m.render(Colour::Never))?;
    Ok(rules
        .value
        .rules
        .into_iter()
        .map(|rule| rule.name)
        .collect())
}

/// Gives every rule an exponential clock, and leaves out the probes, which are on other rules.
fn give_timers(files: &mut Files) -> Result<(), String> {
    let rules = rules_of(files)?;
    let timers: String = rules
        .iter()
        .map(|rule| format!("{rule:?}: Exponential(rate: 1.0), "))
        .collect();
    let fields = format!("timers: {{ {timers} }},\nprobes: {{}},\n");
    let model = with_fields(&files["model.ron"], &fields);
    files.insert("model.ron".to_owned(), model);
    Ok(())
}

fn run(files: &Files, model: &str) -> Result<(Compiled, Finished), String> {
    let memory = MemoryFiles(files.clone());
    let checked =
        load::model(&memory, model, &Overrides::default()).map_err(|m| m.render(Colour::Never))?;
    let compiled = Compiled::new(checked.value);
    let finished = compiled.run(Randomness::new(1, 0), Wanted::All, &AtomicBool::new(false));
    let finished = finished.map_err(|fault| fault.to_string())?;
    Ok((compiled, finished))
}

/// Rules that are not switched off and never had an effect.
fn idle(compiled: &Compiled, finished: &Finished) -> Vec<String> {
    let model = compiled.model();
    let fired = |rule| finished.observations.firings(rule).events > 0;
    let on = model
        .rules
        .iter()
        .zip(&model.timers)
        .filter(|(_, timer)| timer.law.family != Family::Never);
    let idle = on.filter(|(rule, _)| !model.rule_named(&rule.name).is_some_and(fired));
    idle.map(|(rule, _)| rule.name.clone()).collect()
}

/// Every metric has a value.
fn undefined(finished: &Finished) -> Result<(), String> {
    let metrics = finished.observations.metrics();
    let undefined: Vec<&str> = metrics
        .iter()
        .filter(|m| m.2.is_none())
        .map(|m| m.0.as_str())
        .collect();
    match undefined.is_empty() {
        true => Ok(()),
        false => Err(format!("undefined: {}", undefined.join(", "))),
    }
}

fn study_of(files: &Files, study: &str) -> Result<Study, String> {
    let memory = MemoryFiles(files.clone());
    let checked = load::study(&memory, study, &Overrides::default());
    Ok(checked.map_err(|m| m.render(Colour::Never))?.value)
}

fn run_study(study: Study) -> Result<(), String> {
    let never = AtomicBool::new(false);
    let (mut plan, mut scenarios) = Scenarios::new(study);
    scenarios
        .settle(&mut plan, 1, &never)
        .map_err(|e| e.to_string())?;
    let (fold, _) = study::estimate(&plan, 1, &scenarios, &never).map_err(|e| e.to_string())?;
    let defined = (0..plan.metrics.len()).all(|metric| fold.estimate(0, metric).mean.is_some());
    defined
        .then_some(())
        .ok_or_else(|| "a metric has no mean".to_owned())
}

/// Each expression must have its value: as the guard of a rule that then has a match.
fn values(files: &Files, block: &Block, shown: &mut Features) -> Result<(), String> {
    for line in block.text.lines().filter(|line| !line.is_empty()) {
        let (expression, value) = line
            .split_once('→')
            .ok_or_else(|| format!("no → in `{line}`"))?;
        let rules = format!(
            "rules: {{ \"equal\": (match: \"(c:Client)-[k:link]->(s:Server)\", where: \"({}) = ({})\") }},",
            expression.trim(),
            value.trim()
        );
        let mut files = files.clone();
        files.insert(
            "rules.ron".to_owned(),
            with_fields(&files["rules.ron"], &rules),
        );
        give_timers(&mut files)?;
        let memory = MemoryFiles(files);
        let checked = load::model(&memory, "model.ron", &Overrides::default())
            .map_err(|m| m.render(Colour::Never))?;
        features::in_model(shown, &checked.value);
        let start = Compiled::new(checked.value)
            .start(Randomness::new(1, 0))
            .map_err(|f| f.to_string())?;
        if start.active_count() != 1 {
            return Err(format!("`{}` is not {}", expression.trim(), value.trim()));
        }
    }
    Ok(())
}
