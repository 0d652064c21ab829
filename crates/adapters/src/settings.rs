//! Reads the properties of a channel.

use lockgate_engine::error::StepError;
use lockgate_engine::eval::{self, EvalContext};
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::{Call, InvalidSetting};
use lockgate_flow::expr::Template;
use lockgate_flow::plan::Channel;

/// The properties of a channel while it is prepared, and what was found wrong with them.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    channel: &'a Channel,
    problems: Vec<InvalidSetting>,
}

impl<'a> Settings<'a> {
    pub(crate) fn of(channel: &'a Channel) -> Self {
        Self {
            channel,
            problems: Vec::new(),
        }
    }

    /// A property's text; `None` when the channel does not have it, which may mean something else
    /// than an empty one.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a str> {
        self.channel.properties.get(key).map(String::as_str)
    }

    /// A property's text without surrounding white space; empty when absent.
    pub(crate) fn text(&self, key: &str) -> &'a str {
        self.raw(key).unwrap_or_default().trim()
    }

    /// A property that may hold expressions.
    pub(crate) fn dynamic(&mut self, key: &'static str) -> Dynamic {
        let source = self.raw(key).unwrap_or_default();
        self.parse(key, source)
    }

    /// A property that may hold expressions, if the channel has it.
    pub(crate) fn dynamic_if_present(&mut self, key: &'static str) -> Option<Dynamic> {
        self.raw(key).map(|source| self.parse(key, source))
    }

    /// Parses text that is part of the property `key`.
    pub(crate) fn parse(&mut self, key: &'static str, source: &str) -> Dynamic {
        let template = Template::parse(source).unwrap_or_else(|error| {
            self.refuse(key, error.to_string());
            Template::default()
        });
        Dynamic { key, template }
    }

    /// A yes/no property, in any of its spellings.
    pub(crate) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        match self.text(key).to_ascii_lowercase().as_str() {
            "" => default,
            "true" | "1" => true,
            "false" | "0" => false,
            other => {
                self.refuse(key, format!("{other:?} is neither true nor false"));
                default
            }
        }
    }

    /// Reports a property that cannot be used.
    pub(crate) fn refuse(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(InvalidSetting {
            channel: self.channel.name.clone(),
            setting: key.to_owned(),
            message: message.into(),
        });
    }

    /// Reports a feature that does not exist here yet.
    pub(crate) fn unsupported(&mut self, key: &str, what: &str) {
        self.refuse(key, format!("{what} is not supported yet"));
    }

    /// Checks the route to the target. `sapcc` names a connector into a company's network; this
    /// server stands in that network and calls directly.
    pub(crate) fn check_proxy(&mut self) {
        const KEY: &str = "proxyType";
        let kind = self.text(KEY);
        let direct = ["", "default", "internet", "none", "sapcc", "dynamic"];
        if !direct.contains(&kind.to_ascii_lowercase().as_str()) {
            self.refuse(
                KEY,
                format!("proxy type {kind:?} is not supported; calls are direct"),
            );
        }
    }

    /// Whatever was prepared, unless something was wrong.
    pub(crate) fn finish<T>(self, prepared: T) -> Result<T, Vec<InvalidSetting>> {
        if self.problems.is_empty() {
            Ok(prepared)
        } else {
            Err(self.problems)
        }
    }
}

/// A property that is evaluated for each message.
#[derive(Clone, Debug)]
pub(crate) struct Dynamic {
    key: &'static str,
    template: Template,
}

impl Dynamic {
    /// The value for this message.
    pub(crate) fn text(&self, exchange: &Exchange, call: &Call<'_>) -> Result<String, StepError> {
        eval::text(&self.template, exchange, &EvalContext::from(call))
    }

    /// The value for this message without surrounding white space.
    pub(crate) fn word(&self, exchange: &Exchange, call: &Call<'_>) -> Result<String, StepError> {
        Ok(self.text(exchange, call)?.trim().to_owned())
    }

    /// The value as a number between `min` and `max`; `default` when it is empty.
    pub(crate) fn number(
        &self,
        exchange: &Exchange,
        call: &Call<'_>,
        bounds: Bounds,
    ) -> Result<u64, StepError> {
        let text = self.word(exchange, call)?;
        if text.is_empty() {
            return Ok(bounds.default);
        }
        let number = text.parse().ok();
        let inside = number.filter(|number| (bounds.min..=bounds.max).contains(number));
        inside.ok_or_else(|| {
            StepError::new(format!(
                "Setting {:?} must be a whole number from {} to {}, not {text:?}.",
                self.key, bounds.min, bounds.max
            ))
        })
    }
}

/// What a number may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) default: u64,
}
