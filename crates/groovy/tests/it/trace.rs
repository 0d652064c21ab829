//! What a host is told that watches.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use lockgate_groovy::host::{Host, Level, TraceLine};
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::thrown::Limit;

use crate::support::limits;

#[derive(Default)]
struct Watcher(RefCell<Vec<String>>);

impl Host for Watcher {
    fn now(&self) -> i64 {
        0
    }

    fn nanos(&self) -> i64 {
        0
    }

    fn random(&self, _bytes: &mut [u8]) {}

    fn print(&self, _text: &str) {}

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, _time: Duration) -> Result<(), Limit> {
        Ok(())
    }

    fn watches(&self) -> bool {
        true
    }

    fn trace(&self, line: &TraceLine<'_>) {
        let text = line.text.as_deref().unwrap_or("-");
        let class = line.class.rsplit('.').next().unwrap_or_default();
        let told = format!("{}:{} {class} {text}", line.function, line.line);
        self.0.borrow_mut().push(told);
    }
}

#[test]
fn statements_tell_what_they_give() {
    let source = "class Loud { String toString() { throw new Exception() } }\n\
                  def twice(x) {\n  x * 2\n}\n\
                  def a = twice(3)\n\
                  long b = 1\n\
                  if (a > 5) {\n  a += 1\n}\n\
                  def loud = new Loud()\n\
                  def many = [loud]\n\
                  [1, 2].each { b += it }\n\
                  return null";
    let program = Program::compile("a.groovy", source, &Options::default()).unwrap();
    let watcher = Rc::new(Watcher::default());
    let host: Rc<dyn Host> = Rc::clone(&watcher) as Rc<dyn Host>;
    let mut run = program.run(host, limits());
    assert!(run.evaluate().unwrap().is_null());
    let told = watcher.0.take();
    assert_eq!(
        told,
        [
            "twice:3 Integer 6",
            "run:5 Integer 6",
            "run:6 Long 1",
            "run:7 Boolean true",
            "run:8 Integer 7",
            "run:10 Loud -",
            // Its text throws, which is nothing to the run.
            "run:11 ArrayList -",
            "doCall:12 Long 2",
            "doCall:12 Long 4",
            "run:12 ArrayList [1, 2]",
            "run:13 null -",
        ]
    );
}
