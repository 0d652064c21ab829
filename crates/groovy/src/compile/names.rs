//! Which class a name in a file means.

use std::collections::HashMap;
use std::sync::OnceLock;

use smol_str::SmolStr;

use super::Compiler;
use crate::ast::{self, Import, Script};
use crate::class::Class;
use crate::code::{NativeClass, TypeId, TypeRef};
use crate::library;
use crate::library::number;

/// Packages whose classes need no import, in Groovy's order.
const DEFAULT_PACKAGES: [&str; 6] = [
    "java.lang",
    "java.util",
    "java.io",
    "java.net",
    "groovy.lang",
    "groovy.util",
];

/// What a file imports.
#[derive(Default)]
pub(super) struct Imports {
    package: Option<String>,
    /// Simple name → full name.
    classes: HashMap<String, String>,
    /// Packages and classes imported with a star.
    stars: Vec<String>,
    /// Name of a static member → class and member.
    statics: HashMap<String, (String, String)>,
    /// Classes whose static members are all imported.
    static_stars: Vec<String>,
}

impl Imports {
    pub(super) fn of(script: &Script) -> Self {
        let mut imports = Self {
            package: script.package.clone(),
            ..Self::default()
        };
        for import in &script.imports {
            imports.add(import);
        }
        imports
    }

    fn add(&mut self, import: &Import) {
        let name = import.name.clone();
        let (above, last) = name.rsplit_once('.').unwrap_or(("", &name));
        let alias = import.alias.clone().unwrap_or_else(|| last.to_owned());
        match (import.is_static, import.star) {
            (false, false) => drop(self.classes.insert(alias, name)),
            (false, true) => self.stars.push(name),
            (true, true) => self.static_stars.push(name),
            (true, false) => {
                let member = (above.to_owned(), last.to_owned());
                self.statics.insert(alias, member);
            }
        }
    }
}

impl Compiler<'_> {
    /// The type a declaration means; `None` for `def` and whatever takes every value.
    pub(super) fn declared_type(&mut self, ty: Option<&ast::Type>) -> Option<TypeId> {
        let ty = ty?;
        if ty.dims == 0 && matches!(ty.name.as_str(), "def" | "Object" | "java.lang.Object") {
            return None;
        }
        match self.type_ref(ty) {
            TypeRef::Unknown(_) => None,
            known => Some(self.type_id(known)),
        }
    }

    /// The type that is meant, known or not.
    pub(super) fn type_ref(&mut self, ty: &ast::Type) -> TypeRef {
        let base = self.class_named(&ty.name);
        let base = base.unwrap_or_else(|| TypeRef::Unknown(self.full_name(&ty.name)));
        (0..ty.dims).fold(base, |element, _| TypeRef::Array(Box::new(element)))
    }

    /// The type of an expression that needs its class: unknown ones are findings.
    pub(super) fn used_type(&mut self, ty: &ast::Type) -> TypeId {
        let found = self.type_ref(ty);
        if let TypeRef::Unknown(name) = &found {
            let what = format!("class {name} is not available");
            self.finding(ty.at, what);
        }
        self.type_id(found)
    }

    /// The imported full name of a name nobody knows, or the name itself.
    pub(super) fn full_name(&self, name: &str) -> SmolStr {
        let imported = self.imports.classes.get(name);
        imported.map_or_else(|| name.into(), SmolStr::from)
    }

    /// Whether a name is imported, known or not.
    pub(super) fn is_imported(&self, name: &str) -> bool {
        self.imports.classes.contains_key(name)
    }

    /// The class a simple or full name means.
    pub(super) fn class_named(&self, name: &str) -> Option<TypeRef> {
        if let Some(primitive) = primitive(name) {
            return Some(TypeRef::Primitive(NativeClass(primitive)));
        }
        if let Some((outer, inner)) = name.rsplit_once('.') {
            return self
                .full(name)
                .or_else(|| self.inner_class(&self.class_named(outer)?, inner));
        }
        self.simple(name)
    }

    fn simple(&self, name: &str) -> Option<TypeRef> {
        for class in self.classes.iter().rev() {
            let mut around = Some(class.id);
            while let Some(id) = around {
                let def = self.unit.classes.get(id as usize)?;
                if def.name.rsplit(['.', '$']).next() == Some(name) {
                    return Some(TypeRef::Script(id));
                }
                if let Some(found) = self.full(&format!("{}${name}", def.name)) {
                    return Some(found);
                }
                around = def.outer;
            }
        }
        if let Some(full) = self.imports.classes.get(name) {
            return self.full(full).or_else(|| {
                let (outer, inner) = full.rsplit_once('.')?;
                self.inner_class(&self.full(outer)?, inner)
            });
        }
        let package = self.imports.package.as_deref();
        let own = package.map(|package| format!("{package}.{name}"));
        if let Some(found) = self.full(own.as_deref().unwrap_or(name)) {
            return Some(found);
        }
        let stars = self.imports.stars.iter().map(String::as_str);
        let packages = stars.chain(DEFAULT_PACKAGES);
        let mut found = packages.filter_map(|package| {
            self.full(&format!("{package}.{name}"))
                .or_else(|| self.inner_class(&self.full(package)?, name))
        });
        found.next().or_else(|| match name {
            "BigDecimal" | "BigInteger" => self.full(&format!("java.math.{name}")),
            _ => None,
        })
    }

    fn inner_class(&self, outer: &TypeRef, inner: &str) -> Option<TypeRef> {
        let outer = match outer {
            TypeRef::Native(class) => class.0.name,
            TypeRef::Script(id) => self.unit.classes.get(*id as usize)?.name.as_str(),
            _ => return None,
        };
        self.full(&format!("{outer}${inner}"))
    }

    fn full(&self, name: &str) -> Option<TypeRef> {
        if let Some(id) = self.declared.get(name) {
            return Some(TypeRef::Script(*id));
        }
        let host = self.host.iter().find(|class| class.name == name).copied();
        let found = host.or_else(|| library_class(name));
        found.map(|class| TypeRef::Native(NativeClass(class)))
    }

    /// The class and member that a static import means by a name.
    pub(super) fn static_import(&mut self, name: &str) -> Option<(TypeRef, String)> {
        if let Some((class, member)) = self.imports.statics.get(name) {
            return Some((self.class_named(class)?, member.clone()));
        }
        let stars = self.imports.static_stars.iter();
        let mut classes = stars.filter_map(|class| self.class_named(class));
        let found = classes.find(|class| match class {
            TypeRef::Native(class) => {
                class.0.static_method(name).is_some() || class.0.constant(name).is_some()
            }
            TypeRef::Script(id) => self.has_static(*id, name),
            _ => false,
        });
        found.map(|class| (class, name.to_owned()))
    }

    fn has_static(&self, id: u32, name: &str) -> bool {
        let (Some(class), Some(name)) = (self.unit.classes.get(id as usize), self.unit.id(name))
        else {
            return false;
        };
        class.methods.contains_key(&name) || class.statics.iter().any(|field| field.name == name)
    }
}

/// The class of the library with this full name.
pub(crate) fn library_class(name: &str) -> Option<&'static Class> {
    static INDEX: OnceLock<HashMap<&'static str, &'static Class>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        library::classes()
            .map(|class| (class.name, class))
            .collect()
    });
    index.get(name).copied()
}

/// The boxed class of a primitive type.
pub(crate) fn primitive(name: &str) -> Option<&'static Class> {
    Some(match name {
        "int" => &number::INTEGER,
        "long" => &number::LONG,
        "boolean" => &number::BOOLEAN,
        "double" => &number::DOUBLE,
        "float" => &number::FLOAT,
        "char" => &number::CHARACTER,
        "byte" => &number::BYTE,
        "short" => &number::SHORT,
        "void" => &library::class::VOID,
        _ => return None,
    })
}
