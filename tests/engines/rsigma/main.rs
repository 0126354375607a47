//! Command rsigma runs Sigma rules and correlations with rsigma's own parser and engine.
//!
//! A request is a JSON object on standard input, its answer goes to standard output. What runs is
//! what `rsigma engine eval` runs, without pipelines: the parser of folders (rsigma_parser), the
//! detection engine and the correlation engine (rsigma_eval). The command itself cannot be told that
//! an event is of several log sources.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{stdin, stdout};
use std::path::Path;

use rsigma_eval::event::JsonEvent;
use rsigma_eval::{CorrelationConfig, CorrelationEngine};
use rsigma_parser::{LogSource, SigmaCollection, parse_sigma_directory};
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_reader, to_writer};

/// Asks what the Sigma files of some folders find in events, given in the order of their times.
#[derive(Deserialize)]
struct Request {
    folders: Vec<String>,
    /// Seconds in which a correlation that has fired for a group says nothing (`--suppress`).
    suppress: Option<u64>,
    events: Vec<Record>,
}

/// An event: seconds since 1970, its log sources, its fields.
#[derive(Deserialize)]
struct Record {
    time: i64,
    logsources: Vec<Source>,
    fields: Value,
}

#[derive(Deserialize)]
struct Source {
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    rules: usize,
    correlations: usize,
    /// What the parser could not read or did not understand.
    errors: Vec<String>,
    /// Id of a rule or correlation -> positions of the events at which it fired.
    fired: BTreeMap<String, BTreeSet<usize>>,
}

fn read(folders: &[String]) -> Result<SigmaCollection, Box<dyn Error>> {
    let mut all = SigmaCollection::new();
    for folder in folders {
        let own = parse_sigma_directory(Path::new(folder))?;
        all.rules.extend(own.rules);
        all.correlations.extend(own.correlations);
        all.filters.extend(own.filters);
        all.errors.extend(own.errors);
    }
    Ok(all)
}

impl Source {
    fn logsource(&self) -> LogSource {
        LogSource {
            product: self.product.clone(),
            category: self.category.clone(),
            service: self.service.clone(),
            ..LogSource::default()
        }
    }
}

fn answer(request: &Request) -> Result<Answer, Box<dyn Error>> {
    let all = read(&request.folders)?;
    let mut engine = CorrelationEngine::new(CorrelationConfig {
        suppress: request.suppress,
        ..CorrelationConfig::default()
    });
    engine.add_collection(&all)?;
    let mut fired: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (number, record) in request.events.iter().enumerate() {
        let event = JsonEvent::borrow(&record.fields);
        let mut found = BTreeMap::new();
        for source in &record.logsources {
            for result in engine
                .engine()
                .evaluate_with_logsource(&event, &source.logsource())
            {
                found.insert(result.header.rule_id.clone(), result); // once, whichever source it is
            }
        }
        let detections = found.into_values().collect();
        for result in engine.process_with_detections(&event, detections, record.time) {
            let id = result.header.rule_id.ok_or("a rule has no id")?;
            fired.entry(id).or_default().insert(number);
        }
    }
    Ok(Answer {
        rules: all.rules.len(),
        correlations: all.correlations.len(),
        errors: all.errors,
        fired,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let request: Request = from_reader(stdin().lock())?;
    to_writer(stdout().lock(), &answer(&request)?)?;
    Ok(())
}
