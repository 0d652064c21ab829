//! Services of the platform: `ITApiFactory` and what it gives.

use std::rc::Rc;

use bytes::Bytes;
use smol_str::SmolStr;

use crate::class::{Class, ClassRef};
use crate::library::number::CHARACTER;
use crate::list::{List, ListKind};
use crate::map::Map;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

pub(super) static IT_API_FACTORY: Class = Class::new("com.sap.it.api.ITApiFactory")
    .statics(&[("getApi", get_api), ("getService", get_api)]);

pub(super) static SECURE_STORE_SERVICE: Class =
    Class::interface("com.sap.it.api.securestore.SecureStoreService").methods(&[
        (
            "getAccessTokenForOauth2AuthorizationCodeCredential",
            get_access_token,
        ),
        ("getAccessTokenForOauth2ClientCredential", get_access_token),
        (
            "getAccessTokenForOauth2SamlBearerAssertionCredential",
            get_access_token,
        ),
        ("getUserCredential", get_user_credential),
    ]);

const SECURE_STORE_EXCEPTION: &str = "com.sap.it.api.securestore.exception.SecureStoreException";

pub(super) static USER_CREDENTIAL: Class =
    Class::interface("com.sap.it.api.securestore.UserCredential").methods(&[
        ("getUsername", username),
        ("getPassword", password),
        ("getCredentialProperties", credential_properties),
    ]);

pub(super) static VALUE_MAPPING_API: Class =
    Class::interface("com.sap.it.api.mapping.ValueMappingApi")
        .methods(&[("getMappedValue", get_mapped_value)]);

pub(super) static PARTNER_DIRECTORY_SERVICE: Class =
    Class::interface("com.sap.it.api.pd.PartnerDirectoryService").methods(&[
        ("getParameter", get_parameter),
        ("getPartnerId", get_partner_id),
        ("getAlternativePartnerId", get_alternative_id),
        ("getPartnerIdOfAuthorizedUser", get_partner_of_user),
        ("getAuthorizedUsers", get_users),
    ]);

pub(super) static BINARY_DATA: Class = Class::new("com.sap.it.api.pd.BinaryData").methods(&[
    ("getData", binary_data),
    ("getContentType", binary_type),
    ("getEncoding", binary_encoding),
]);

pub(super) static KEYSTORE_SERVICE: Class =
    Class::interface("com.sap.it.api.keystore.KeystoreService").methods(&[
        ("getCertificate", get_certificate),
        ("getKey", get_key),
        ("getKeyPair", get_key),
    ]);

/// Why a service did not answer, in a sentence for the message log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(pub String);

/// A credential a flow may use. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct UserCredential {
    /// User.
    pub username: SmolStr,
    /// Password.
    pub password: SmolStr,
    /// Further entries.
    pub properties: Vec<(SmolStr, SmolStr)>,
}

/// A binary parameter of the partner directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinaryParameter {
    /// Content.
    pub data: Bytes,
    /// What it is, such as `xml` or `xsl`.
    pub content_type: SmolStr,
    /// Character set, if the content type names one.
    pub encoding: Option<SmolStr>,
}

/// A partner's id in the numbering of an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerId {
    /// Agency.
    pub agency: SmolStr,
    /// Scheme.
    pub scheme: SmolStr,
    /// Id.
    pub id: SmolStr,
}

/// A certificate of the keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// DER.
    pub encoded: Bytes,
}

/// What the platform offers scripts. Called on the thread of the run; answers from memory.
pub trait Services {
    /// The credential with this name.
    ///
    /// # Errors
    /// When it cannot be read; scripts get a `SecureStoreException`.
    fn user_credential(
        &self,
        name: &str,
    ) -> std::result::Result<Option<UserCredential>, Unavailable>;

    /// What a value is to another agency.
    fn mapped_value(&self, from: (&str, &str, &str), to: (&str, &str)) -> Option<SmolStr>;

    /// A text parameter of a partner.
    fn text_parameter(&self, partner: &str, name: &str) -> Option<SmolStr>;

    /// A binary parameter of a partner.
    fn binary_parameter(&self, partner: &str, name: &str) -> Option<BinaryParameter>;

    /// The partner that another agency knows by this id.
    fn partner(&self, id: &PartnerId) -> Option<SmolStr>;

    /// The id of a partner in the numbering of an agency.
    fn alternative_id(&self, partner: &str, agency: &str, scheme: &str) -> Option<SmolStr>;

    /// The partner a user belongs to.
    fn partner_of_user(&self, user: &str) -> Option<SmolStr>;

    /// The users of a partner.
    fn users_of_partner(&self, partner: &str) -> Vec<SmolStr>;

    /// The certificate with this alias.
    fn certificate(&self, alias: &str) -> Option<Certificate>;
}

/// The services of a run, as the object behind every service interface.
pub struct ServiceContext {
    services: Rc<dyn Services>,
    class: &'static Class,
}

impl Object for ServiceContext {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }
}

fn get_api(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let class = match args {
        [Value::Class(ClassRef::Native(class))] | [Value::Class(ClassRef::Native(class)), _] => {
            *class
        }
        _ => return Err(Thrown::mismatch()),
    };
    let known = [
        &SECURE_STORE_SERVICE,
        &VALUE_MAPPING_API,
        &PARTNER_DIRECTORY_SERVICE,
        &KEYSTORE_SERVICE,
    ];
    if !known.iter().any(|one| std::ptr::eq(*one, class)) {
        return Ok(Value::Null);
    }
    match vm.host().services() {
        Some(services) => Ok(Value::object(ServiceContext { services, class })),
        None => Ok(Value::Null),
    }
}

fn of(this: &Value) -> Result<&dyn Services> {
    let context = this
        .downcast::<ServiceContext>()
        .ok_or_else(Thrown::mismatch)?;
    Ok(&*context.services)
}

fn texts<const N: usize>(vm: &mut Vm, args: &[Value]) -> Result<[Str; N]> {
    let args: &[Value; N] = args.try_into().map_err(|_| Thrown::mismatch())?;
    let mut all = std::array::from_fn(|_| Str::from(""));
    for (text, arg) in all.iter_mut().zip(args) {
        *text = vm.text(arg)?;
    }
    Ok(all)
}

fn optional(text: Option<SmolStr>) -> Value {
    text.map_or(Value::Null, Value::text)
}

fn get_user_credential(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name] = texts(vm, args)?;
    match of(this)?.user_credential(&name) {
        Ok(Some(credential)) => Ok(Value::object(Credential(credential))),
        Ok(None) => {
            let message = format!("Could not fetch the credential for alias {name}");
            Err(throw(SECURE_STORE_EXCEPTION, message))
        }
        Err(Unavailable(message)) => Err(throw(SECURE_STORE_EXCEPTION, message)),
    }
}

/// A token would have to be fetched, and scripts do not reach the network.
fn get_access_token(vm: &mut Vm, _this: &Value, args: &[Value]) -> Result<Value> {
    let [alias] = texts(vm, args)?;
    let message = format!(
        "Scripts get no OAuth2 access tokens: let the receiver adapter authenticate with the \
         credential {alias}"
    );
    Err(throw(SECURE_STORE_EXCEPTION, message))
}

struct Credential(UserCredential);

impl Object for Credential {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&USER_CREDENTIAL)
    }
}

fn credential(this: &Value) -> Result<&UserCredential> {
    let credential = this.downcast::<Credential>().ok_or_else(Thrown::mismatch)?;
    Ok(&credential.0)
}

fn username(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::text(credential(this)?.username.clone()))
}

fn password(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let units = credential(this)?.password.encode_utf16();
    let items = units.map(Value::Char).collect();
    Ok(Value::List(List::new(
        ListKind::Primitives(&CHARACTER),
        items,
    )))
}

fn credential_properties(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let all = credential(this)?.properties.iter();
    let pairs = all.map(|(name, value)| (Value::text(name.clone()), Value::text(value.clone())));
    Ok(Value::Map(Map::linked(pairs)))
}

fn get_mapped_value(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    if let [_, _, Value::Null, _, _] = args {
        return Ok(Value::Null);
    }
    let [agency, identifier, value, to_agency, to_identifier] = texts(vm, args)?;
    let found =
        of(this)?.mapped_value((&agency, &identifier, &value), (&to_agency, &to_identifier));
    Ok(optional(found))
}

fn get_parameter(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [name, partner, Value::Class(class)] = args else {
        return Err(Thrown::mismatch());
    };
    let [name, partner] = texts(vm, &[name.clone(), partner.clone()])?;
    let services = of(this)?;
    if class.simple_name() == "BinaryData" {
        let found = services.binary_parameter(&partner, &name);
        return Ok(found.map_or(Value::Null, |found| Value::object(Binary(found))));
    }
    Ok(optional(services.text_parameter(&partner, &name)))
}

fn get_partner_id(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [agency, scheme, id] = texts(vm, args)?;
    let id = PartnerId {
        agency: agency.shared(),
        scheme: scheme.shared(),
        id: id.shared(),
    };
    Ok(optional(of(this)?.partner(&id)))
}

fn get_alternative_id(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [agency, scheme, partner] = texts(vm, args)?;
    Ok(optional(
        of(this)?.alternative_id(&partner, &agency, &scheme),
    ))
}

fn get_partner_of_user(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [user] = texts(vm, args)?;
    Ok(optional(of(this)?.partner_of_user(&user)))
}

fn get_users(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [partner] = texts(vm, args)?;
    let users = of(this)?.users_of_partner(&partner);
    Ok(Value::list(users.into_iter().map(Value::text).collect()))
}

struct Binary(BinaryParameter);

impl Object for Binary {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&BINARY_DATA)
    }
}

fn binary(this: &Value) -> Result<&BinaryParameter> {
    let binary = this.downcast::<Binary>().ok_or_else(Thrown::mismatch)?;
    Ok(&binary.0)
}

fn binary_data(vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    let data = &binary(this)?.data;
    vm.reserve(data.len())?;
    Ok(Value::bytes(data.to_vec()))
}

fn binary_type(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(Value::text(binary(this)?.content_type.clone()))
}

fn binary_encoding(_vm: &mut Vm, this: &Value, _args: &[Value]) -> Result<Value> {
    Ok(optional(binary(this)?.encoding.clone()))
}

fn get_certificate(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [alias] = texts(vm, args)?;
    match of(this)?.certificate(&alias) {
        Some(found) => Ok(Value::object(super::convert::X509(found.encoded))),
        None => Ok(Value::Null),
    }
}

fn get_key(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    let message = "private keys of the keystore are not given to scripts";
    Err(throw("java.lang.SecurityException", message))
}
