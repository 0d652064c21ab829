//! Interfaces that closures implement, and others with nothing to call.

use crate::class::Class;

macro_rules! interfaces {
    ($($id:ident $name:literal)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $id: Class = Class::interface($name);
        )*
        pub(super) static CLASSES: &[&Class] = &[$(&$id),*];
    };
}

interfaces! {
    RUNNABLE "java.lang.Runnable"
    CLONEABLE "java.lang.Cloneable"
    AUTO_CLOSEABLE "java.lang.AutoCloseable"
    SERIALIZABLE "java.io.Serializable"
    CALLABLE "java.util.concurrent.Callable"
    FUNCTION "java.util.function.Function"
    BI_FUNCTION "java.util.function.BiFunction"
    UNARY_OPERATOR "java.util.function.UnaryOperator"
    BINARY_OPERATOR "java.util.function.BinaryOperator"
    PREDICATE "java.util.function.Predicate"
    BI_PREDICATE "java.util.function.BiPredicate"
    CONSUMER "java.util.function.Consumer"
    BI_CONSUMER "java.util.function.BiConsumer"
    SUPPLIER "java.util.function.Supplier"
    GROOVY_OBJECT "groovy.lang.GroovyObject"
}
