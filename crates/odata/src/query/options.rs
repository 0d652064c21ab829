//! The query of a URL: options of OData, and parameters of the services.

use lockgate_core::limits;

use super::{Order, Query};
use crate::error::{Error, Result};
use crate::filter::{Filter, property};
use crate::model::EntityType;

/// The query of a URL, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    system: Vec<(String, String)>,
    /// What OData does not define.
    pub(crate) parameters: Vec<(String, String)>,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Atom,
    Json,
}

/// The options that a URL may have.
const KNOWN: [&str; 9] = [
    "$filter",
    "$orderby",
    "$select",
    "$expand",
    "$top",
    "$skip",
    "$skiptoken",
    "$inlinecount",
    "$format",
];

impl Options {
    /// Reads the query of a URL. Names may be percent-encoded, `+` is a space. Repeated lists are one
    /// list; other options may be repeated with the same value only.
    pub(crate) fn parse(query: &str) -> Result<Self> {
        let mut options = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !name.starts_with('$') {
                options
                    .parameters
                    .push((name.into_owned(), value.into_owned()));
                continue;
            }
            let Some(name) = KNOWN.into_iter().find(|known| *known == name) else {
                return Err(Error::bad_request(format!("There is no option {name}.")));
            };
            if value.trim().is_empty() {
                continue;
            }
            let mut known = options.system.iter_mut();
            match known.find(|(known, _)| known == name) {
                None => options.system.push((name.to_owned(), value.into_owned())),
                Some((_, old)) if matches!(name, "$select" | "$expand") => {
                    old.push(',');
                    old.push_str(&value);
                }
                Some((_, old)) if *old == value => {}
                Some(_) => {
                    let message = format!("{name} is given twice.");
                    return Err(Error::bad_request(message));
                }
            }
        }
        Ok(options)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.system.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    }

    /// `$format`.
    pub(crate) fn format(&self) -> Result<Option<Format>> {
        match self.get("$format") {
            None => Ok(None),
            Some(format) if format.contains("json") => Ok(Some(Format::Json)),
            Some(format) if format.contains("xml") || format == "atom" => Ok(Some(Format::Atom)),
            Some(_) => Err(Error::bad_request("$format is json or xml.")),
        }
    }

    /// The options, for a list of entities of type `entity`.
    pub(crate) fn query(&self, entity: &'static EntityType) -> Result<Query> {
        let filter = self.get("$filter").map(|text| Filter::parse(text, entity));
        let wants_total = match self.get("$inlinecount") {
            None | Some("none") => false,
            Some("allpages") => true,
            Some(_) => return Err(Error::bad_request("$inlinecount is allpages or none.")),
        };
        Ok(Query {
            filter: filter.transpose()?,
            order: self.order(entity)?,
            select: self.select(entity)?,
            expand: self.expand()?,
            wants_total,
            skip: self.number("$skip")?.unwrap_or_default(),
            token: self.number("$skiptoken")?.unwrap_or_default(),
            top: self.number("$top")?,
            only_count: false,
        })
    }

    fn order(&self, entity: &'static EntityType) -> Result<Vec<Order>> {
        let criteria = self.get("$orderby").unwrap_or_default().split(',');
        let read = |text: &str| {
            let mut words = text.split_whitespace();
            let path = words.next()?;
            let path: Vec<_> = path.split('/').map(str::to_owned).collect();
            let descending = match words.next() {
                None => false,
                Some(word) if word.eq_ignore_ascii_case("asc") => false,
                Some(word) if word.eq_ignore_ascii_case("desc") => true,
                Some(_) => return None,
            };
            property(&path, entity)?;
            words.next().is_none().then_some(Order { path, descending })
        };
        let given = criteria.filter(|text| !text.trim().is_empty());
        given
            .map(|text| {
                let text = text.trim();
                read(text).ok_or_else(|| {
                    let name = entity.name;
                    Error::bad_request(format!("$orderby of {name} does not know {text:?}."))
                })
            })
            .collect()
    }

    fn select(&self, entity: &'static EntityType) -> Result<Vec<String>> {
        let selected = list(self.get("$select"));
        if selected.iter().any(|name| name == "*") {
            return Ok(Vec::new());
        }
        for path in &selected {
            let name = path.split('/').next().unwrap_or_default();
            if entity.property(name).is_none() && entity.navigation(name).is_none() {
                let message = format!("{} has no property {name}.", entity.name);
                return Err(Error::bad_request(message));
            }
        }
        Ok(selected)
    }

    fn expand(&self) -> Result<Vec<Vec<String>>> {
        let split = |path: String| {
            let path: Vec<_> = path.split('/').map(str::to_owned).collect();
            match path.len() <= limits::ODATA_EXPAND_DEPTH {
                true => Ok(path),
                false => {
                    let limit = limits::ODATA_EXPAND_DEPTH;
                    let message = format!("$expand follows at most {limit} navigations.");
                    Err(Error::bad_request(message))
                }
            }
        };
        list(self.get("$expand")).into_iter().map(split).collect()
    }

    fn number(&self, name: &str) -> Result<Option<u64>> {
        let wrong = || Error::bad_request(format!("{name} has to be a whole number."));
        // A negative number would otherwise say no more than that it is malformed.
        let number = self.get(name).map(str::parse).transpose();
        number.map_err(|_| wrong())
    }

    /// The query of the page after the one that ends at `offset` rows.
    pub(crate) fn next(&self, token: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.parameters {
            query.append_pair(name, value);
        }
        for (name, value) in &self.system {
            if name != "$skiptoken" {
                query.append_pair(name, value);
            }
        }
        query.append_pair("$skiptoken", &token.to_string());
        query.finish().replace("%24", "$")
    }
}

/// The items of a list.
fn list(text: Option<&str>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for item in text.unwrap_or_default().split(',') {
        let item = item.trim().trim_matches('/');
        if !item.is_empty() && !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Navigation, Property};

    static ENTITY: EntityType = EntityType::new(
        "Thing",
        &[Property::text("Id").key(), Property::text("Name")],
    )
    .navigations(&[Navigation::many("Parts", "Parts")]);

    fn query(text: &str) -> Result<Query> {
        Options::parse(text)?.query(&ENTITY)
    }

    #[test]
    fn options_are_read_in_every_spelling() {
        let plain = query("$filter=Name eq 'a b'&$select=Id,Name&$top=5").unwrap();
        for text in [
            "$filter=Name+eq+'a+b'&$select=Id,Name&$top=5",
            "%24filter=Name%20eq%20%27a%20b%27&%24select=Id&%24select=Name&%24top=5",
            "sap-language=EN&user=u&$filter=Name eq 'a b'&$select=Id, Name&$top=5&$top=5&$skip=",
        ] {
            assert_eq!(query(text).unwrap(), plain, "{text}");
        }
        let query = query("$expand=Parts&%24expand=Parts/More&$orderby=Name desc, Id").unwrap();
        assert_eq!(query.expand, [vec!["Parts"], vec!["Parts", "More"]]);
        let order: Vec<_> = query
            .order
            .iter()
            .map(|o| (o.path.join("/"), o.descending))
            .collect();
        assert_eq!(order, [("Name".to_owned(), true), ("Id".to_owned(), false)]);
    }

    #[test]
    fn what_cannot_be_meant_is_a_bad_request() {
        for text in [
            "$top=-1",
            "$top=x",
            "$skip=1.5",
            "$top=1&$top=2",
            "$unknown=1",
            "$inlinecount=some",
            "$orderby=Unknown",
            "$orderby=Name up",
            "$orderby=Name desc Id",
            "$select=Unknown",
            "$filter=Unknown eq 1",
            "$expand=a/b/c/d/e",
        ] {
            assert_eq!(query(text).unwrap_err().status, 400, "{text}");
        }
        let format = |text| Options::parse(text).unwrap().format();
        assert_eq!(format("$format=json").unwrap(), Some(Format::Json));
        assert_eq!(format("$format=xml").unwrap(), Some(Format::Atom));
        assert_eq!(format("x=1").unwrap(), None);
        assert!(format("$format=yaml").is_err());
    }

    #[test]
    fn the_next_page_is_asked_for_with_the_same_options() {
        let options = Options::parse("%24filter=Name+eq+'a'&user=u+v&$skiptoken=1000").unwrap();
        let next = options.next(2_000);
        assert_eq!(next, "user=u+v&$filter=Name+eq+%27a%27&$skiptoken=2000");
        let again = Options::parse(&next).unwrap().query(&ENTITY).unwrap();
        assert_eq!(again.offset(), 2_000);
    }
}
