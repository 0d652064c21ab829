//! Classes, interfaces, enums, traits and annotation types.

use super::super::Parsed;
use super::super::token::{Sign, Tok, Word};
use super::Parser;
use crate::ast::{ClassDecl, ClassKind, EnumConstant, FieldDecl, Modifier, Modifiers, Pos, Type};

impl Parser<'_> {
    /// A class with its modifiers.
    pub(super) fn class(&mut self) -> Parsed<ClassDecl> {
        let modifiers = self.modifiers()?;
        let kind = match self.bump().tok {
            Tok::Word(Word::Interface) => ClassKind::Interface,
            Tok::Word(Word::Enum) => ClassKind::Enum,
            Tok::Word(Word::Trait) => ClassKind::Trait,
            Tok::Sign(Sign::At) => {
                self.bump();
                ClassKind::Annotation
            }
            _ => ClassKind::Class,
        };
        let at = self.at();
        let name = self.name("the name of a class")?;
        let mut class = empty_class(at, kind, modifiers, name);
        if self.is(Sign::Less) {
            class.generics = self.type_args()?;
        }
        if kind == ClassKind::Interface {
            if self.eat_word(Word::Extends) {
                class.interfaces = self.types()?;
            }
        } else {
            if self.eat_word(Word::Extends) {
                class.superclass = Some(self.ty()?);
            }
            if self.eat_word(Word::Implements) {
                class.interfaces = self.types()?;
            }
        }
        self.class_body(&mut class)?;
        Ok(class)
    }

    /// The body of `new T() { … }`.
    pub(super) fn anonymous_class(&mut self) -> Parsed<ClassDecl> {
        let mut class = empty_class(
            self.at(),
            ClassKind::Class,
            Modifiers::default(),
            String::new(),
        );
        self.class_body(&mut class)?;
        Ok(class)
    }

    fn types(&mut self) -> Parsed<Vec<Type>> {
        let mut types = vec![self.ty()?];
        while self.eat(Sign::Comma) {
            types.push(self.ty()?);
        }
        Ok(types)
    }

    fn class_body(&mut self, class: &mut ClassDecl) -> Parsed<()> {
        self.expect(Sign::LeftBrace, "before the members of the class")?;
        if class.kind == ClassKind::Enum {
            self.constants(class)?;
        }
        loop {
            while self.eat(Sign::Semicolon) {}
            if self.eat(Sign::RightBrace) {
                return Ok(());
            }
            self.member_declaration(class)?;
            self.end_of_statement()?;
        }
    }

    /// The constants that an enum begins with.
    fn constants(&mut self, class: &mut ClassDecl) -> Parsed<()> {
        loop {
            let index = self.skip_modifiers(self.pos);
            let next = self.token_at(index + 1);
            let constant = matches!(self.tok_at(index), Tok::Name(_))
                && (next.newline
                    || matches!(
                        next.tok,
                        Tok::Sign(
                            Sign::Comma
                                | Sign::Semicolon
                                | Sign::RightBrace
                                | Sign::LeftParen
                                | Sign::LeftBrace
                        )
                    ));
            if !constant {
                return Ok(());
            }
            self.modifiers()?;
            let at = self.at();
            let name = self.name("a constant")?;
            let args = if self.is(Sign::LeftParen) {
                self.arguments()?
            } else {
                Vec::new()
            };
            let body = if self.is(Sign::LeftBrace) && !self.newline() {
                Some(Box::new(self.nested(Self::anonymous_class)?))
            } else {
                None
            };
            class.constants.push(EnumConstant {
                at,
                name,
                args,
                body,
            });
            if !self.eat(Sign::Comma) {
                return Ok(());
            }
        }
    }

    fn member_declaration(&mut self, class: &mut ClassDecl) -> Parsed<()> {
        let behind = self.skip_modifiers(self.pos);
        if self.class_at(behind) {
            class.classes.push(self.nested(Self::class)?);
            return Ok(());
        }
        let modifiers = self.modifiers()?;
        if self.is(Sign::LeftBrace) {
            let block = self.block()?;
            class
                .initializers
                .push((modifiers.has(Modifier::Static), block));
            return Ok(());
        }
        let generics = if self.is(Sign::Less) {
            self.type_args()?
        } else {
            Vec::new()
        };
        if self.parameters_follow() && matches!(self.tok(), Tok::Name(name) if **name == class.name)
        {
            class
                .constructors
                .push(self.method(modifiers, generics, None)?);
            return Ok(());
        }
        let ty = self.declared_type()?;
        if ty.is_none() && modifiers == Modifiers::default() && generics.is_empty() {
            return self.unexpected("a member of the class");
        }
        if self.parameters_follow() {
            let method = self.method(modifiers, generics, ty)?;
            if class.kind == ClassKind::Annotation && self.eat_word(Word::Default) {
                // the default of an annotation's member has no effect at run time
                self.nested(Self::conditional)?;
            }
            class.methods.push(method);
            return Ok(());
        }
        self.fields(class, &modifiers, ty.as_ref())
    }

    fn fields(
        &mut self,
        class: &mut ClassDecl,
        modifiers: &Modifiers,
        ty: Option<&Type>,
    ) -> Parsed<()> {
        loop {
            let at = self.at();
            let name = self.name("the name of a field")?;
            let init = self.initial_value()?;
            class.fields.push(FieldDecl {
                at,
                modifiers: modifiers.clone(),
                ty: ty.cloned(),
                name,
                init,
            });
            if self.newline() || !self.eat(Sign::Comma) {
                return Ok(());
            }
        }
    }
}

fn empty_class(at: Pos, kind: ClassKind, modifiers: Modifiers, name: String) -> ClassDecl {
    ClassDecl {
        at,
        kind,
        modifiers,
        name,
        generics: Vec::new(),
        superclass: None,
        interfaces: Vec::new(),
        constants: Vec::new(),
        fields: Vec::new(),
        methods: Vec::new(),
        constructors: Vec::new(),
        initializers: Vec::new(),
        classes: Vec::new(),
    }
}
