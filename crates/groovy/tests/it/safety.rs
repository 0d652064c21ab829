//! What no script may do: run forever, eat all memory, or overflow the stack.

use std::rc::Rc;
use std::thread;

use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::run::Failure;
use lockgate_groovy::thrown::Limit;

use crate::support::Nowhere;

/// Runs a script on a thread with the stack that worker threads have.
fn ends(source: &str) -> Result<String, Failure> {
    let source = source.to_owned();
    let run = move || {
        let program = Program::compile("s.groovy", &source, &Options::default());
        let program = program.expect("it compiles");
        let limits = Limits {
            steps: 300_000,
            memory: 32 << 20,
            ..Limits::default()
        };
        let mut run = program.run(Rc::new(Nowhere), limits);
        let result = run.evaluate().and_then(|value| run.vm().text(&value));
        result
            .map(|text| text.to_string())
            .map_err(|thrown| run.failure(thrown))
    };
    let thread = thread::Builder::new().stack_size(2 << 20);
    let thread = thread.spawn(run).expect("a thread starts");
    thread.join().expect("it ends")
}

fn class_of(failure: Failure) -> String {
    match failure {
        Failure::Exception(data) => data.class.to_string(),
        Failure::Limit(limit) => format!("{limit:?}"),
    }
}

#[test]
fn recursion_of_every_kind_ends() {
    let scripts = [
        "def f(n) { f(n + 1) }; f(0)",
        "def c; c = { c() }; c()",
        "def f(n) { [1].each { f(n + 1) } }; f(0)",
        "def f(n) { [n].collect { x -> [x].collect { f(it) } } }; f(0)",
        "def f(n) { \"${-> f(n + 1)}\".toString() }; f(0)",
        "def f(n) { (1..2).inject(0) { a, b -> f(n + 1) } }; f(0)",
        "class A { String toString() { \"${this}\" } }; new A().toString()",
        "class A { String toString() { [this].toString() } }; new A().toString()",
        "class A { boolean equals(o) { this == new A() } }; new A() == new A()",
        "class A implements Comparable { int compareTo(o) { this <=> new A() } }; new A() <=> new A()",
        "class A { def getX() { x } }; new A().getX()",
        "class A { def getX() { this.getX() } }; new A().x",
        "class A { A() { new A() } }; new A()",
        "class A { def b = new A() }; new A()",
        "class A { def methodMissing(String n, a) { foo() } }; new A().bar()",
        "class A { def propertyMissing(String n) { zip } }; new A().bar",
        "class A { def invokeMethod(String n, a) { foo() } }; new A().bar()",
        "def a = { x }; def b = { y }; a.delegate = b; b.delegate = a; a()",
        "def m = [:].withDefault { k -> m2(k) }; m.a",
        "def f(x) { use(Object) { f(x) } }; f(1)",
        "def f(x) { try { f(x) } finally { f(x) } }; f(1)",
        "def f(x) { x.with { f(it) } }; f(1)",
        "evaluate('evaluate(\"x\")'); def f() { Eval.me('f', this, 'f.f()') }; f()",
    ];
    for script in scripts {
        let failure = ends(script).expect_err(script);
        let class = class_of(failure);
        let fine = ["java.lang.StackOverflowError", "Steps", "Memory"];
        let missing = class.starts_with("groovy.lang.Missing");
        assert!(
            fine.contains(&class.as_str()) || missing,
            "{script}: {class}"
        );
    }
}

#[test]
fn deep_expressions_are_compiled_and_run() {
    let sum = format!("def a = 1; a{}", " + a".repeat(400));
    assert_eq!(ends(&sum), Ok("401".to_owned()));
    let chain = format!("def a = 'x'; a{}", ".trim()".repeat(200));
    assert_eq!(ends(&chain), Ok("x".to_owned()));
    let nested = format!("{}1{}", "(".repeat(90), ")".repeat(90));
    assert_eq!(ends(&nested), Ok("1".to_owned()));
    let lists = format!("{}1{}.toString().length()", "[".repeat(90), "]".repeat(90));
    assert_eq!(ends(&lists), Ok("181".to_owned()));
    let closures = format!("{}1{}", "({ ".repeat(40), " })()".repeat(40));
    assert_eq!(ends(&closures), Ok("1".to_owned()));
}

#[test]
fn loops_and_memory_are_bounded() {
    let cases = [
        ("while (true) { }", Limit::Steps),
        ("for (;;) { }", Limit::Steps),
        (
            "def l = []; while (true) { l << 'x' * 1000 }",
            Limit::Memory,
        ),
        ("def s = 'x'; while (true) { s += s }", Limit::Memory),
        (
            "def m = [:]; for (i in 0..100000000) { m[i] = 1 }",
            Limit::Memory,
        ),
        ("new int[2000000000]", Limit::Memory),
        ("def l = (1..2000000000).toList()", Limit::Steps),
        (
            "try { while (true) { } } catch (Throwable t) { 'caught' }",
            Limit::Steps,
        ),
        (
            "try { while (true) { } } finally { return 'escaped' }",
            Limit::Steps,
        ),
        (
            "def f() { try { while (true) { } } catch (e) { f() } }; f()",
            Limit::Steps,
        ),
    ];
    for (script, limit) in cases {
        match ends(script) {
            Err(Failure::Limit(reached)) => {
                let either = [Limit::Steps, Limit::Memory];
                assert!(
                    reached == limit || either.contains(&reached),
                    "{script}: {reached:?}"
                );
            }
            other => panic!("{script}: {other:?}"),
        }
    }
}

#[test]
fn circles_of_classes_are_findings() {
    let source = "class A extends B { }\nclass B extends A { }\nnew A() != null";
    let program = Program::compile("s.groovy", source, &Options::default()).unwrap();
    assert_eq!(program.findings().len(), 1, "{:?}", program.findings());
    assert_eq!(ends(source), Ok("true".to_owned()));
}

#[test]
fn values_that_hold_themselves_go_with_their_run() {
    let source = "def l = []; l << l; def m = [l: l]; m.m = m; x = { l; m; x }; x.delegate = x
        class N { def next }; def n = new N(); n.next = n; n.next.next != null";
    assert_eq!(ends(source), Ok("true".to_owned()));
}
