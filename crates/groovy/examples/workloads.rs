//! One script on one thread, again and again; or what it takes to start one, or to keep many.
//!
//! `workloads SCRIPT INPUT` takes commands in lines and answers in lines: `result` gives the body after
//! one call, in hexadecimal; `round SECONDS` gives calls and the nanoseconds of processor time that they
//! took. `workloads once SCRIPT` runs the statements of a script. `workloads keep COUNT SCRIPT` compiles
//! a script again and again and gives the bytes of memory that each takes. `cargo xtask bench groovy`
//! puts the results beside those of real Groovy.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program of its own, for developers"
)]

use std::fs;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lockgate_groovy::cpi::{Content, Outcome, Setting, process};
use lockgate_groovy::data::Data;
use lockgate_groovy::host::{Host, Level};
use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::thrown::Limit;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["once", script] => once(script),
        ["keep", count, script] => keep(count.parse()?, script),
        [script, input] => serve(script, input),
        _ => {
            eprintln!("usage: workloads SCRIPT INPUT | once SCRIPT | keep COUNT SCRIPT");
            Ok(())
        }
    }
}

type Ended = Result<(), Box<dyn std::error::Error>>;

fn compile(script: &str) -> Result<Program, Box<dyn std::error::Error>> {
    compile_source(&fs::read_to_string(script)?)
}

fn compile_source(source: &str) -> Result<Program, Box<dyn std::error::Error>> {
    Program::compile("script1.groovy", source, &Options::default()).map_err(|problems| {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        all.join("; ").into()
    })
}

fn once(script: &str) -> Ended {
    let mut run = compile(script)?.run(Rc::new(World), Limits::default());
    match run.evaluate() {
        Ok(_) => Ok(()),
        Err(thrown) => Err(run.failure(thrown).into()),
    }
}

fn keep(count: usize, script: &str) -> Ended {
    let source = fs::read_to_string(script)?;
    // What the first one brings with it is there once.
    let first = compile_source(&source)?;
    let before = memory()?;
    let all = (0..count).map(|_| compile_source(&source));
    let all = all.collect::<Result<Vec<Program>, _>>()?;
    let held = memory()?.saturating_sub(before);
    println!("{}", held / all.len().max(1));
    drop(first);
    Ok(())
}

/// Resident memory of this process in bytes.
fn memory() -> io::Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    Ok(kib.unwrap_or(0) * 1024)
}

fn serve(script: &str, input: &str) -> Ended {
    let program = compile(script)?;
    let input = Bytes::from(fs::read(input)?);
    for line in io::stdin().lines() {
        match line?.split_once(' ') {
            Some((_, seconds)) => println!("{}", round(&program, &input, seconds.parse()?)?),
            None => println!("{}", result(&program, &input)?),
        }
    }
    Ok(())
}

fn call(program: &Program, input: &Bytes) -> Result<Outcome, Box<dyn std::error::Error>> {
    let text = |text: &str| Data::Text(text.into());
    let content = Content {
        body: Data::Bytes(input.clone()),
        headers: vec![("documentKind".into(), text("delivery note 8/15"))],
        properties: vec![
            ("stage".into(), text("PROD")),
            ("plants".into(), text("1010, 2020, 3030, 4040, AT01")),
            ("origin".into(), text("WH7")),
        ],
        ..Content::default()
    };
    let setting = Setting {
        host: Rc::new(World),
        limits: Limits::default(),
        silent: false,
    };
    let mut outcome = process(program, "processData", content, setting);
    std::mem::replace(&mut outcome.result, Ok(()))?;
    Ok(outcome)
}

fn result(program: &Program, input: &Bytes) -> Result<String, Box<dyn std::error::Error>> {
    let body = match call(program, input)?.changes.body {
        Some(Data::Text(text)) => text.as_bytes().to_vec(),
        Some(Data::Bytes(bytes)) => bytes.to_vec(),
        _ => input.to_vec(),
    };
    Ok(body.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn round(
    program: &Program,
    input: &Bytes,
    seconds: f64,
) -> Result<String, Box<dyn std::error::Error>> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let before = processor_time()?;
    let mut calls = 0_u64;
    while Instant::now() < end {
        call(program, input)?;
        calls += 1;
    }
    Ok(format!("{calls} {}", processor_time()? - before))
}

/// Nanoseconds of processor time of this thread.
fn processor_time() -> Result<u64, Box<dyn std::error::Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text
        .split_whitespace()
        .next()
        .ok_or("no time in schedstat")?;
    Ok(first.parse()?)
}

/// A world with a clock and a console.
struct World;

impl Host for World {
    fn now(&self) -> i64 {
        0
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn print(&self, text: &str) {
        print!("{text}");
    }

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: Duration) -> Result<(), Limit> {
        Ok(())
    }
}
