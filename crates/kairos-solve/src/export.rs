//! The chain in the explicit formats of other model checkers.
//!
//! PRISM reads `NAME.tra` (rates), `NAME.sta` (states, with the counts of the model's probes as variables), `NAME.lab` (labels) and one
//! `NAME.PROBE.srew` (state rewards) for each probe that can be read in all states: `prism -importtrans NAME.tra -importstates NAME.sta
//! -importlabels NAME.lab -ctmc`. Storm reads `NAME.storm.tra` and `NAME.storm.lab`: `storm --explicit NAME.storm.tra NAME.storm.lab`.
//! Formats: PRISM manual, *Explicit model files*; Storm documentation, *Explicit format*.

use std::{fmt::Write as _, fs, path::Path};

use kairos_model::{model::Model, probe::Probe};

use crate::{
    chain::Chain,
    error::{Error, Result},
};

/// Writes a chain into a directory, which is made if it is not there; gives the names of the files.
///
/// # Errors
/// Where the chain has no one initial state, or a file cannot be written.
pub fn write(chain: &Chain, model: &Model, directory: &Path, name: &str) -> Result<Vec<String>> {
    let &[(initial, _)] = chain.initial.as_slice() else {
        return Err(Error::ManyStarts(chain.initial.len()));
    };
    let mut files = vec![
        (format!("{name}.tra"), transitions(chain, true)),
        (format!("{name}.sta"), states(chain, model)),
        (format!("{name}.lab"), prism_labels(chain, initial)),
        (format!("{name}.storm.tra"), transitions(chain, false)),
        (format!("{name}.storm.lab"), storm_labels(chain, initial)),
    ];
    for (position, probe) in model.probes.iter().enumerate() {
        if let Some(rewards) = rewards(chain, position) {
            files.push((format!("{name}.{}.srew", file_name(&probe.name)), rewards));
        }
    }
    let failed = |path: &Path, source| Error::Write {
        path: path.display().to_string(),
        source,
    };
    fs::create_dir_all(directory).map_err(|e| failed(directory, e))?;
    for (file, text) in &files {
        let path = directory.join(file);
        fs::write(&path, text).map_err(|e| failed(&path, e))?;
    }
    Ok(files.into_iter().map(|(file, _)| file).collect())
}

/// One line for each rate, by source and target.
fn transitions(chain: &Chain, prism: bool) -> String {
    let mut text = if prism {
        format!("{} {}\n", chain.states(), chain.transitions())
    } else {
        String::from("ctmc\n")
    };
    for (state, row) in chain.rows.iter().enumerate() {
        for (to, rate) in row {
            line(&mut text, format_args!("{state} {to} {rate:?}"));
        }
    }
    text
}

/// States by number, with those readings that are integers in all of them.
fn states(chain: &Chain, model: &Model) -> String {
    let whole = |position: &usize| {
        let fits = |x: f64| x.fract() == 0.0 && x.abs() < 2f64.powi(31);
        let mut readings = chain.readings.iter().map(|r| r[*position]);
        readings.all(|reading| reading.is_some_and(fits))
    };
    let probes: Vec<usize> = (0..model.probes.len()).filter(whole).collect();
    let names = probes.iter().map(|&p| variable(&model.probes[p]));
    let names: Vec<String> = std::iter::once("state".to_owned()).chain(names).collect();
    let mut text = format!("({})\n", names.join(","));
    for (state, readings) in chain.readings.iter().enumerate() {
        let read = probes
            .iter()
            .map(|&p| format!("{}", readings[p].unwrap_or(0.0)));
        let values: Vec<String> = std::iter::once(state.to_string()).chain(read).collect();
        line(&mut text, format_args!("{state}:({})", values.join(",")));
    }
    text
}

/// A probe's name as an identifier that is no word of PRISM's.
fn variable(probe: &Probe) -> String {
    format!("p_{}", file_name(&probe.name))
}

fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}

fn is_dead(chain: &Chain, state: usize) -> bool {
    chain.rows[state].is_empty()
}

fn prism_labels(chain: &Chain, initial: usize) -> String {
    let mut text = String::from("0=\"init\" 1=\"deadlock\"\n");
    for state in 0..chain.states() {
        match (state == initial, is_dead(chain, state)) {
            (true, true) => line(&mut text, format_args!("{state}: 0 1")),
            (true, false) => line(&mut text, format_args!("{state}: 0")),
            (false, true) => line(&mut text, format_args!("{state}: 1")),
            (false, false) => {}
        }
    }
    text
}

fn storm_labels(chain: &Chain, initial: usize) -> String {
    let mut text = String::from("#DECLARATION\ninit deadlock\n#END\n");
    for state in 0..chain.states() {
        match (state == initial, is_dead(chain, state)) {
            (true, true) => line(&mut text, format_args!("{state} init deadlock")),
            (true, false) => line(&mut text, format_args!("{state} init")),
            (false, true) => line(&mut text, format_args!("{state} deadlock")),
            (false, false) => {}
        }
    }
    text
}

/// The reading of a probe in each state, zeros left out; nothing for a probe that cannot be read in all.
fn rewards(chain: &Chain, probe: usize) -> Option<String> {
    let readings = chain.readings.iter().map(|r| r[probe]);
    let readings: Option<Vec<f64>> = readings.collect();
    let readings = readings?;
    let nonzero = readings.iter().enumerate().filter(|(_, x)| **x != 0.0);
    let mut text = format!("{} {}\n", chain.states(), nonzero.clone().count());
    for (state, reading) in nonzero {
        line(&mut text, format_args!("{state} {reading:?}"));
    }
    Some(text)
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes everything");
}
