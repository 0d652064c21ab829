//! What time zones are called, where the time zone database has no name or not the one of Java.

/// Names of the zones that share them.
pub(crate) struct Names {
    /// Short name of standard time.
    pub standard: &'static str,
    /// Short name of daylight saving time.
    pub daylight: &'static str,
    /// Long names are those words, with `Time`.
    long: (&'static str, &'static str),
    /// Zones of that name; the first is meant when only the short name is given. Without others, it
    /// is also the name of every zone with that abbreviation.
    pub zones: &'static [&'static str],
    only: bool,
}

impl Names {
    /// Long name.
    pub(crate) fn long(&self, daylight: bool) -> String {
        let (standard, summer) = self.long;
        format!("{} Time", if daylight { summer } else { standard })
    }
}

const fn all(
    standard: &'static str,
    daylight: &'static str,
    long: (&'static str, &'static str),
    zones: &'static [&'static str],
) -> Names {
    Names {
        standard,
        daylight,
        long,
        zones,
        only: false,
    }
}

const fn only(
    standard: &'static str,
    daylight: &'static str,
    long: (&'static str, &'static str),
    zones: &'static [&'static str],
) -> Names {
    Names {
        standard,
        daylight,
        long,
        zones,
        only: true,
    }
}

/// In the order in which a short name is looked for.
static NAMES: &[Names] = &[
    all(
        "PST",
        "PDT",
        ("Pacific Standard", "Pacific Daylight"),
        &["America/Los_Angeles"],
    ),
    all(
        "MST",
        "MDT",
        ("Mountain Standard", "Mountain Daylight"),
        &["America/Denver"],
    ),
    only(
        "CST",
        "CDT",
        ("China Standard", "China Daylight"),
        &[
            "Asia/Shanghai",
            "Asia/Taipei",
            "Asia/Macau",
            "Asia/Chongqing",
            "Asia/Harbin",
            "PRC",
        ],
    ),
    only(
        "CST",
        "CDT",
        ("Cuba Standard", "Cuba Daylight"),
        &["America/Havana", "Cuba"],
    ),
    all(
        "CST",
        "CDT",
        ("Central Standard", "Central Daylight"),
        &["America/Chicago"],
    ),
    all(
        "EST",
        "EDT",
        ("Eastern Standard", "Eastern Daylight"),
        &["America/New_York"],
    ),
    all(
        "HST",
        "HDT",
        ("Hawaii Standard", "Hawaii Daylight"),
        &["Pacific/Honolulu"],
    ),
    all(
        "AKST",
        "AKDT",
        ("Alaska Standard", "Alaska Daylight"),
        &["America/Anchorage"],
    ),
    only(
        "AST",
        "ADT",
        ("Arabia Standard", "Arabia Daylight"),
        &[
            "Asia/Riyadh",
            "Asia/Kuwait",
            "Asia/Qatar",
            "Asia/Bahrain",
            "Asia/Baghdad",
            "Asia/Aden",
        ],
    ),
    all(
        "AST",
        "ADT",
        ("Atlantic Standard", "Atlantic Daylight"),
        &["America/Halifax"],
    ),
    all(
        "NST",
        "NDT",
        ("Newfoundland Standard", "Newfoundland Daylight"),
        &["America/St_Johns"],
    ),
    all(
        "CET",
        "CEST",
        ("Central European", "Central European Summer"),
        &["Europe/Paris"],
    ),
    only(
        "GMT",
        "BST",
        ("Greenwich Mean", "British Summer"),
        &[
            "Europe/London",
            "Europe/Belfast",
            "Europe/Guernsey",
            "Europe/Isle_of_Man",
            "Europe/Jersey",
            "GB",
            "GB-Eire",
        ],
    ),
    only(
        "GMT",
        "IST",
        ("Greenwich Mean", "Irish Summer"),
        &["Europe/Dublin", "Eire"],
    ),
    all("GMT", "GMT", ("Greenwich Mean", "Greenwich Mean"), &["GMT"]),
    only(
        "WET",
        "WEST",
        ("Western European", "Western European Summer"),
        &["Africa/Casablanca", "Africa/El_Aaiun"],
    ),
    all(
        "WET",
        "WEST",
        ("Western European", "Western European Summer"),
        &["Europe/Lisbon"],
    ),
    only(
        "IST",
        "IDT",
        ("India Standard", "India Daylight"),
        &["Asia/Kolkata", "Asia/Calcutta", "Asia/Colombo"],
    ),
    all(
        "IST",
        "IDT",
        ("Israel Standard", "Israel Daylight"),
        &["Asia/Jerusalem"],
    ),
    all(
        "JST",
        "JDT",
        ("Japan Standard", "Japan Daylight"),
        &["Asia/Tokyo"],
    ),
    all(
        "EET",
        "EEST",
        ("Eastern European", "Eastern European Summer"),
        &["Europe/Bucharest"],
    ),
    all(
        "UTC",
        "UTC",
        ("Coordinated Universal", "Coordinated Universal"),
        &["UTC"],
    ),
    all(
        "MSK",
        "MSD",
        ("Moscow Standard", "Moscow Daylight"),
        &["Europe/Moscow", "Europe/Minsk"],
    ),
    all(
        "KST",
        "KDT",
        ("Korea Standard", "Korea Daylight"),
        &["Asia/Seoul"],
    ),
    all(
        "HKT",
        "HKST",
        ("Hong Kong", "Hong Kong Summer"),
        &["Asia/Hong_Kong"],
    ),
    all(
        "AWST",
        "AWDT",
        ("Australian Western Standard", "Australian Western Daylight"),
        &["Australia/Perth"],
    ),
    all(
        "NZST",
        "NZDT",
        ("New Zealand Standard", "New Zealand Daylight"),
        &["Pacific/Auckland"],
    ),
    all(
        "SAST",
        "SAST",
        ("South Africa Standard", "South Africa Summer"),
        &["Africa/Johannesburg"],
    ),
    all(
        "WAT",
        "WAST",
        ("Western African", "Western African Summer"),
        &["Africa/Lagos"],
    ),
    all(
        "CAT",
        "CAST",
        ("Central African", "Central African Summer"),
        &["Africa/Maputo"],
    ),
    all(
        "EAT",
        "EAST",
        ("Eastern African", "Eastern African Summer"),
        &["Africa/Nairobi"],
    ),
    all(
        "PKT",
        "PKST",
        ("Pakistan", "Pakistan Summer"),
        &["Asia/Karachi"],
    ),
    all(
        "WIB",
        "WIST",
        ("West Indonesia", "West Indonesia Summer"),
        &["Asia/Jakarta"],
    ),
    only(
        "PHT",
        "PHST",
        ("Philippines Standard", "Philippines Daylight"),
        &["Asia/Manila"],
    ),
    only(
        "SGT",
        "SGST",
        ("Singapore", "Singapore Summer"),
        &["Asia/Singapore", "Singapore"],
    ),
    only(
        "MYT",
        "MYST",
        ("Malaysia", "Malaysia Summer"),
        &["Asia/Kuala_Lumpur", "Asia/Kuching"],
    ),
    only(
        "GST",
        "GDT",
        ("Gulf Standard", "Gulf Daylight"),
        &["Asia/Dubai", "Asia/Muscat"],
    ),
    only(
        "IRST",
        "IRDT",
        ("Iran Standard", "Iran Daylight"),
        &["Asia/Tehran", "Iran"],
    ),
    only(
        "ICT",
        "ICST",
        ("Indochina", "Indochina Summer"),
        &[
            "Asia/Bangkok",
            "Asia/Ho_Chi_Minh",
            "Asia/Saigon",
            "Asia/Phnom_Penh",
            "Asia/Vientiane",
        ],
    ),
    only(
        "TRT",
        "TRST",
        ("Turkey", "Turkey Summer"),
        &["Europe/Istanbul", "Asia/Istanbul", "Turkey"],
    ),
    only(
        "BRT",
        "BRST",
        ("Brasilia", "Brasilia Summer"),
        &[
            "America/Sao_Paulo",
            "America/Bahia",
            "America/Fortaleza",
            "America/Recife",
            "Brazil/East",
        ],
    ),
    only(
        "ART",
        "ARST",
        ("Argentine", "Argentine Summer"),
        &[
            "America/Argentina/Buenos_Aires",
            "America/Buenos_Aires",
            "America/Argentina/Cordoba",
        ],
    ),
    only(
        "CLT",
        "CLST",
        ("Chile", "Chile Summer"),
        &["America/Santiago", "Chile/Continental"],
    ),
    only(
        "COT",
        "COST",
        ("Colombia", "Colombia Summer"),
        &["America/Bogota"],
    ),
    only("PET", "PEST", ("Peru", "Peru Summer"), &["America/Lima"]),
    only(
        "VET",
        "VEST",
        ("Venezuela", "Venezuela Summer"),
        &["America/Caracas"],
    ),
    only(
        "UYT",
        "UYST",
        ("Uruguay", "Uruguay Summer"),
        &["America/Montevideo"],
    ),
    only(
        "BOT",
        "BOST",
        ("Bolivia", "Bolivia Summer"),
        &["America/La_Paz"],
    ),
    only(
        "PYT",
        "PYST",
        ("Paraguay", "Paraguay Summer"),
        &["America/Asuncion"],
    ),
    only(
        "ECT",
        "ECST",
        ("Ecuador", "Ecuador Summer"),
        &["America/Guayaquil"],
    ),
    only(
        "UZT",
        "UZST",
        ("Uzbekistan", "Uzbekistan Summer"),
        &["Asia/Tashkent", "Asia/Samarkand"],
    ),
    only(
        "AZT",
        "AZST",
        ("Azerbaijan", "Azerbaijan Summer"),
        &["Asia/Baku"],
    ),
    only(
        "GET",
        "GEST",
        ("Georgia", "Georgia Summer"),
        &["Asia/Tbilisi"],
    ),
    only(
        "AMT",
        "AMST",
        ("Armenia", "Armenia Summer"),
        &["Asia/Yerevan"],
    ),
    only(
        "ALMT",
        "ALMST",
        ("Alma-Ata", "Alma-Ata Summer"),
        &["Asia/Almaty"],
    ),
    only(
        "BDT",
        "BDST",
        ("Bangladesh", "Bangladesh Summer"),
        &["Asia/Dhaka"],
    ),
    only(
        "NPT",
        "NPST",
        ("Nepal", "Nepal Summer"),
        &["Asia/Kathmandu"],
    ),
    only(
        "MMT",
        "MMST",
        ("Myanmar", "Myanmar Summer"),
        &["Asia/Yangon", "Asia/Rangoon"],
    ),
    only(
        "AFT",
        "AFST",
        ("Afghanistan", "Afghanistan Summer"),
        &["Asia/Kabul"],
    ),
    only(
        "YEKT",
        "YEKST",
        ("Yekaterinburg", "Yekaterinburg Summer"),
        &["Asia/Yekaterinburg"],
    ),
    only(
        "NOVT",
        "NOVST",
        ("Novosibirsk", "Novosibirsk Summer"),
        &["Asia/Novosibirsk"],
    ),
    only(
        "VLAT",
        "VLAST",
        ("Vladivostok", "Vladivostok Summer"),
        &["Asia/Vladivostok"],
    ),
];

/// The names of a zone whose standard time the database abbreviates so.
pub(crate) fn of_zone(id: &str, abbreviation: &str) -> Option<&'static Names> {
    let listed = NAMES.iter().find(|names| names.zones.contains(&id));
    listed.or_else(|| {
        NAMES
            .iter()
            .find(|names| !names.only && names.standard == abbreviation)
    })
}

/// The longest name that `text` begins with, in any case: its zones, whether it is that of daylight
/// saving time, and its length.
pub(crate) fn starting(text: &str) -> Option<(&'static Names, bool, usize)> {
    let mut best: Option<(&'static Names, bool, usize)> = None;
    // A name that stands for many zones is preferred to the same name of a few.
    let preferred = NAMES.iter().filter(|names| !names.only);
    for names in preferred.chain(NAMES.iter().filter(|names| names.only)) {
        let candidates = [
            (names.long(false), false),
            (names.long(true), true),
            (names.standard.to_owned(), false),
            (names.daylight.to_owned(), names.daylight != names.standard),
        ];
        for (name, daylight) in candidates {
            let begins = text
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(&name));
            if begins && best.is_none_or(|(_, _, len)| name.len() > len) {
                best = Some((names, daylight, name.len()));
            }
        }
    }
    best
}
