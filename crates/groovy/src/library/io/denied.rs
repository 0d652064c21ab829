//! Classes that reach out of the run. They exist so that scripts that only mention them work; any
//! use is refused.

use crate::class::{Class, Function};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// What a use of something that is not available throws.
pub(crate) fn refused(what: &str, instead: &str) -> Thrown {
    throw(
        "java.lang.SecurityException",
        format!("{what} is not available to scripts; {instead}"),
    )
}

const FILES_HELP: &str = "keep data in the message, its properties or a data store";
const NETWORK_HELP: &str = "call other systems with a receiver adapter of the flow";
const PROCESS_HELP: &str = "a script cannot start or end anything";

fn no_files(_vm: &mut Vm, _args: &[Value]) -> Result<Value> {
    Err(refused("The file system", FILES_HELP))
}

fn no_network(_vm: &mut Vm, _args: &[Value]) -> Result<Value> {
    Err(refused("The network", NETWORK_HELP))
}

fn no_process(_vm: &mut Vm, _args: &[Value]) -> Result<Value> {
    Err(refused("Running programs", PROCESS_HELP))
}

/// What `url.openConnection()` and the like throw.
pub(crate) fn network() -> Thrown {
    refused("The network", NETWORK_HELP)
}

const fn denied(name: &'static str, why: Function) -> Class {
    Class::new(name).constructor(why)
}

pub(super) static FILE: Class = denied("java.io.File", no_files)
    .statics(&[("createTempFile", no_files), ("listRoots", no_files)])
    .constants(&[
        ("separator", || Value::text("/")),
        ("pathSeparator", || Value::text(":")),
    ]);
pub(super) static FILE_READER: Class = denied("java.io.FileReader", no_files);
pub(super) static FILE_WRITER: Class = denied("java.io.FileWriter", no_files);
pub(super) static FILE_INPUT_STREAM: Class = denied("java.io.FileInputStream", no_files);
pub(super) static FILE_OUTPUT_STREAM: Class = denied("java.io.FileOutputStream", no_files);
pub(super) static RANDOM_ACCESS_FILE: Class = denied("java.io.RandomAccessFile", no_files);
pub(super) static FILES: Class = Class::new("java.nio.file.Files").statics(&[
    ("copy", no_files),
    ("createDirectories", no_files),
    ("createTempFile", no_files),
    ("delete", no_files),
    ("exists", no_files),
    ("newBufferedReader", no_files),
    ("newInputStream", no_files),
    ("readAllBytes", no_files),
    ("readAllLines", no_files),
    ("write", no_files),
]);
pub(super) static PATHS: Class = Class::new("java.nio.file.Paths").statics(&[("get", no_files)]);
pub(super) static SOCKET: Class = denied("java.net.Socket", no_network);
pub(super) static SERVER_SOCKET: Class = denied("java.net.ServerSocket", no_network);
pub(super) static DATAGRAM_SOCKET: Class = denied("java.net.DatagramSocket", no_network);
pub(super) static INET_ADDRESS: Class = Class::new("java.net.InetAddress").statics(&[
    ("getByName", no_network),
    ("getAllByName", no_network),
    ("getLocalHost", no_network),
]);
pub(super) static PROCESS_BUILDER: Class = denied("java.lang.ProcessBuilder", no_process);
pub(super) static RUNTIME: Class =
    Class::new("java.lang.Runtime").statics(&[("getRuntime", no_process)]);
pub(super) static CLASS_LOADER: Class = denied("groovy.lang.GroovyClassLoader", no_process);
