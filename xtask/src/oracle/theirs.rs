//! Real Groovy, from Debian's packages, with stand-ins for the platform's classes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::files;
use crate::install;
use crate::shell::{heading, run};

/// Debian packages, and a file that shows each is there.
const PACKAGES: [(&str, &str); 10] = [
    ("groovy", "/usr/share/groovy/lib/groovy-2.4.21.jar"),
    ("default-jdk-headless", "/usr/bin/javac"),
    ("gcc", "/usr/bin/cc"),
    ("libactivation-java", "/usr/share/java/javax.activation.jar"),
    ("libcommons-codec-java", "/usr/share/java/commons-codec.jar"),
    ("libcommons-csv-java", "/usr/share/java/commons-csv.jar"),
    ("libcommons-io-java", "/usr/share/java/commons-io.jar"),
    ("libcommons-lang-java", "/usr/share/java/commons-lang.jar"),
    ("libmail-java", "/usr/share/java/javax.mail.jar"),
    ("libslf4j-java", "/usr/share/java/slf4j-nop.jar"),
];

/// Further libraries that scripts find.
const JARS: [&str; 8] = [
    "commons-codec.jar",
    "commons-csv.jar",
    "commons-io.jar",
    "commons-lang.jar",
    "javax.activation.jar",
    "javax.mail.jar",
    "slf4j-api.jar",
    "slf4j-nop.jar",
];

/// An installed real Groovy.
#[derive(Debug)]
pub(crate) struct Groovy {
    class_path: String,
    classes: PathBuf,
    scripts: PathBuf,
    /// Stops the clock of whatever it is loaded into.
    clock: PathBuf,
}

impl Groovy {
    /// Installs what is missing and compiles the stand-ins.
    pub(crate) fn prepare(root: &Path) -> anyhow::Result<Self> {
        let missing: Vec<&str> = PACKAGES
            .iter()
            .filter(|(_, file)| !Path::new(file).exists())
            .map(|(package, _)| *package)
            .collect();
        if !missing.is_empty() {
            install::debian(&missing)?;
        }
        let scripts = root.join("xtask/oracle");
        let classes = root.join("target/oracle/classes");
        fs::create_dir_all(&classes)?;
        let mut path = vec![classes.clone()];
        path.extend(files(Path::new("/usr/share/groovy/lib"))?);
        path.extend(JARS.map(|jar| Path::new("/usr/share/java").join(jar)));
        let class_path = std::env::join_paths(path)?.into_string();
        let class_path = class_path.ok().context("the class path is not UTF-8")?;
        let groovy = Self {
            class_path,
            classes,
            scripts,
            clock: root.join("target/oracle/clock.so"),
        };
        groovy.compile_clock()?;
        groovy.compile_stubs()?;
        Ok(groovy)
    }

    fn compile_clock(&self) -> anyhow::Result<()> {
        let source = self.scripts.join("clock.c");
        let paths = [&self.clock, &source].map(|path| path.to_string_lossy().into_owned());
        let [library, source] = &paths;
        run("cc", &["-shared", "-fPIC", "-O1", "-o", library, source])
    }

    fn compile_stubs(&self) -> anyhow::Result<()> {
        heading("stand-ins for the platform's classes");
        let sources = files(&self.scripts.join("stubs"))?;
        let sources = sources
            .iter()
            .map(|path| path.to_string_lossy().into_owned());
        let common = [
            "-cp",
            &self.class_path,
            "-d",
            &self.classes.to_string_lossy(),
        ]
        .map(str::to_owned);
        let (java, groovy): (Vec<String>, Vec<String>) =
            sources.partition(|path| path.ends_with(".java"));
        run("javac", &[&common[..], &java].concat())?;
        let compiler = "org.codehaus.groovy.tools.FileSystemCompiler".to_owned();
        let path = ["-cp".to_owned(), self.class_path.clone(), compiler];
        run("java", &[&path[..], &common, &groovy].concat())
    }

    /// Compiles a tool of ours in Java.
    pub(crate) fn compile(&self, source: &Path) -> anyhow::Result<()> {
        let paths = [&self.classes, source].map(|path| path.to_string_lossy().into_owned());
        let [classes, source] = &paths;
        run("javac", &["-cp", &self.class_path, "-d", classes, source])
    }

    /// A virtual machine that finds everything, to run such a tool.
    pub(crate) fn java(&self) -> Command {
        let mut command = Command::new("java");
        command
            .args([
                "-Xmx2g",
                "-Djava.locale.providers=COMPAT,SPI",
                "-Dfile.encoding=UTF-8",
            ])
            .args([
                "-Duser.timezone=UTC",
                "-Duser.language=en",
                "-Duser.country=US",
            ])
            .args(["-cp", &self.class_path]);
        command
    }

    /// The command that runs one of our scripts as a Java 8 host would, with the clock standing still.
    pub(crate) fn command(&self, script: &str) -> Command {
        let mut command = self.java();
        command
            .env("LD_PRELOAD", &self.clock)
            .arg("-XX:-ShowCodeDetailsInExceptionMessages")
            .arg("groovy.ui.GroovyMain")
            .arg(self.scripts.join(script));
        command
    }

    /// Runs one of our scripts over a file.
    pub(crate) fn run(&self, script: &str, input: &Path, output: &Path) -> anyhow::Result<()> {
        let log = fs::File::create(output.with_extension("log"))?;
        let status = self
            .command(script)
            .args([input, output])
            .current_dir(output.parent().unwrap_or(Path::new(".")))
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .context("cannot start java")?;
        ensure!(
            status.success(),
            "{script} failed ({status}), see {}",
            output.with_extension("log").display()
        );
        Ok(())
    }
}
