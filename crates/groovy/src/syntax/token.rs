//! What the lexer hands to the parser.

use crate::ast::{ExprKind, Pos};

/// Defines an enum of fixed texts with a lookup in both directions.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)* }

        impl $name {
            /// How it is written.
            pub(super) const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The one that is written so.
            pub(super) fn of(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

texts! {
    /// Reserved words; all of them may name a member or a map key.
    Word {
        Abstract "abstract", As "as", Assert "assert", Boolean "boolean", Break "break",
        Byte "byte", Case "case", Catch "catch", Char "char", Class "class", Const "const",
        Continue "continue", Def "def", Default "default", Do "do", Double "double", Else "else",
        Enum "enum", Extends "extends", False "false", Final "final", Finally "finally",
        Float "float", For "for", Goto "goto", If "if", Implements "implements", Import "import",
        In "in", Instanceof "instanceof", Int "int", Interface "interface", Long "long",
        Native "native", New "new", Null "null", Package "package", Private "private",
        Protected "protected", Public "public", Return "return", Short "short", Static "static",
        Strictfp "strictfp", Super "super", Switch "switch", Synchronized "synchronized",
        This "this", Throw "throw", Throws "throws", Trait "trait", Transient "transient",
        True "true", Try "try", Void "void", Volatile "volatile", While "while",
    }
}

texts! {
    /// Brackets, separators and operators.
    Sign {
        LeftParen "(", RightParen ")", LeftBracket "[", RightBracket "]", LeftBrace "{",
        RightBrace "}", Comma ",", Semicolon ";", Colon ":", Question "?", Elvis "?:", Arrow "->",
        At "@", Dot ".", SafeDot "?.", SpreadDot "*.", Pointer ".&", SpreadMap "*:", Ellipsis "...",
        Range "..", RangeOpen "..<", Plus "+", Minus "-", Star "*", Slash "/", Percent "%",
        Power "**", PlusPlus "++", MinusMinus "--", Equal "==", NotEqual "!=", Identical "===",
        NotIdentical "!==", Less "<", LessEqual "<=", Greater ">", GreaterEqual ">=",
        Compare "<=>", And "&&", Or "||", BitAnd "&", BitOr "|", BitXor "^", ShiftLeft "<<",
        ShiftRight ">>", ShiftRightUnsigned ">>>", Not "!", BitNot "~", Find "=~", Match "==~",
        Assign "=", PlusAssign "+=", MinusAssign "-=", StarAssign "*=", SlashAssign "/=",
        PercentAssign "%=", PowerAssign "**=", ShiftLeftAssign "<<=", ShiftRightAssign ">>=",
        ShiftRightUnsignedAssign ">>>=", BitAndAssign "&=", BitOrAssign "|=", BitXorAssign "^=",
    }
}

impl Word {
    /// Whether it is a primitive type or `void`.
    pub(super) fn is_type(self) -> bool {
        matches!(
            self,
            Self::Boolean
                | Self::Byte
                | Self::Char
                | Self::Double
                | Self::Float
                | Self::Int
                | Self::Long
                | Self::Short
                | Self::Void
        )
    }
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tok {
    /// A name.
    Name(Box<str>),
    /// A reserved word.
    Word(Word),
    /// A bracket, separator or operator.
    Sign(Sign),
    /// A number; the integers in range become `Int`, `Long` or `BigInteger`.
    Number(Box<ExprKind>),
    /// `2147483648` and `9223372036854775808`: what they are behind a minus.
    Edge(Box<ExprKind>, Box<ExprKind>),
    /// A text without values.
    Text(Box<str>),
    /// The text before the first value of a text with values.
    TextStart(Box<str>),
    /// The text between two values.
    TextMiddle(Box<str>),
    /// The text behind the last value.
    TextEnd(Box<str>),
    /// The end of the source.
    End,
}

/// A token and its place.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) tok: Tok,
    pub(super) at: Pos,
    /// Offset into the normalised source.
    pub(super) start: usize,
    /// Offset behind it.
    pub(super) end: usize,
    /// Whether a newline that counts (outside parentheses and brackets) stands before it.
    pub(super) newline: bool,
    /// For an opening bracket or the start of a text: the index of its counterpart.
    pub(super) close: usize,
}

/// All tokens, the last of which is [`Tok::End`].
#[derive(Debug)]
pub(super) struct Tokens {
    /// The source they point into.
    pub(super) text: String,
    pub(super) list: Vec<Token>,
}

impl Tok {
    /// How to name it in a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Word(word) => format!("the reserved word `{}`", word.text()),
            Self::Sign(sign) => format!("`{}`", sign.text()),
            Self::Number(_) | Self::Edge(..) => "a number".to_owned(),
            Self::Text(_) | Self::TextStart(_) | Self::TextMiddle(_) | Self::TextEnd(_) => {
                "a text".to_owned()
            }
            Self::End => "the end of the script".to_owned(),
        }
    }
}
