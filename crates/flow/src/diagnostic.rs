//! What reading a bundle has to say about it.

use std::fmt;

use serde::Serialize;

/// One finding. Messages never contain the values of channel properties or parameters, because
/// those may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: Code,
    /// Whether it keeps the flow from being deployed.
    pub severity: Severity,
    /// Id of the model element it is about.
    pub element: Option<String>,
    /// Where it is.
    pub span: Option<Span>,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Whether a finding keeps the flow from being deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The flow can run, but something deserves attention.
    Warning,
    /// There is no plan.
    Error,
}

/// A place in a file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// Path inside the bundle.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Declares [`Code`] with its numbers.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The kinds of findings. Numbers are stable; hundreds group them by what is being read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// Every code, ascending.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as shown, such as `LG-F0401`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    /// The zip file is damaged.
    DamagedZip = "LG-F0101",
    /// The archive is larger than a limit allows.
    TooLarge = "LG-F0102",
    /// A file's path points outside the bundle, or is not a path.
    UnsafePath = "LG-F0103",
    /// Two files have the same path.
    DuplicateFile = "LG-F0104",
    /// The manifest is missing or incomplete.
    Manifest = "LG-F0105",
    /// The bundle is not an integration flow.
    NotAFlow = "LG-F0106",
    /// There is no model, or more than one.
    ModelFile = "LG-F0107",
    /// A file of a package export is missing or cannot be read.
    Package = "LG-F0108",
    /// `parameters.prop` or `parameters.propdef` cannot be read.
    ParameterFile = "LG-F0201",
    /// A parameter is used but has no value.
    MissingParameter = "LG-F0202",
    /// A required parameter is empty.
    RequiredParameter = "LG-F0203",
    /// A parameter's value does not have the declared type.
    ParameterType = "LG-F0204",
    /// A value was configured for a parameter that the flow does not have.
    UnusedConfiguration = "LG-F0205",
    /// The model is not readable XML.
    ModelSyntax = "LG-F0301",
    /// An id occurs twice, or refers to nothing.
    Reference = "LG-F0302",
    /// The graph of a process has a shape that cannot run.
    Structure = "LG-F0303",
    /// An element that is not part of the flow language.
    UnknownElement = "LG-F0304",
    /// A step that cannot run yet.
    UnsupportedStep = "LG-F0401",
    /// An adapter that cannot run yet.
    UnsupportedAdapter = "LG-F0402",
    /// A feature of a step or adapter that cannot run yet.
    UnsupportedFeature = "LG-F0403",
    /// A setting is missing or has a value that means nothing.
    Setting = "LG-F0404",
    /// A table of rows cannot be read.
    Table = "LG-F0405",
    /// A template cannot be parsed.
    Template = "LG-F0501",
    /// A condition cannot be parsed.
    Condition = "LG-F0502",
    /// An XPath cannot be compiled.
    XPath = "LG-F0503",
    /// A timer's schedule cannot be read.
    Schedule = "LG-F0601",
    /// A sender's address cannot be served.
    Address = "LG-F0701",
    /// Two senders of the flow have the same address.
    DuplicateAddress = "LG-F0702",
    /// A script is not Groovy.
    ScriptSyntax = "LG-F0801",
    /// A script uses a class or member that is not there.
    ScriptMember = "LG-F0802",
    /// A step names a script or a function that is not there.
    ScriptMissing = "LG-F0803",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Diagnostic {
    /// An error without a place.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            element: None,
            span: None,
            message: message.into(),
            hint: None,
        }
    }

    /// A warning without a place.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Adds the element it is about and where that is.
    #[must_use]
    pub fn at(self, element: impl Into<String>, span: Span) -> Self {
        Self {
            element: Some(element.into()),
            span: Some(span),
            ..self
        }
    }

    /// Adds the start of a file as the place.
    #[must_use]
    pub fn in_file(self, file: impl Into<String>) -> Self {
        Self {
            span: Some(Span {
                file: file.into(),
                line: 1,
                column: 1,
            }),
            ..self
        }
    }

    /// Whether it keeps the flow from being deployed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(span) = &self.span {
            write!(f, "{span}: ")?;
        }
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}[{}]: {}", self.code, self.message)
    }
}
