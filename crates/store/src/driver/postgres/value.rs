//! How values travel to and from PostgreSQL.

use std::sync::Arc;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::{Error, Result, Source};
use crate::value::{Row, Value};

pub(super) fn parameter(value: &Value) -> &(dyn ToSql + Sync) {
    value
}

pub(super) fn row(columns: &Arc<[String]>, row: &tokio_postgres::Row) -> Result<Row> {
    let values = (0..columns.len())
        .map(|index| {
            let value: Option<Value> = row
                .try_get(index)
                .map_err(|error| Error::Internal(error.into()))?;
            Ok(value.unwrap_or(Value::Null))
        })
        .collect::<Result<_>>()?;
    Ok(Row::new(columns, values))
}

fn known(ty: &Type) -> bool {
    matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Source> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql_checked(ty, out),
            Self::Text(text) => text.to_sql_checked(ty, out),
            Self::Blob(bytes) => bytes.to_sql_checked(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        known(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Source> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::BYTEA => Vec::from_sql(ty, raw).map(Self::Blob),
            _ => String::from_sql(ty, raw).map(Self::Text),
        }
    }

    fn accepts(ty: &Type) -> bool {
        known(ty)
    }
}
