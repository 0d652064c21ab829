//! Write Variables and the steps on data stores: settings and mistakes.

use lockgate_flow::plan::{
    DataStoreStep, Datatype, EntryId, StepSpec, StoreScope, ValueSource, VariableRow,
};

use crate::draft::{Draft, properties};

const NAME: (&str, &str) = ("storageName", "Orders");

fn draft(operation: &str, pairs: &[(&str, &str)]) -> Draft {
    let mut all = vec![("operation", operation)];
    all.extend_from_slice(pairs);
    Draft::new().activity("A", "DBstorage", &all)
}

fn step(operation: &str, pairs: &[(&str, &str)]) -> DataStoreStep {
    match draft(operation, pairs).first() {
        StepSpec::DataStore(step) => step,
        other => panic!("{other:?}"),
    }
}

fn id_of(id: &EntryId) -> &str {
    match id {
        EntryId::Template(template) => &template.source,
        EntryId::XPath(xpath) => xpath,
    }
}

#[test]
fn a_write_has_the_defaults_of_old_exports() {
    let DataStoreStep::Write(old) = step("put", &[NAME]) else {
        panic!("not a write");
    };
    assert_eq!(old.store.name.source, "Orders");
    assert_eq!(old.store.scope, StoreScope::Flow);
    assert_eq!((id_of(&old.id), old.due_days, old.expiry_days), ("", 2, 30));
    assert!(!old.replace && !old.with_headers && !old.encrypt);
    let DataStoreStep::Write(all) = step(
        "put",
        &[
            ("storageName", " ${property.store} "),
            ("visibility", "global"),
            ("messageId", "${header.id}"),
            ("override", "true"),
            ("includeMessageHeaders", "true"),
            ("encrypt", "true"),
            ("alert", "1"),
            ("expire", "99999999999"),
        ],
    ) else {
        panic!("not a write");
    };
    assert_eq!(all.store.name.source, "${property.store}");
    assert_eq!(all.store.scope, StoreScope::Tenant);
    assert_eq!(
        (id_of(&all.id), all.due_days, all.expiry_days),
        ("${header.id}", 1, 180)
    );
    assert!(all.replace && all.with_headers && all.encrypt);
}

#[test]
fn a_get_names_its_entry_by_another_setting_than_a_delete() {
    let ids = [("messageId", "m"), ("dataStoreId", "d"), NAME];
    match step("get", &ids) {
        DataStoreStep::Get {
            id,
            delete,
            fail_if_missing,
            ..
        } => {
            assert_eq!((id_of(&id), delete, fail_if_missing), ("d", false, true));
        }
        other => panic!("{other:?}"),
    }
    match step("delete", &ids) {
        DataStoreStep::Delete { id, .. } => assert_eq!(id_of(&id), "m"),
        other => panic!("{other:?}"),
    }
    let lenient = [NAME, ("delete", "true"), ("stopOnMissingEntry", "false")];
    match step("get", &lenient) {
        DataStoreStep::Get {
            delete,
            fail_if_missing,
            ..
        } => assert!(delete && !fail_if_missing),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_id_by_xpath_is_compiled() {
    match step("delete", &[NAME, ("messageId", "${xpath./a/b/text()}")]) {
        DataStoreStep::Delete {
            id: EntryId::XPath(xpath),
            ..
        } => assert_eq!(xpath, "/a/b/text()"),
        other => panic!("{other:?}"),
    }
    let errors = draft("delete", &[NAME, ("messageId", "${xpath./a[}")]).errors();
    assert!(errors[0].starts_with("LG-F0503 A: messageId"), "{errors:?}");
    // Beside other text it is an unknown function, as everywhere.
    let errors = draft("delete", &[NAME, ("messageId", "x${xpath./a}")]).errors();
    assert!(errors[0].starts_with("LG-F0501 A: messageId"), "{errors:?}");
}

#[test]
fn the_number_of_selected_entries_is_bounded() {
    for (text, expected) in [
        ("", 1),
        ("10", 10),
        ("99999", 99_999),
        ("4000000000", 100_000),
    ] {
        match step("select", &[NAME, ("maxresults", text)]) {
            DataStoreStep::Select { limit, delete, .. } => {
                assert_eq!((limit, delete), (expected, false));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn settings_that_mean_nothing_are_errors() {
    for (operation, key, value, expected) in [
        ("put", "storageName", "", "storageName is missing"),
        (
            "put",
            "visibility",
            "all",
            "visibility must be local or global",
        ),
        (
            "put",
            "expire",
            "0",
            "expire must be a whole number above 0",
        ),
        ("put", "alert", "2d", "alert must be a whole number above 0"),
        ("put", "encrypt", "yes", "encrypt must be true or false"),
        (
            "select",
            "maxresults",
            "-1",
            "maxresults must be a whole number above 0",
        ),
        ("get", "dataStoreId", "${nonsense}", "dataStoreId: "),
    ] {
        let errors = draft(operation, &[NAME, (key, value)]);
        let errors = match key {
            "storageName" => draft(operation, &[(key, value)]).errors(),
            _ => errors.errors(),
        };
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

fn variables(rows: &str) -> Draft {
    // Visibility, encryption and expiry are the same in every export and mean nothing.
    Draft::new().activity(
        "A",
        "Variables",
        &[
            ("variable", rows),
            ("visibility", "local"),
            ("encrypt", "true"),
            ("expire", "90"),
        ],
    )
}

fn row(cells: [&str; 5]) -> String {
    let cells = cells.map(|cell| format!("<cell>{cell}</cell>"));
    format!("<row>{}</row>", cells.concat())
}

#[test]
fn rows_of_variables_are_read_by_position() {
    let rows = [
        row(["a", "", "property", "P", "local"]),
        row([
            "b${header.x}",
            "java.lang.String",
            "expression",
            "&apos;1&apos;",
            "global",
        ]),
        row(["c", "java.land.String", "xpath", " //id ", "local"]),
        row(["d", "java.lang.Object", "header", "h", ""]),
        row(["e", "", "constant", "${no}", "global"]),
    ];
    let rows = match variables(&rows.concat()).first() {
        StepSpec::WriteVariables(rows) => rows,
        other => panic!("{other:?}"),
    };
    let shown = |row: &VariableRow| {
        let source = match &row.source {
            ValueSource::Expression(template) => template.source.clone(),
            ValueSource::Constant(text)
            | ValueSource::Header(text)
            | ValueSource::Property(text)
            | ValueSource::XPath(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        (row.name.source.clone(), source, row.datatype, row.scope)
    };
    let expected = [
        ("a", "P", Datatype::Unspecified, StoreScope::Flow),
        ("b${header.x}", "'1'", Datatype::Text, StoreScope::Tenant),
        ("c", "//id", Datatype::Text, StoreScope::Flow),
        ("d", "h", Datatype::Unspecified, StoreScope::Flow),
        ("e", "${no}", Datatype::Unspecified, StoreScope::Tenant),
    ]
    .map(|(name, source, datatype, scope)| (name.to_owned(), source.to_owned(), datatype, scope));
    assert_eq!(rows.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn rows_that_mean_nothing_are_errors() {
    for (cells, expected) in [
        (["", "", "property", "P", "local"], "a row without a name"),
        (["a", "", "magic", "P", "local"], "unknown type 'magic'"),
        (
            ["a", "", "property", "P", "galaxy"],
            "neither local nor global",
        ),
        (["a", "", "numberRange", "R", "local"], "cannot be written"),
        (["a", "", "xpath", "/a[", "local"], "LG-F0503"),
        (["a", "", "expression", "${nonsense}", "local"], "LG-F0501"),
    ] {
        let errors = variables(&row(cells)).errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

#[test]
fn a_process_is_transactional_when_data_stores_are_part_of_it() {
    for (handling, expected) in [
        (" Required ", true),
        ("{{handling}}", true),
        ("Not Required", false),
        ("Required JMS", false),
        ("", false),
    ] {
        let pairs = [("transactionalHandling", handling)];
        let draft = Draft::new()
            .parameter("handling=Required")
            .raw(&properties(&pairs))
            .activity("A", "DBstorage", &[("operation", "delete"), NAME]);
        let plan = draft.plan();
        assert_eq!(plan.processes[0].transactional, expected, "{handling}");
    }
    assert!(!Draft::new().plan().processes[0].transactional);
}
