//! The XML declaration and the `DOCTYPE`.

use super::{Fault, Parser, entity};

impl<'t> Parser<'t> {
    /// `<?xml version="1.0" … ?>`, if it is there.
    pub(super) fn declaration(&mut self) -> Result<(), Fault> {
        let declared = self.cursor.rest().strip_prefix("<?xml");
        if !declared.is_some_and(|rest| rest.starts_with([' ', '\t', '\n'])) {
            return Ok(());
        }
        self.cursor.at += "<?xml".len();
        self.cursor.space();
        let Some(version) = self.pseudo("version")? else {
            return Err(self.fault("The version is required in the XML declaration."));
        };
        if version != "1.0" {
            return Err(self.fault(format!(
                "XML version \"{version}\" is not supported, only XML 1.0 is supported."
            )));
        }
        self.cursor.space();
        self.pseudo("encoding")?;
        self.cursor.space();
        match self.pseudo("standalone")? {
            None | Some("no") => {}
            Some("yes") => self.tree.standalone = true,
            Some(other) => {
                return Err(self.fault(format!(
                    "The standalone document declaration value must be \"yes\" or \"no\", not \
                     \"{other}\"."
                )));
            }
        }
        self.cursor.space();
        if !self.cursor.eat("?>") {
            return Err(self.fault("The XML declaration must end with \"?>\"."));
        }
        Ok(())
    }

    /// `name="value"`, if it is here.
    fn pseudo(&mut self, name: &str) -> Result<Option<&'t str>, Fault> {
        if !self.cursor.eat(name) {
            return Ok(None);
        }
        self.cursor.space();
        if !self.cursor.eat("=") {
            return Err(self.fault(format!(
                "The '=' character must follow \"{name}\" in the XML declaration."
            )));
        }
        self.cursor.space();
        let quote = if self.cursor.eat("\"") {
            "\""
        } else if self.cursor.eat("'") {
            "'"
        } else {
            return Err(self.fault(format!(
                "The value following \"{name}\" in the XML declaration must be a quoted string."
            )));
        };
        self.cursor.until(quote).map(Some)
    }

    /// `DOCTYPE`, behind that word: refused, or read for its entities.
    pub(super) fn doctype(&mut self) -> Result<(), Fault> {
        if !self.options.doctype {
            return Err(self.fault(
                "DOCTYPE is disallowed when the feature \
                 \"http://apache.org/xml/features/disallow-doctype-decl\" set to true.",
            ));
        }
        loop {
            let rest = self.cursor.rest();
            let Some(length) = rest.find(['[', '>', '"', '\'']) else {
                return Err(self.cursor.ended());
            };
            self.cursor.at += length + 1;
            match rest.as_bytes().get(length) {
                Some(b'[') => self.subset()?,
                Some(b'>') => return Ok(()),
                Some(b'"') => drop(self.cursor.until("\"")?),
                _ => drop(self.cursor.until("'")?),
            }
        }
    }

    /// What stands between `[` and `]`: of all declarations, entities with a value count.
    fn subset(&mut self) -> Result<(), Fault> {
        loop {
            self.cursor.space();
            if self.cursor.eat("]") {
                return Ok(());
            }
            if self.cursor.eat("<!--") {
                self.cursor.until("-->")?;
            } else if self.cursor.eat("<?") {
                self.cursor.until("?>")?;
            } else if self.cursor.eat("<!ENTITY") {
                self.entity()?;
            } else if self.cursor.eat("<!") {
                self.cursor.until(">")?;
            } else if self.cursor.eat("%") {
                self.cursor.until(";")?;
            } else {
                return Err(match self.cursor.peek() {
                    None => self.cursor.ended(),
                    Some(_) => self.fault(
                        "The markup declarations contained or pointed to by the document type \
                         declaration must be well-formed.",
                    ),
                });
            }
        }
    }

    /// An entity declaration, behind its first word. External ones are never read.
    fn entity(&mut self) -> Result<(), Fault> {
        self.cursor.space();
        let name = self.cursor.name()?;
        self.cursor.space();
        let value = if self.cursor.eat("\"") {
            Some(self.cursor.until("\"")?)
        } else if self.cursor.eat("'") {
            Some(self.cursor.until("'")?)
        } else {
            None
        };
        self.cursor.until(">")?;
        let known = self.entities.iter().any(|(known, _)| *known == name);
        if let Some(value) = value
            && !known
            && !name.is_empty()
            && self.entities.len() < entity::DECLARED
        {
            self.entities.push((name, value.to_owned()));
        }
        Ok(())
    }
}
