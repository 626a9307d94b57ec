//! `kairos draw`: type graphs, rules and host graphs as pictures.

use std::path::{Path, PathBuf};

use kairos::{
    error::Error,
    load::{self, Content},
    pictures::{self, Drawn},
    simulate::Compiled,
};
use kairos_model::{check::Overrides, source::DiskFiles, types::TypeGraph};
use kairos_rewrite::matcher::Matcher;
use kairos_sim::draw::Randomness;

use super::{Done, assignment, check, failed, print};
use crate::exit::{Exit, Failure};

/// Draw a type graph, rules, a start graph or a snapshot as SVG pictures
///
/// Of a rule set: types.svg and one picture for each rule, the left side beside the right side. Of a model: the same, with the timers,
/// and start.svg, the host graph at time 0; what its parameters have decided is left out of guards and effects.
/// Of a snapshot (*.graphml): the host graph.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos draw rules/skype-connect.ron
  kairos draw models/skype.ron --out pictures --rule connect --rule reject
  kairos draw models/skype.ron --set clients=20 --random-seed 7
  kairos run models/figure8.ron --snapshot 5:later.graphml && kairos draw later.graphml
  kairos draw later.graphml --hide registered")]
pub(crate) struct Arguments {
    /// A file with a RuleSet or a Model, or a snapshot in GraphML
    #[arg(value_name = "FILE")]
    file: String,

    /// Where the pictures go [default: pictures/ and the name of FILE]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Draw this rule and nothing else; may be given several times
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,

    /// Leave nodes and edges of this type out of a start graph or a snapshot; may be given several times
    #[arg(long = "hide", value_name = "TYPE")]
    hidden: Vec<String>,

    /// The random seed of the start graph
    #[arg(long, value_name = "N", default_value_t = 0)]
    random_seed: u64,

    /// Give a parameter of the model another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    parameters: Vec<(String, String)>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let drawn = match Path::new(&arguments.file).extension() {
        Some(extension) if extension == "graphml" => snapshot(arguments)?,
        _ => content(arguments)?,
    };
    let stem = Path::new(&arguments.file).file_stem().unwrap_or_default();
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| Path::new("pictures").join(stem));
    std::fs::create_dir_all(&out).map_err(Error::io("create", &out))?;
    let mut told = String::new();
    for one in drawn {
        let path = out.join(&one.file);
        std::fs::write(&path, one.picture.svg()).map_err(Error::io("write", &path))?;
        told += &format!("{}\n", path.display());
    }
    print(&told)?;
    Ok(Exit::Done)
}

fn snapshot(arguments: &Arguments) -> Result<Vec<Drawn>, Failure> {
    if !arguments.rules.is_empty() {
        let message = "a snapshot has no rules: leave --rule out";
        return Err(Failure::Because(Exit::Usage, message.to_owned()));
    }
    let path = Path::new(&arguments.file);
    Ok(vec![pictures::snapshot(path, &arguments.hidden)?])
}

fn content(arguments: &Arguments) -> Result<Vec<Drawn>, Failure> {
    let overrides = Overrides {
        parameters: arguments.parameters.clone(),
    };
    let content = load::any(&DiskFiles, &arguments.file, &overrides);
    let content = content.map_err(|mistakes| match check::show(&mistakes) {
        Ok(()) => Failure::Told(Exit::Mistakes),
        Err(failure) => failure,
    })?;
    check::show(content.warnings())?;
    let drawn = match content {
        Content::Rules(rules) => pictures::rule_set(&rules.value),
        Content::Model(model) => {
            let compiled = Compiled::new(model.value);
            are_types(&compiled.model().types, &arguments.hidden)?;
            let mut drawn = pictures::model(compiled.model());
            if arguments.rules.is_empty() {
                let randomness = Randomness::new(arguments.random_seed, 0);
                let start = compiled.start(randomness);
                let start = start.map_err(|error| failed(&error, compiled.model()))?;
                let graph = start.matcher().graph();
                drawn.push(pictures::start(compiled.model(), graph, &arguments.hidden));
            }
            drawn
        }
        Content::Study(_) => {
            let message = format!(
                "{} holds a study, which has no picture of its own; draw its model",
                arguments.file
            );
            return Err(Failure::Because(Exit::Files, message));
        }
    };
    wanted(drawn, &arguments.rules)
}

/// Refuses to hide what is no type.
fn are_types(types: &TypeGraph, hidden: &[String]) -> Result<(), Failure> {
    let nodes = types.nodes.iter().map(|ty| ty.name.as_str());
    let names: Vec<&str> = nodes
        .chain(types.edges.iter().map(|ty| ty.name.as_str()))
        .collect();
    let Some(unknown) = hidden.iter().find(|name| !names.contains(&name.as_str())) else {
        return Ok(());
    };
    let names = names.join(", ");
    let message = format!("--hide: there is no type `{unknown}`; there are {names}");
    Err(Failure::Because(Exit::Usage, message))
}

/// The pictures of the rules that were asked for; all pictures if none was.
fn wanted(drawn: Vec<Drawn>, rules: &[String]) -> Result<Vec<Drawn>, Failure> {
    let names: Vec<String> = drawn.iter().filter_map(|d| d.rule.clone()).collect();
    if let Some(unknown) = rules.iter().find(|rule| !names.contains(rule)) {
        let message = format!(
            "there is no rule `{unknown}`; there are {}",
            names.join(", ")
        );
        return Err(Failure::Because(Exit::Usage, message));
    }
    let is_wanted = |d: &Drawn| d.rule.as_ref().is_some_and(|rule| rules.contains(rule));
    let all = rules.is_empty();
    Ok(drawn.into_iter().filter(|d| all || is_wanted(d)).collect())
}
