package com.sap.it.api.keystore

class KeystoreService {
    Object getCertificate(String alias) { null }
}
