//! `java.util.Locale`

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.util.Locale`
pub(crate) static LOCALE: Class = Class::new("java.util.Locale")
    .constructor(new)
    .statics(&[
        ("getDefault", |_, _| Ok(Locale::value("en", "US"))),
        ("forLanguageTag", for_language_tag),
    ])
    .constants(&[
        ("ROOT", || Locale::value("", "")),
        ("ENGLISH", || Locale::value("en", "")),
        ("US", || Locale::value("en", "US")),
        ("UK", || Locale::value("en", "GB")),
        ("CANADA", || Locale::value("en", "CA")),
        ("GERMAN", || Locale::value("de", "")),
        ("GERMANY", || Locale::value("de", "DE")),
        ("FRENCH", || Locale::value("fr", "")),
        ("FRANCE", || Locale::value("fr", "FR")),
        ("ITALIAN", || Locale::value("it", "")),
        ("ITALY", || Locale::value("it", "IT")),
        ("JAPANESE", || Locale::value("ja", "")),
        ("JAPAN", || Locale::value("ja", "JP")),
        ("CHINESE", || Locale::value("zh", "")),
        ("CHINA", || Locale::value("zh", "CN")),
        ("KOREAN", || Locale::value("ko", "")),
        ("KOREA", || Locale::value("ko", "KR")),
    ])
    .methods(&[
        ("getLanguage", |_, this, _| {
            Ok(Value::text(locale(this)?.language.clone()))
        }),
        ("getCountry", |_, this, _| {
            Ok(Value::text(locale(this)?.country.clone()))
        }),
        ("getDisplayLanguage", |_, this, _| {
            Ok(Value::text(locale(this)?.display_language()))
        }),
        ("getDisplayCountry", |_, this, _| {
            Ok(Value::text(locale(this)?.display_country()))
        }),
        ("getDisplayName", |_, this, _| {
            Ok(Value::text(locale(this)?.display_name()))
        }),
        ("toLanguageTag", |_, this, _| {
            Ok(Value::text(locale(this)?.tag()))
        }),
        ("toString", |_, this, _| {
            Ok(Value::text(locale(this)?.text()))
        }),
    ]);

/// A language, and how a country speaks it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Locale {
    /// Two small letters, or nothing.
    pub language: String,
    /// Two capital letters, or nothing.
    pub country: String,
}

const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("pt", "Portuguese"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("ja", "Japanese"),
    ("zh", "Chinese"),
    ("ko", "Korean"),
    ("ru", "Russian"),
];

const COUNTRIES: &[(&str, &str)] = &[
    ("US", "United States"),
    ("GB", "United Kingdom"),
    ("CA", "Canada"),
    ("DE", "Germany"),
    ("AT", "Austria"),
    ("CH", "Switzerland"),
    ("FR", "France"),
    ("ES", "Spain"),
    ("IT", "Italy"),
    ("PT", "Portugal"),
    ("BR", "Brazil"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("IN", "India"),
    ("JP", "Japan"),
    ("CN", "China"),
    ("KR", "South Korea"),
    ("RU", "Russia"),
];

impl Locale {
    /// A locale.
    pub(crate) fn of(language: &str, country: &str) -> Self {
        Self {
            language: language.to_lowercase(),
            country: country.to_uppercase(),
        }
    }

    /// A locale as a value.
    pub(crate) fn value(language: &str, country: &str) -> Value {
        Value::object(Self::of(language, country))
    }

    /// The default.
    pub(crate) fn us() -> Self {
        Self::of("en", "US")
    }

    /// First day of the week (1 is Sunday), and how many days of a week must lie in the first week
    /// of a year.
    pub(crate) fn week(&self) -> (i64, i64) {
        const ISO: &[&str] = &[
            "de", "fr", "it", "nl", "pl", "sv", "da", "fi", "no", "nb", "nn", "cs", "sk", "hu",
            "et", "lv", "lt", "is", "ca", "el",
        ];
        const MONDAY: &[&str] = &["es", "hr", "ro", "ru", "sl", "sr", "tr", "uk"];
        match (self.language.as_str(), self.country.as_str()) {
            ("en", "GB" | "IE") | ("es", "ES") | ("pt", "PT") => (2, 4),
            ("fr", "CA") => (1, 1),
            ("pt", "") => (2, 1),
            (language, _) if ISO.contains(&language) => (2, 4),
            (language, _) if MONDAY.contains(&language) => (2, 1),
            _ => (1, 1),
        }
    }

    fn text(&self) -> String {
        match (self.language.as_str(), self.country.as_str()) {
            (language, "") => language.to_owned(),
            (language, country) => format!("{language}_{country}"),
        }
    }

    fn tag(&self) -> String {
        match self.text() {
            empty if empty.is_empty() => "und".to_owned(),
            text => text.replace('_', "-"),
        }
    }

    fn display_language(&self) -> String {
        named(LANGUAGES, &self.language)
    }

    fn display_country(&self) -> String {
        named(COUNTRIES, &self.country)
    }

    fn display_name(&self) -> String {
        match (self.display_language(), self.display_country()) {
            (language, country) if country.is_empty() => language,
            (language, country) => format!("{language} ({country})"),
        }
    }
}

fn named(names: &[(&str, &str)], code: &str) -> String {
    let found = names.iter().find(|(one, _)| *one == code);
    found.map_or(code, |(_, name)| name).to_owned()
}

impl Object for Locale {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&LOCALE)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text().into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other.downcast::<Self>() == Some(self))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        (other as &dyn std::any::Any).downcast_ref::<Self>() == Some(self)
    }

    fn hash(&self) -> Option<i32> {
        Some(Str::from(self.text()).java_hash())
    }
}

fn locale(this: &Value) -> Result<Rc<Locale>> {
    this.downcast_rc().ok_or_else(Thrown::mismatch)
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let language = match args {
        [language, ..] if args.len() <= 3 => vm.text(language)?,
        _ => return Err(Thrown::mismatch()),
    };
    let country = match args.get(1) {
        Some(country) => vm.text(country)?,
        None => "".into(),
    };
    Ok(Locale::value(&language, &country))
}

fn for_language_tag(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [tag] = args else {
        return Err(Thrown::mismatch());
    };
    let tag = vm.text(tag)?;
    let (language, country) = tag.split_once('-').unwrap_or((&tag, ""));
    Ok(Locale::value(language, country))
}
