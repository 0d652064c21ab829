//! Names of months and days in the languages that date formats know.

/// Names of one language.
pub(crate) struct Names {
    /// Months.
    pub months: [&'static str; 12],
    /// Months, short.
    pub short_months: [&'static str; 12],
    /// Days of the week, from Sunday.
    pub days: [&'static str; 7],
    /// Days of the week, short.
    pub short_days: [&'static str; 7],
    /// Before and after Christ.
    pub eras: [&'static str; 2],
    /// Patterns of dates: full, long, medium, short.
    pub dates: [&'static str; 4],
    /// Patterns of times.
    pub times: [&'static str; 4],
}

/// Before and after noon, the same in all these languages.
pub(crate) const HALVES: [&str; 2] = ["AM", "PM"];

static ENGLISH: Names = Names {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    short_months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    days: [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ],
    short_days: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    eras: ["BC", "AD"],
    dates: [
        "EEEE, MMMM d, yyyy",
        "MMMM d, yyyy",
        "MMM d, yyyy",
        "M/d/yy",
    ],
    times: ["h:mm:ss a z", "h:mm:ss a z", "h:mm:ss a", "h:mm a"],
};

static GERMAN: Names = Names {
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    short_months: [
        "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
    ],
    days: [
        "Sonntag",
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
    ],
    short_days: ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"],
    eras: ["v. Chr.", "n. Chr."],
    dates: [
        "EEEE, d. MMMM yyyy",
        "d. MMMM yyyy",
        "dd.MM.yyyy",
        "dd.MM.yy",
    ],
    times: ["HH:mm' Uhr 'z", "HH:mm:ss z", "HH:mm:ss", "HH:mm"],
};

static FRENCH: Names = Names {
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    short_months: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc.",
    ],
    days: [
        "dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
    ],
    short_days: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
    eras: ["BC", "ap. J.-C."],
    dates: ["EEEE d MMMM yyyy", "d MMMM yyyy", "d MMM yyyy", "dd/MM/yy"],
    times: ["HH' h 'mm z", "HH:mm:ss z", "HH:mm:ss", "HH:mm"],
};

static SPANISH: Names = Names {
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    short_months: [
        "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic",
    ],
    days: [
        "domingo",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
    ],
    short_days: ["dom", "lun", "mar", "mié", "jue", "vie", "sáb"],
    eras: ["antes de Cristo", "anno Dómini"],
    dates: [
        "EEEE d' de 'MMMM' de 'yyyy",
        "d' de 'MMMM' de 'yyyy",
        "dd-MMM-yyyy",
        "d/MM/yy",
    ],
    times: ["HH'H'mm'' z", "H:mm:ss z", "H:mm:ss", "H:mm"],
};

static ITALIAN: Names = Names {
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    short_months: [
        "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
    ],
    days: [
        "domenica",
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
    ],
    short_days: ["dom", "lun", "mar", "mer", "gio", "ven", "sab"],
    eras: ["BC", "dopo Cristo"],
    dates: ["EEEE d MMMM yyyy", "d MMMM yyyy", "d-MMM-yyyy", "dd/MM/yy"],
    times: ["H.mm.ss z", "H.mm.ss z", "H.mm.ss", "H.mm"],
};

impl Names {
    /// The names of a language; English for others.
    pub(crate) fn of(language: &str) -> &'static Self {
        match language {
            "de" => &GERMAN,
            "fr" => &FRENCH,
            "es" => &SPANISH,
            "it" => &ITALIAN,
            _ => &ENGLISH,
        }
    }
}
