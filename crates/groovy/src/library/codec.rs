//! Text for bytes and addresses: Base64, hex, URLs, UUIDs.

pub(crate) mod base64;
pub(crate) mod hex;
mod uri;
mod url_coding;
mod uuid;

use crate::class::Class;

pub(super) static CLASSES: &[&Class] = &[
    &base64::BASE64,
    &base64::ENCODER,
    &base64::DECODER,
    &base64::COMMONS_BASE64,
    &hex::COMMONS_HEX,
    &url_coding::URL_ENCODER,
    &url_coding::URL_DECODER,
    &uri::URI,
    &uri::URL,
    &uuid::UUID,
];
