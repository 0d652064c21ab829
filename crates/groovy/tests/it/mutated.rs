//! Scripts as people write them, damaged at random: whatever comes out of it, nothing panics, hangs
//! or uses more than it may.

use std::rc::Rc;

use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::value::Value;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::Nowhere;

/// Each begins with a value for the other to work on.
const SCRIPTS: [&str; 14] = [
    "def text = 'one, two;three'\ndef parts = text.split('[,;]').collect { it.trim().toUpperCase() }\nparts.findAll { it.length() > 2 }.join('|').padLeft(20, '*')",
    "def json = new groovy.json.JsonSlurper().parseText('{\"a\":[1,2.50,null,{\"b\":\"x\"}],\"c\":true}')\njson.a[3].b = json.a[0] + json.a[1]\ndef total = 0\njson.a.each { if (it instanceof Number) { total += it } }\ngroovy.json.JsonOutput.prettyPrint(groovy.json.JsonOutput.toJson([sum: total, all: json]))",
    "def root = new XmlSlurper().parseText('<o id=\"7\"><i n=\"1\">a</i><i n=\"2\">b</i></o>')\ndef names = root.i.findAll { it.@n.toInteger() > 1 }.collect { it.text() }\nroot.i[0].replaceNode { k(v: root.@id.text()) }\nroot.appendNode { z('end') }\ngroovy.xml.XmlUtil.serialize(root) + names",
    "def out = new StringWriter()\ndef b = new groovy.xml.MarkupBuilder(out)\nb.order(id: 5) { items { (1..3).each { n -> item(pos: n, \"text & $n\") } }; note(null) }\nout.toString()",
    "int fib(int n) { n < 2 ? n : fib(n - 1) + fib(n - 2) }\n(0..12).collect { fib(it) }.sum()",
    "def map = [b: 2, a: 1, c: [3, 4]]\nmap.sort { it.key }.collectEntries { k, v -> [(k.toUpperCase()): v as String] }.inspect() + map.groupBy { it.value instanceof List }",
    "def d = Date.parse('yyyy-MM-dd HH:mm:ss', '2024-02-28 23:59:59') + 2\ndef f = new java.text.SimpleDateFormat(\"dd.MM.yyyy'T'HH:mm\")\nf.setTimeZone(TimeZone.getTimeZone('GMT+2'))\nf.format(d) + d.format('EEE, d MMM yy')",
    "class P { String name; int age; P next\n String toString() { \"$name:$age\" } }\ndef list = [new P(name: 'x', age: 3), new P(name: 'y')]\nlist[0].next = list[1]\nlist.sort { a, b -> a.age <=> b.age }*.name.join() + list[0]?.next?.next",
    "def n = 12.50G * 3 / 7\nlong big = Integer.MAX_VALUE + 1L\n[n.setScale(2, BigDecimal.ROUND_HALF_UP), big ** 3, 7.intdiv(2), -7 % 3, 1e3, 0x1F << 2, 5 <=> 3.0].join(' ')",
    "try {\n  def x = null\n  x.size()\n} catch (NullPointerException e) {\n  throw new IllegalStateException('bad: ' + e.message, e)\n} finally {\n  done = true\n}",
    "def m = 'ab12cd345' =~ /([a-z]+)(\\d+)/\ndef found = []\nwhile (m.find()) { found << [m.group(1), m.group(2) as int] }\nfound.collectMany { it }.toString().replaceAll(/(\\d)(?=\\d)/, '$1.')",
    "def counter = { int start -> def at = start; return { step = 1 -> at += step } }\ndef c = counter(5)\nc(); c(10)\nswitch (c(0)) { case 1..5: 'low'; break; case { it > 10 }: 'high'; break; default: 'none' }",
    "def lines = 'id;name\\n1;Ann\\n2;Bob\\n'.readLines()\ndef head = lines.remove(0).tokenize(';')\nlines.collect { l -> [head, l.split(';') as List].transpose().collectEntries() }.find { it.id == '2' }?.name",
    "StringBuilder sb = new StringBuilder()\nfor (int i = 0; i < 20; i++) { if (i % 3 == 0) continue; sb << i << ',' }\nsb.setLength(sb.length() - 1)\nsb.reverse().toString().bytes.encodeBase64().toString()",
];

/// What may be put anywhere.
const PIECES: [&str; 30] = [
    "null",
    "''",
    "it",
    "-1",
    "0",
    "[]",
    "[:]",
    "{ -> it }",
    "(",
    ")",
    "{",
    "}",
    "?.",
    "*.",
    ".@",
    "as",
    "..",
    "\n",
    "'\\uD83D'",
    "2147483647",
    "1e400",
    "-9223372036854775808",
    "new Object()",
    "this",
    "String",
    ".each",
    ".call()",
    "while (true) {}",
    "['x'] * 1000000",
    "def",
];

#[derive(Clone, Debug)]
enum Change {
    Remove(Index, usize),
    Double(Index, usize),
    Insert(Index, Index),
    Swap(Index, Index),
    Borrow(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 1..6_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (index(), 1..9_usize).prop_map(|(at, count)| Change::Double(at, count)),
        (index(), index()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        (index(), index(), index()).prop_map(|(at, script, word)| Change::Borrow(at, script, word)),
    ]
}

/// Words, and what is between them.
fn cut(script: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in script.chars() {
        let is_word = c.is_alphanumeric();
        match words.last_mut() {
            Some(last) if is_word && in_word => last.push(c),
            _ => words.push(c.to_string()),
        }
        in_word = is_word;
    }
    words
}

fn damaged(script: &str, changes: &[Change]) -> String {
    let mut words = cut(script);
    for change in changes {
        if words.is_empty() {
            break;
        }
        let length = words.len();
        let end = |at: usize, count: usize| (at + count).min(length);
        match change {
            Change::Remove(at, count) => {
                let at = at.index(words.len());
                let end = end(at, *count);
                words.drain(at..end);
            }
            Change::Double(at, count) => {
                let at = at.index(words.len());
                let copy = words[at..end(at, *count)].to_vec();
                words.splice(at..at, copy);
            }
            Change::Insert(at, piece) => {
                let at = at.index(words.len());
                words.insert(at, format!(" {} ", piece.get(&PIECES[..])));
            }
            Change::Swap(a, b) => {
                let (a, b) = (a.index(words.len()), b.index(words.len()));
                words.swap(a, b);
            }
            Change::Borrow(at, script, word) => {
                let other = cut(script.get::<&str>(&SCRIPTS));
                let at = at.index(words.len());
                words[at].clone_from(word.get(&other[..]));
            }
        }
    }
    words.concat()
}

/// Compiles and runs it, whatever it is.
fn survive(source: &str) {
    let limits = Limits {
        steps: 100_000,
        memory: 8 << 20,
        ..Limits::default()
    };
    let Ok(program) = Program::compile("Script1.groovy", source, &Options::default()) else {
        return;
    };
    let mut run = program.run(Rc::new(Nowhere), limits);
    run.set_variable("message", Value::text("a message"));
    match run.evaluate() {
        Ok(value) => {
            // Its text may throw as well.
            _ = run.vm().text(&value);
            _ = run.vm().export(&value);
        }
        Err(thrown) => {
            let failure = run.failure(thrown);
            assert!(!failure.to_string().is_empty());
        }
    }
}

#[test]
fn the_scripts_themselves_run() {
    for script in SCRIPTS {
        let program = Program::compile("Script1.groovy", script, &Options::default());
        let program = program.unwrap_or_else(|problems| panic!("{script}\n{problems:?}"));
        assert_eq!(program.findings(), [], "{script}");
        let mut run = program.run(Rc::new(Nowhere), crate::support::limits());
        let throws = script.contains("throw new");
        let result = run.evaluate();
        if let Err(thrown) = result {
            let failure = run.failure(thrown);
            assert!(throws, "{script}\n{failure}");
        }
    }
}

#[test]
fn damaged_scripts_do_no_harm() {
    let config = Config {
        cases: 1_500,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let scripts = (any::<Index>(), prop::collection::vec(change(), 1..6));
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&scripts, |(script, changes)| {
        survive(&damaged(script.get::<&str>(&SCRIPTS), &changes));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
