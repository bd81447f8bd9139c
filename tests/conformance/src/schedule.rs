//! Running all cases in all languages, several at once, and judging the languages together.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::compare::difference;
use crate::known::Known;
use crate::launch::Launch;
use crate::load::Source;
use crate::report::{Cell, Matrix, Row};
use crate::run::{self, Outcome, Player};
use crate::testee::Testee;

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) cases: Vec<Source>,
    pub(crate) launches: Vec<Launch>,
    pub(crate) known: Known,
    pub(crate) vectors: PathBuf,
    pub(crate) jobs: usize,
}

type Results = BTreeMap<(usize, String), (Cell, Vec<Value>)>;

/// Runs the plan. Testees that do not end when asked are defects of their language, returned beside the matrix.
pub(crate) async fn run(plan: Plan) -> (Matrix, Vec<String>) {
    let plan = Arc::new(plan);
    let tasks: VecDeque<(usize, usize)> = (0..plan.cases.len())
        .flat_map(|case| (0..plan.launches.len()).map(move |launch| (case, launch)))
        .collect();
    let queue = Arc::new(Mutex::new(tasks));
    let workers: Vec<_> =
        (0..plan.jobs.max(1)).map(|_| tokio::spawn(work(Arc::clone(&plan), Arc::clone(&queue)))).collect();
    let mut results = Results::new();
    let mut defects = Vec::new();
    for worker in workers {
        match worker.await {
            Ok((some, more)) => {
                results.extend(some);
                defects.extend(more);
            }
            Err(error) => defects.push(format!("a worker ended: {error}")),
        }
    }
    (matrix(&plan, results), defects)
}

/// Takes cases off the queue until it is empty. Each worker has one testee per language, used again and again.
async fn work(plan: Arc<Plan>, queue: Arc<Mutex<VecDeque<(usize, usize)>>>) -> (Results, Vec<String>) {
    let mut testees: BTreeMap<usize, Testee> = BTreeMap::new();
    let mut results = Results::new();
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    while let Some((index, launch)) = next() {
        let (source, language) = (&plan.cases[index], &plan.launches[launch]);
        let (cell, values) = one(&plan, source, launch, &mut testees).await;
        results.insert((index, language.language.clone()), (cell, values));
    }
    let mut defects = Vec::new();
    for (launch, testee) in testees {
        let language = &plan.launches[launch].language;
        defects.extend(testee.quit().await.err().map(|defect| format!("{language}: {defect}")));
    }
    (results, defects)
}

async fn one(
    plan: &Plan,
    source: &Source,
    launch: usize,
    testees: &mut BTreeMap<usize, Testee>,
) -> (Cell, Vec<Value>) {
    let language = &plan.launches[launch];
    let case = match source.case(0, &Map::new()) {
        Ok(case) => case,
        Err(problem) => return (Cell::Fail(problem), Vec::new()),
    };
    if let Some(why) = case.skip.get(&language.language).or_else(|| case.skip.get("all")) {
        return (Cell::Skip(why.clone()), Vec::new());
    }
    if case.environment.is_some() || case.prints.is_some() {
        let outcome = run::run(source, Player::Own(language), &plan.vectors).await;
        return (cell(plan, source, &language.language, &outcome), outcome.results);
    }
    let kept = testees.remove(&launch).map_or_else(|| Testee::start(language, &BTreeMap::new()), Ok);
    let mut testee = match kept {
        Ok(testee) => testee,
        Err(problem) => return (Cell::Fail(problem), Vec::new()),
    };
    let outcome = run::run(source, Player::Kept(&mut testee), &plan.vectors).await;
    if outcome.broken {
        testee.kill().await;
    } else {
        testees.insert(launch, testee);
    }
    (cell(plan, source, &language.language, &outcome), outcome.results)
}

fn cell(plan: &Plan, source: &Source, language: &str, outcome: &Outcome) -> Cell {
    let known = plan.known.why(&source.name, language);
    match (outcome.complaints.is_empty(), known) {
        (true, None) => Cell::Pass,
        (true, Some(_)) => Cell::Fail("is a known failure and passes: take it off the list".to_owned()),
        (false, Some(why)) => Cell::Skip(format!("known failure: {why}")),
        (false, None) => Cell::Fail(outcome.complaints.join("; ")),
    }
}

/// The matrix, after the languages were compared with each other.
fn matrix(plan: &Plan, mut results: Results) -> Matrix {
    let languages: Vec<String> = plan.launches.iter().map(|launch| launch.language.clone()).collect();
    let mut rows = Vec::new();
    for (index, source) in plan.cases.iter().enumerate() {
        let mut cells = BTreeMap::new();
        let differs = source.case(0, &Map::new()).is_ok_and(|case| case.differs.is_some());
        let mut first: Option<(String, Vec<Value>)> = None;
        for language in &languages {
            let (mut cell, values) = results
                .remove(&(index, language.clone()))
                .unwrap_or_else(|| (Cell::Fail("no result".to_owned()), Vec::new()));
            if cell == Cell::Pass && !differs {
                match &first {
                    None => first = Some((language.clone(), values)),
                    Some((other, expected)) => {
                        let found = difference(expected, &values);
                        cell =
                            found.map_or(Cell::Pass, |found| Cell::Fail(format!("unlike {other}: {found}")));
                    }
                }
            }
            cells.insert(language.clone(), cell);
        }
        rows.push(Row { file: source.file.clone(), name: source.name.clone(), cells });
    }
    Matrix { languages, rows }
}
