//! The page of small results: whole, damaged, and with names that try to be markup.

use std::{collections::BTreeMap, io};

use crate::{Finding, Picture, Results, Words, names, page};

/// A name that would do something if it were not escaped.
const HOSTILE: &str = "</script><script>alert('x')</script>";

/// Results of two scenarios at two points, as the files that a study leaves.
fn files(scenario: &str) -> BTreeMap<&'static str, String> {
    let quoted = format!("\"{scenario}, n = 1\"");
    let point = |n: u32| {
        serde_json::json!({
            "name": format!("{scenario}, n = {n}"), "group": scenario, "point": [["n", n.to_string()]],
            "parameters": [["n", n.to_string()], ["rate", "0.5"]], "settings": [["timer of serve", format!("Deterministic({n}.0)")]], "horizon": 10.0, "warm_up": 0.0,
        })
    };
    let manifest = serde_json::json!({
        "kairos": "0.1.0", "study": scenario, "command": format!("kairos study {scenario}"), "files": [{"path": "a.ron", "sha256": "abc"}],
        "plan": {
            "scenarios": [point(1), point(2)], "baseline": 0, "replications": {"fixed": 4}, "confidence": 0.95, "random_seed": 7,
            "time_unit": "s",
        },
    });
    let second = quoted.replace("n = 1", "n = 2");
    let picture = Picture {
        name: scenario.to_owned(),
        svg: "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>#</text></svg>".to_owned(),
    };
    [
        (names::MANIFEST, manifest.to_string()),
        (names::OUTCOME, "{\"complete\": true, \"replications\": 4, \"stopped\": \"fixed\", \"failed\": 0}".to_owned()),
        (
            names::SUMMARY,
            format!("scenario,metric,unit,n,undefined,mean,sd,low,high\n{quoted},m.mean,s,4,0,1.0,0.5,0.5,1.5\n{second},m.mean,s,4,0,2.0,0.5,1.5,2.5\n"),
        ),
        (
            names::COMPARISON,
            format!("scenario,baseline,metric,difference,low,high,pairs,p_holm\n{second},{quoted},m.mean,1.0,0.8,1.2,4,0.001\n"),
        ),
        (names::RANKING, format!("metric,scenario,may_be_best\nm.mean,{quoted},true\n")),
        (names::SERIES, format!("scenario,probe,unit,time,mean,low,high\n{quoted},queue,,0.0,0.0,,\n{quoted},queue,,1.0,2.0,1.0,3.0\n")),
        (names::DISTRIBUTIONS, format!("scenario,metric,value,share\n{quoted},m.mean,0.5,0.5\n{quoted},m.mean,1.5,1.0\n")),
        (names::HISTOGRAMS, format!("scenario,metric,from,to,count\n{quoted},m.mean,0.5,1.0,2\n{quoted},m.mean,1.0,1.5,2\n")),
        (names::FIRINGS, format!("scenario,rule,on,mean,low,high\n{quoted},serve,true,0.0,0.0,0.0\n{second},serve,false,,,\n")),
        (names::PICTURES, serde_json::to_string(&[picture]).unwrap()),
    ]
    .into()
}

fn read(files: &BTreeMap<&str, String>) -> Option<Results> {
    Results::read(&|name| match files.get(name) {
        Some(text) => Ok(text.clone().into_bytes()),
        None => Err(io::ErrorKind::NotFound.into()),
    })
}

fn words(scenario: &str) -> Words {
    Words {
        findings: vec![Finding {
            metric: "m.mean".to_owned(),
            text: format!("`{scenario}, n = 2` is higher."),
            sums_up: false,
        }],
        warnings: Some(Vec::new()),
    }
}

#[test]
fn a_page_shows_all_that_was_asked_for() {
    let made = page(&read(&files("slow")).unwrap(), &words("slow"));
    for part in [
        "timer of serve",
        "Deterministic(2.0)",
        "or of the first scenario in which a rule is switched on",
        "<h1>slow</h1>",
        "2 scenarios · 4 replications of each · 1 metric · random seed 7 · Kairos 0.1.0",
        "kairos study slow",
        "<b>slow, n = 2</b> is higher.",
        "95 % interval",
        "title=\"higher than slow, n = 1\"",
        "title=\"may be the best\"",
        "\"file\":\"m.mean-by-n\"",
        "\"file\":\"m.mean-histogram\"",
        "\"file\":\"m.mean-distribution\"",
        "\"file\":\"queue-series\"",
        "switched off",
        ">never<",
        "src=\"data:image/svg+xml,%3Csvg",
        "<dt>rate</dt><dd>0.5</dd>",
        "No warnings",
    ] {
        assert!(made.contains(part), "{part} is not on the page");
    }
    assert!(!made.contains("Missing or damaged"));
    assert_eq!(made, page(&read(&files("slow")).unwrap(), &words("slow")));
}

/// Values of attributes by which a page may ask for something.
fn addresses(page: &str) -> Vec<&str> {
    let behind = |attribute: &'static str| page.split(attribute).skip(1);
    let values = behind(" src=\"").chain(behind(" href=\""));
    values.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_page_asks_for_nothing() {
    let made = page(&read(&files("slow")).unwrap(), &words("slow"));
    let found = addresses(&made);
    assert!(found.len() > 5);
    for address in found {
        assert!(
            address.starts_with('#') || address.starts_with("data:"),
            "{address}"
        );
    }
    for asking in ["http://", "https://", "@import", "url("] {
        let outside = made.split(asking).count() - 1;
        // The name space of SVG is an address that nobody visits.
        let spaces = made.split("xmlns=%22http://").count() - 1;
        assert_eq!(
            outside,
            if asking == "http://" { spaces } else { 0 },
            "{asking}"
        );
    }
}

#[test]
fn names_are_escaped_wherever_they_stand() {
    let mut hostile = words(HOSTILE);
    hostile.warnings = Some(vec![HOSTILE.to_owned()]);
    let plain = page(&read(&files("slow")).unwrap(), &words("slow"));
    let made = page(&read(&files(HOSTILE)).unwrap(), &hostile);
    let tags = |page: &str| page.matches("<script").count();
    assert!(made.contains("alert(&#39;x&#39;)"));
    assert!(!made.contains("<script>alert"));
    assert_eq!(tags(&made), tags(&plain));
}

#[test]
fn what_is_missing_is_said_and_takes_nothing_else_along() {
    let whole = files("slow");
    for gone in whole.keys() {
        let mut files = whole.clone();
        files.remove(gone);
        let made = page(&read(&files).unwrap(), &words("slow"));
        assert!(made.contains(&format!("{gone} is missing")), "{gone}");
        let kept = [
            (names::SUMMARY, "0.50 … 1.50"),
            (names::SERIES, "queue-series"),
            (names::MANIFEST, "kairos study slow"),
        ];
        for (file, part) in kept {
            assert_eq!(made.contains(part), file != *gone, "{part} without {gone}");
        }
    }
}

#[test]
fn files_cut_off_anywhere_make_a_page() {
    let whole = files("slow");
    for (name, text) in &whole {
        for cut in (0..text.len()).filter(|&i| text.is_char_boundary(i)) {
            let mut files = whole.clone();
            files.insert(name, text[..cut].to_owned());
            let made = page(&read(&files).unwrap(), &words("slow"));
            // A table may be cut between two rows, where nobody can tell; JSON may not.
            let told = made.contains(&format!("{name} is damaged"));
            let unseen = name.ends_with(".csv") && (cut == 0 || text[..cut].ends_with('\n'));
            let json_whole = !name.ends_with(".csv")
                && serde_json::from_str::<serde_json::Value>(&text[..cut]).is_ok();
            assert_eq!(told, !unseen && !json_whole, "{name} cut at {cut}");
        }
    }
}

#[test]
fn other_files_are_no_results() {
    assert!(read(&BTreeMap::new()).is_none());
    let other = [(names::SUMMARY, "a,b\n1,2\n".to_owned())].into();
    assert!(read(&other).is_none());
}

#[test]
fn a_page_without_a_journal_does_not_say_that_all_is_well() {
    let made = page(&read(&files("slow")).unwrap(), &Words::default());
    assert!(!made.contains("No warnings"));
    assert!(made.contains("The journal cannot be read"));
}
