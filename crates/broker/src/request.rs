//! What platforms ask for, read from the body or the query and checked against the catalogue.
//!
//! Ids of the catalogue are checked before anything is looked up, so a wrong id is always answered
//! with 400. Members that are not known are ignored: later versions of the specification add some.

use lockgate_catalog::catalogue;
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use serde_json::{Map, Value, json};

use crate::call::{Body, Query};
use crate::error::Error;

/// Checks that the query names the offering and one of its plans, as for everything that is deleted.
pub(crate) fn check_query(query: &Query) -> Result<(), Error> {
    check_service(query.get("service_id"))?;
    plan(query.get("plan_id")).map(drop)
}

/// An instance to create.
#[derive(Debug)]
pub(crate) struct Provision {
    pub(crate) plan: Plan,
    pub(crate) parameters: Option<Value>,
    /// What the platform's user calls the instance.
    pub(crate) name: Option<String>,
    /// What makes a repetition: kept, and compared as parsed JSON.
    pub(crate) asked: Value,
}

impl Provision {
    pub(crate) fn read(Body(body): Body) -> Result<Self, Error> {
        let plan = offered(&body)?;
        let mut asked = ids(plan);
        for name in ["organization_guid", "space_guid"] {
            let value = required(name, text(&body, name)?)?;
            if value.len() > limits::BROKER_TEXT {
                let problem = format!("has more than {} characters", limits::BROKER_TEXT);
                return Err(Error::field(name, &problem));
            }
            asked.insert(name.to_owned(), value.into());
        }
        let parameters = object(&body, "parameters")?;
        asked.insert("parameters".to_owned(), or_empty(parameters.clone()));
        Ok(Self {
            plan,
            parameters,
            name: instance_name(&body)?,
            asked: Value::Object(asked),
        })
    }
}

/// A change of an instance. What is absent stays.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) plan: Option<Plan>,
    pub(crate) parameters: Option<Value>,
    pub(crate) name: Option<String>,
}

impl Update {
    pub(crate) fn read(Body(body): Body) -> Result<Self, Error> {
        check_service(text(&body, "service_id")?)?;
        let plan_id = text(&body, "plan_id")?;
        Ok(Self {
            plan: plan_id.map(|id| plan(Some(id))).transpose()?,
            parameters: object(&body, "parameters")?,
            name: instance_name(&body)?,
        })
    }

    /// What a repetition of the first request has to ask for after this change.
    pub(crate) fn merged(&self, mut asked: Value) -> Value {
        if let (Some(Value::Object(change)), Some(parameters)) = (
            &self.parameters,
            asked.get_mut("parameters").and_then(Value::as_object_mut),
        ) {
            parameters.extend(change.clone());
        }
        asked
    }
}

/// A binding to create.
#[derive(Debug)]
pub(crate) struct Bind {
    /// The plan of the instance; a platform that rotates a binding need not say it.
    pub(crate) plan: Option<Plan>,
    pub(crate) parameters: Option<Value>,
    /// The binding that the new one succeeds, whose parameters it gets.
    pub(crate) predecessor: Option<String>,
}

impl Bind {
    pub(crate) fn read(Body(body): Body) -> Result<Self, Error> {
        let predecessor = text(&body, "predecessor_binding_id")?.map(str::to_owned);
        let named = body.contains_key("service_id") || body.contains_key("plan_id");
        let plan = match predecessor.is_some() && !named {
            true => None,
            false => Some(offered(&body)?),
        };
        if predecessor.is_some() && body.contains_key("parameters") {
            let problem = "cannot be given for a rotation: they are those of the predecessor";
            return Err(Error::field("parameters", problem));
        }
        Ok(Self {
            plan,
            parameters: object(&body, "parameters")?,
            predecessor,
        })
    }

    /// What makes a repetition: kept, and compared as parsed JSON.
    pub(crate) fn asked(&self, of_instance: Plan) -> Value {
        let plan = self.plan.unwrap_or(of_instance);
        let mut asked = ids(plan);
        asked.insert("parameters".to_owned(), or_empty(self.parameters.clone()));
        if let Some(predecessor) = &self.predecessor {
            asked.insert("predecessor_binding_id".to_owned(), json!(predecessor));
        }
        Value::Object(asked)
    }
}

/// No parameters and empty ones mean the same.
fn or_empty(parameters: Option<Value>) -> Value {
    parameters.unwrap_or_else(|| json!({}))
}

/// The plan that the body names, with its offering.
fn offered(body: &Map<String, Value>) -> Result<Plan, Error> {
    check_service(text(body, "service_id")?)?;
    plan(text(body, "plan_id")?)
}

/// The ids of the offering and a plan, as requests write them.
fn ids(plan: Plan) -> Map<String, Value> {
    let (service, plan) = (catalogue::OFFERING_ID, catalogue::plan_id(plan));
    let ids = [("service_id", service), ("plan_id", plan)];
    let members = ids.map(|(name, id)| (name.to_owned(), id.to_string().into()));
    members.into_iter().collect()
}

fn check_service(id: Option<&str>) -> Result<(), Error> {
    let id = required("service_id", id)?;
    match id == catalogue::OFFERING_ID.to_string() {
        true => Ok(()),
        false => Err(Error::field("service_id", "is not in the catalog")),
    }
}

fn plan(id: Option<&str>) -> Result<Plan, Error> {
    let id = required("plan_id", id)?;
    let found = Plan::ALL
        .into_iter()
        .find(|plan| catalogue::plan_id(*plan).to_string() == id);
    found.ok_or_else(|| Error::field("plan_id", "is not in the catalog"))
}

fn required<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, Error> {
    let value = value.filter(|value| !value.is_empty());
    value.ok_or_else(|| Error::field(name, "is required"))
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Error> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::field(name, "must be text")),
    }
}

fn object(body: &Map<String, Value>, name: &str) -> Result<Option<Value>, Error> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(object @ Value::Object(_)) => Ok(Some(object.clone())),
        Some(_) => Err(Error::field(name, "must be a JSON object")),
    }
}

/// What the platform's user calls the instance, if that is a name here too.
fn instance_name(body: &Map<String, Value>) -> Result<Option<String>, Error> {
    let Some(Value::Object(context)) = object(body, "context")? else {
        return Ok(None);
    };
    let name = text(&context, "instance_name")?.filter(|name| {
        let fits = (1..=limits::INSTANCE_NAME).contains(&name.chars().count());
        fits && !name.contains(char::is_control) && name.trim() == *name
    });
    Ok(name.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provision(body: Value) -> Result<Provision, Error> {
        let Value::Object(mut members) = body else {
            panic!("not an object");
        };
        let flow = catalogue::plan_id(Plan::IntegrationFlow).to_string();
        for (name, value) in [
            ("service_id", catalogue::OFFERING_ID.to_string()),
            ("plan_id", flow),
            ("organization_guid", "o".to_owned()),
            ("space_guid", "s".to_owned()),
        ] {
            members.entry(name).or_insert_with(|| value.into());
        }
        Provision::read(Body(members))
    }

    #[test]
    fn requests_are_the_same_whatever_a_platform_adds() {
        let plain = provision(json!({})).unwrap();
        for body in [
            json!({"parameters": {}}),
            json!({"parameters": null}),
            json!({"context": {"platform": "cloudfoundry", "instance_name": "orders"}}),
            json!({"new_member": 1, "maintenance_info": {"version": "1.0.0"}}),
        ] {
            assert_eq!(
                provision(body.clone()).unwrap().asked,
                plain.asked,
                "{body}"
            );
        }
        for body in [
            json!({"parameters": {"token-validity": 3600}}),
            json!({"space_guid": "other"}),
            json!({"organization_guid": "other"}),
            json!({"plan_id": catalogue::plan_id(Plan::Api).to_string()}),
        ] {
            assert_ne!(
                provision(body.clone()).unwrap().asked,
                plain.asked,
                "{body}"
            );
        }
    }

    #[test]
    fn names_of_the_platform_are_taken_when_they_can_be_names_here() {
        let name = |name: Value| {
            let context = json!({"context": {"instance_name": name}});
            provision(context).unwrap().name
        };
        assert_eq!(name(json!("Orders, EU")), Some("Orders, EU".to_owned()));
        for unusable in [
            json!(""),
            json!(" x"),
            json!("a\nb"),
            json!("x".repeat(256)),
        ] {
            assert_eq!(name(unusable.clone()), None, "{unusable}");
        }
    }

    #[test]
    fn places_are_any_text_up_to_a_length() {
        let place = |text: &str| provision(json!({"space_guid": text})).is_ok();
        for text in ["a b", "ä/ö", "{}", &"x".repeat(limits::BROKER_TEXT)] {
            assert!(place(text), "{text}");
        }
        assert!(!place(&"x".repeat(limits::BROKER_TEXT + 1)));
        assert!(!place(""));
    }

    #[test]
    fn a_change_becomes_part_of_what_was_asked() {
        let asked = provision(json!({"parameters": {"a": 1, "b": 2}}))
            .unwrap()
            .asked;
        let update = Update {
            plan: None,
            parameters: Some(json!({"b": 3, "c": 4})),
            name: None,
        };
        let merged = update.merged(asked);
        assert_eq!(merged["parameters"], json!({"a": 1, "b": 3, "c": 4}));
    }
}
