//! Exceptions of the platform and its adapters, as far as scripts name them or read from them.
//!
//! What can be read from one are the details that the host gives; what it does not give is what a
//! fresh exception has.

use crate::class::{Class, Method};
use crate::library::throwable::{EXCEPTION, IO, RUNTIME, construct};
use crate::throwable::Throwable;
use crate::thrown::{Result, Thrown};
use crate::value::Value;

macro_rules! faults {
    ($($id:ident $name:literal $above:ident $members:ident)*) => {
        $(
            static $id: Class = Class::new($name)
                .extends(&[&$above])
                .constructor(|vm, args| construct(&$id, vm, args))
                .methods($members);
        )*
        pub(crate) static CLASSES: &[&Class] = &[$(&$id),*];
    };
}

faults! {
    CAMEL "org.apache.camel.CamelException" EXCEPTION NONE
    CAMEL_EXCHANGE "org.apache.camel.CamelExchangeException" CAMEL NONE
    CAMEL_VALIDATION "org.apache.camel.ValidationException" CAMEL_EXCHANGE NONE
    SCHEMA_VALIDATION
        "org.apache.camel.processor.validation.SchemaValidationException" CAMEL_VALIDATION NONE
    RUNTIME_CAMEL "org.apache.camel.RuntimeCamelException" RUNTIME NONE
    RUNTIME_EXCHANGE "org.apache.camel.RuntimeExchangeException" RUNTIME_CAMEL NONE
    CAMEL_EXECUTION "org.apache.camel.CamelExecutionException" RUNTIME_EXCHANGE NONE
    NO_CONSUMER
        "org.apache.camel.component.directvm.DirectVmConsumerNotAvailableException"
        CAMEL_EXCHANGE NONE
    AHC_FAILED "org.apache.camel.component.ahc.AhcOperationFailedException" CAMEL HTTP
    HTTP_FAILED "org.apache.camel.http.common.HttpOperationFailedException" CAMEL HTTP
    OLD_HTTP_FAILED
        "org.apache.camel.component.http.HttpOperationFailedException" CAMEL HTTP
    OSCI "com.sap.gateway.core.ip.component.odata.exception.OsciException" RUNTIME HTTP
    CXF_UNCHECKED "org.apache.cxf.common.i18n.UncheckedException" RUNTIME NONE
    CXF_FAULT "org.apache.cxf.interceptor.Fault" CXF_UNCHECKED FAULT
    SOAP_FAULT "org.apache.cxf.binding.soap.SoapFault" CXF_FAULT SOAP
    CXF_HTTP "org.apache.cxf.transport.http.HTTPException" IO CXF_HTTP_MEMBERS
    MESSAGING "javax.mail.MessagingException" EXCEPTION NONE
    MAIL_PARSE "javax.mail.internet.ParseException" MESSAGING NONE
    DECODING "com.sun.mail.util.DecodingException" IO NONE
    SECURE_STORE "com.sap.it.api.securestore.exception.SecureStoreException" EXCEPTION NONE
    KEYSTORE "com.sap.it.api.keystore.exception.KeystoreException" EXCEPTION NONE
    INVALID_CONTEXT "com.sap.it.api.exception.InvalidContextException" EXCEPTION NONE
    VALUE_MAPPING "com.sap.xi.mapping.camel.valmap.VMValidationException" EXCEPTION NONE
    MAPPING "com.sap.xi.mapping.camel.XiMappingException" EXCEPTION NONE
    ERROR_EVENT "com.sap.esb.camel.error.handler.ErrorEventException" EXCEPTION NONE
    NO_SUCH_MESSAGE "com.sap.esb.datastore.MessageNotFoundException" EXCEPTION NONE
    PROCESS_DIRECT
        "com.sap.it.rt.adapter.processdirect.exceptions.ProcessDirectException" EXCEPTION NONE
}

const NONE: &[(&str, Method)] = &[];

/// What a failed HTTP call answered.
const HTTP: &[(&str, Method)] = &[
    ("getStatusCode", |_, this, _| {
        Ok(detail(this, &["statusCode"])?.unwrap_or(Value::Int(0)))
    }),
    ("getStatusText", |_, this, _| {
        optional(this, &["statusText"])
    }),
    ("getResponseBody", |_, this, _| {
        optional(this, &["responseBody"])
    }),
    ("getResponseHeaders", |_, this, _| {
        optional(this, &["responseHeaders"])
    }),
    ("getRequestUri", |_, this, _| optional(this, REQUESTED)),
    ("getUri", |_, this, _| optional(this, REQUESTED)),
    ("getUrl", |_, this, _| optional(this, REQUESTED)),
];

const REQUESTED: &[&str] = &["requestUri", "uri", "url"];

/// A fault of a web service.
const FAULT: &[(&str, Method)] = &[
    ("getDetail", |_, this, _| optional(this, &["detail"])),
    ("getFaultCode", |_, this, _| optional(this, &["faultCode"])),
    ("getStatusCode", |_, this, _| {
        Ok(detail(this, &["statusCode"])?.unwrap_or(Value::Int(500)))
    }),
    ("hasDetails", |_, this, _| {
        Ok(Value::Bool(detail(this, &["detail"])?.is_some()))
    }),
];

const SOAP: &[(&str, Method)] = &[
    ("getReason", |vm, this, _| {
        vm.invoke(this, "getMessage", &[])
    }),
    ("getRole", |_, this, _| optional(this, &["role"])),
    ("getSubCode", |_, this, _| optional(this, &["subCode"])),
];

/// The answer under a fault of a web service.
const CXF_HTTP_MEMBERS: &[(&str, Method)] = &[
    ("getResponseCode", |_, this, _| {
        let code = detail(this, &["responseCode", "statusCode"])?;
        Ok(code.unwrap_or(Value::Int(0)))
    }),
    ("getResponseMessage", |_, this, _| {
        optional(this, &["responseMessage", "statusText"])
    }),
    ("getUrl", |_, this, _| optional(this, REQUESTED)),
];

/// The first of these details that the host gave.
fn detail(this: &Value, names: &[&str]) -> Result<Option<Value>> {
    let throwable = this.downcast::<Throwable>().ok_or_else(Thrown::mismatch)?;
    Ok(names.iter().find_map(|name| throwable.detail(name)))
}

fn optional(this: &Value, names: &[&str]) -> Result<Value> {
    Ok(detail(this, names)?.unwrap_or_default())
}
