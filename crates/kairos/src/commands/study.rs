//! `kairos study`: scenarios × replications in parallel, with results on disk.

use std::{num::NonZero, path::PathBuf};

use kairos::{
    format::grouped,
    load, page, pictures, report,
    simulate::Scenarios,
    study::{Directory, Ending, Finished, Manifest, Plan, Rule, Shard, Stopped, execute},
};
use kairos_model::{check::Overrides, source::DiskFiles, study::Replications};

use super::{Done, assignment, print, remark, told};
use crate::{exit::Exit, interrupt, progress::Bar};

/// Run a study: all its scenarios and replications, in parallel
///
/// Results go to a directory as they come. A study that was interrupted or killed goes on where it stopped when the same command
/// is given again, and by --replications to more of them than there were; its files, timing.json excepted, are the same bytes as if it
/// had run through, for any number of jobs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos study models/skype-selection.ron
  kairos study models/skype-selection.ron --set data=measured.csv --out results/measured
  kairos study models/skype-selection.ron --dry-run

A part of a study for each of four Slurm tasks (sbatch --array=1-4), then the whole:
  kairos study s.ron --shard $SLURM_ARRAY_TASK_ID/4 --out part$SLURM_ARRAY_TASK_ID
  kairos merge part1 part2 part3 part4 --out results/s

The same by MPI, which numbers its processes from 0:
  mpirun -n 4 sh -c 'i=$((OMPI_COMM_WORLD_RANK + 1)); kairos study s.ron --shard $i/4 --out part$i'")]
pub(crate) struct Arguments {
    /// A file with a Study
    #[arg(value_name = "FILE")]
    file: String,

    /// Where the results go [default: results/ and the name of the file]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,

    /// So many replications of each scenario, whatever the study says; those that are there already are kept
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    replications: Option<u64>,

    /// Give a parameter of all scenarios another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    parameters: Vec<(String, String)>,

    /// Say what would be run, and run nothing
    #[arg(long)]
    dry_run: bool,

    /// Run one of N parts, which `kairos merge` joins; a study with a precision runs as many replications as it allows
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let overrides = Overrides {
        parameters: arguments.parameters.clone(),
    };
    let mut checked = told(load::study(&DiskFiles, &arguments.file, &overrides))?;
    if let Some(n) = arguments.replications {
        checked.value.replications = Replications::Fixed(n);
    }
    let (mut plan, mut scenarios) = Scenarios::new(checked.value);
    if arguments.dry_run {
        print(&dry_run(&plan))?;
        return Ok(Exit::Done);
    }
    let interrupt = interrupt::flag();
    if !scenarios.settle(&mut plan, jobs(arguments), &interrupt)? {
        return Ok(Exit::Interrupted);
    }
    let manifest = Manifest::new(
        name(arguments),
        command(arguments),
        plan,
        checked.files,
        arguments.shard.unwrap_or(Shard::WHOLE),
    );
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| default_directory(arguments));
    let directory = Directory::claim(&out, &manifest)?;
    page::keep_pictures(
        &directory,
        &pictures::study(&scenarios.models(), manifest.plan.baseline),
    )?;
    let mut bar = Bar::new();
    let finished = execute(
        &directory,
        &manifest,
        jobs(arguments),
        &scenarios,
        &interrupt,
        &mut bar,
    )?;
    bar.finish();
    conclude(&finished, &directory)
}

fn jobs(arguments: &Arguments) -> usize {
    let processors = std::thread::available_parallelism();
    arguments.jobs.or(processors.ok()).map_or(1, NonZero::get)
}

/// The study's name: its file's, without the extension.
fn name(arguments: &Arguments) -> String {
    let stem = std::path::Path::new(&arguments.file).file_stem();
    stem.map_or_else(
        || "study".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

fn default_directory(arguments: &Arguments) -> PathBuf {
    let mut directory = name(arguments);
    if let Some(Shard { index, of }) = arguments.shard {
        directory += &format!("-{index}-of-{of}");
    }
    PathBuf::from("results").join(directory)
}

/// The command that gives the same results again.
fn command(arguments: &Arguments) -> String {
    let mut words = vec![
        "kairos".to_owned(),
        "study".to_owned(),
        quoted(&arguments.file),
    ];
    for (name, value) in &arguments.parameters {
        words.extend(["--set".to_owned(), quoted(&format!("{name}={value}"))]);
    }
    if let Some(n) = arguments.replications {
        words.extend(["--replications".to_owned(), n.to_string()]);
    }
    words.join(" ")
}

/// As a shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn dry_run(plan: &Plan) -> String {
    let mut text = String::new();
    for scenario in &plan.scenarios {
        text += &format!("{}\n", scenario.name);
    }
    let scenarios = plan.scenarios.len() as u64;
    let total = |n: u64| {
        n.checked_mul(scenarios)
            .map_or_else(|| "too many".to_owned(), grouped)
    };
    text + &match plan.replications {
        Rule::Fixed(n) => format!(
            "{} scenarios × {} replications = {} runs; {} metrics\n",
            grouped(scenarios),
            grouped(n),
            total(n),
            plan.metrics.len()
        ),
        Rule::BatchMeans(n) => format!(
            "{} scenarios × 1 run in {} batches = {} runs; {} metrics\n",
            grouped(scenarios),
            grouped(n),
            total(1),
            plan.metrics.len()
        ),
        Rule::Precision {
            at_least, at_most, ..
        } => format!(
            "{} scenarios × {} to {} replications = {} to {} runs; {} metrics\n",
            grouped(scenarios),
            grouped(at_least),
            grouped(at_most),
            total(at_least),
            total(at_most),
            plan.metrics.len()
        ),
    }
}

fn conclude(finished: &Finished, directory: &Directory) -> Done {
    if let Some(fold) = &finished.fold {
        print(&report::study(fold, &finished.ending))?;
    }
    remark(&format!("Results are in {}", directory.path().display()))?;
    if let Some(fold) = &finished.fold {
        let page = page::write(directory.path(), fold, &finished.ending)?;
        remark(&format!("To look at: {}", page.display()))?;
    }
    let Ending {
        failed, stopped, ..
    } = finished.ending;
    if let Some(fold) = finished.fold.as_ref().filter(|_| failed > 0) {
        for line in report::failures(fold) {
            remark(&line)?;
        }
    }
    Ok(match stopped {
        Stopped::Interrupted => Exit::Interrupted,
        _ if failed > 0 => Exit::Failed,
        _ => Exit::Done,
    })
}
