//! Headers and properties with a meaning of their own.

/// Header and property: the id of the message.
pub const MESSAGE_ID: &str = "SAP_MessageProcessingLogID";
/// Header and property: the id shared by all messages of one chain of calls.
pub const CORRELATION_ID: &str = "SAP_MplCorrelationId";
/// Property: the caught exception.
pub const EXCEPTION_CAUGHT: &str = "CamelExceptionCaught";
/// Property: id of the model element that failed.
pub const ERROR_STEP: &str = "SAP_ErrorModelStepID";
/// Property: index of the current iteration of a looping call, from 0.
pub const LOOP_INDEX: &str = "CamelLoopIndex";
/// Header, or else property: character set between binary and text.
pub const CHARSET: &str = "CamelCharsetName";
/// Header: status of the last HTTP answer, and of the answer to the sender.
pub const RESPONSE_CODE: &str = "CamelHttpResponseCode";
/// Header: the method of the sender's request.
pub const METHOD: &str = "CamelHttpMethod";
/// Header: the address of the sender's request, without its query.
pub const URL: &str = "CamelHttpUrl";
/// Header: the query of the sender's request.
pub const QUERY: &str = "CamelHttpQuery";
/// Header: what the sender's request has behind the endpoint's address.
pub const PATH: &str = "CamelHttpPath";
/// Header: the caller's name.
pub const USER_NAME: &str = "SapAuthenticatedUserName";
/// Header: media type of the body.
pub const CONTENT_TYPE: &str = "Content-Type";
/// Header: name of a file.
pub const FILE_NAME: &str = "CamelFileName";
/// Header: id of the message in the sending application.
pub const APPLICATION_ID: &str = "SAP_ApplicationID";
/// Header: kind of message.
pub const MESSAGE_TYPE: &str = "SAP_MessageType";
/// Header: sending system.
pub const SENDER: &str = "SAP_Sender";
/// Header: receiving system; every change is noted.
pub const RECEIVER: &str = "SAP_Receiver";
/// Property: whether a change of the receiver replaces what was noted before.
pub const RECEIVER_OVERWRITE: &str = "SAP_ReceiverOverwrite";
/// Property: status that the flow gives the message.
pub const CUSTOM_STATUS: &str = "SAP_MessageProcessingLogCustomStatus";
/// Header: the id of an entry of a data store, where the step has none of its own.
pub const DATA_STORE_ID: &str = "SapDataStoreId";
/// Header: how many entries a step selects from a data store, in place of its own number.
pub const DATA_STORE_LIMIT: &str = "SapDataStoreMaxResults";
/// Header: whether the entry was there.
pub const DATA_STORE_FOUND: &str = "SAP_DatastoreEntryFound";
/// Header: when the fetched entry was written, in milliseconds since 1970.
pub const DATA_STORE_CREATED: &str = "SAP_DataStoreCreatedAt";
/// Header: when the fetched entry would be gone, in milliseconds since 1970.
pub const DATA_STORE_EXPIRES: &str = "SAP_DataStoreExpiresAt";
/// Properties: the log level of the message.
pub const LOG_LEVELS: [&str; 3] = [
    "SAP_MPL_LogLevel_Overall",
    "SAP_MPL_LogLevel_Internal",
    "SAP_MPL_LogLevel_External",
];

/// Whether a header belongs to the engine and never crosses the border of a flow.
#[must_use]
pub fn is_internal(name: &str) -> bool {
    let has_prefix = |prefix: &str| {
        let start = name.as_bytes().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    has_prefix("camel") || has_prefix("org.apache.camel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_names_are_known_in_any_case() {
        for name in ["CamelHttpUri", "camelx", "CAMEL", "org.apache.camel.x"] {
            assert!(is_internal(name), "{name}");
        }
        for name in ["Came", "xCamel", "SAP_Sender", "é", ""] {
            assert!(!is_internal(name), "{name}");
        }
    }
}
