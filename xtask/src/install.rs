//! Installs what the tests need: Debian packages, npm packages that check our tokens and drive our
//! OData API, and the Python clients that drive our APIs.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::shell::run;

/// A program the tests start, and the Debian package that has it.
struct Tool {
    package: &'static str,
    present: fn() -> bool,
}

const TOOLS: &[Tool] = &[
    Tool {
        package: "postgresql",
        present: has_postgres,
    },
    Tool {
        package: "nodejs",
        present: || on_path("node"),
    },
    Tool {
        package: "npm",
        present: || on_path("npm"),
    },
    Tool {
        package: "python3-venv",
        present: has_venv,
    },
];

/// Installs whatever is missing.
pub(crate) fn everything(root: &Path) -> anyhow::Result<()> {
    let missing: Vec<&str> = TOOLS
        .iter()
        .filter(|tool| !(tool.present)())
        .map(|tool| tool.package)
        .collect();
    if !missing.is_empty() {
        debian(&missing)?;
    }
    for packages in NODE {
        node_packages(root, packages)?;
    }
    for client in CLIENTS {
        python_client(root, client)?;
    }
    Ok(())
}

pub(crate) fn debian(packages: &[&str]) -> anyhow::Result<()> {
    if !on_path("apt-get") {
        bail!(
            "this needs {}: install them with your package manager",
            packages.join(", ")
        );
    }
    let sudo: &[&str] = if on_path("sudo") && !is_root() {
        &["sudo"]
    } else {
        &[]
    };
    for args in [
        &["update", "-qq"] as &[&str],
        &["install", "-y", "-qq", "--no-install-recommends"],
    ] {
        let command: Vec<&str> = sudo
            .iter()
            .chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .chain(args)
            .copied()
            .collect();
        let packages: &[&str] = if args[0] == "install" { packages } else { &[] };
        run(command[0], &[&command[1..], packages].concat())?;
    }
    Ok(())
}

/// Folders with npm packages that somebody else wrote and that must work with us: the library that
/// SAP's applications check tokens with, and a client of the OData API.
const NODE: [&str; 2] = [
    "crates/token/tests/xssec",
    "crates/lockgate/tests/clients/contiva",
];

/// Installs the packages that the folder `source` names, below `target` under the same name.
fn node_packages(root: &Path, source: &str) -> anyhow::Result<()> {
    let source = root.join(source);
    let name = source.file_name().unwrap_or_default();
    let folder = root.join("target").join(name);
    let locked = std::fs::read(source.join("package-lock.json"))?;
    if std::fs::read(folder.join("package-lock.json")).is_ok_and(|installed| installed == locked)
        && folder.join("node_modules").exists()
    {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(source.join(file), folder.join(file))?;
    }
    let prefix = folder.to_string_lossy();
    run(
        "npm",
        &[
            "ci",
            "--prefix",
            &prefix,
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ],
    )
}

/// Crates with an API for which somebody else wrote a client in Python; it must work with ours.
const CLIENTS: [&str; 2] = ["cloudfoundry", "odata"];

/// Installs the client for the API of the crate called `name`.
fn python_client(root: &Path, name: &str) -> anyhow::Result<()> {
    let requirements = root.join(format!("crates/{name}/tests/python/requirements.txt"));
    let folder = root.join(format!("target/{name}-client"));
    let installed = folder.join("requirements.txt");
    let locked = std::fs::read(&requirements)?;
    if std::fs::read(&installed).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    let python = folder.join("bin/python");
    run(
        "python3",
        &["-m", "venv", "--clear", &folder.to_string_lossy()],
    )?;
    run(
        &python.to_string_lossy(),
        &[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--requirement",
            &requirements.to_string_lossy(),
        ],
    )?;
    // Copied last, so that what is there is complete.
    std::fs::copy(&requirements, &installed)?;
    Ok(())
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .map(|version| version.path().join("bin/initdb"))
        .any(|initdb| initdb.is_file())
        || on_path("initdb")
}

/// Whether Python makes environments with a package manager in them, which Debian has apart.
fn has_venv() -> bool {
    let probe = Command::new("python3")
        .args(["-c", "import ensurepip"])
        .output();
    probe.is_ok_and(|out| out.status.success())
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}
