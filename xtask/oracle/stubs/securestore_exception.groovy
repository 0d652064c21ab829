package com.sap.it.api.securestore.exception

class SecureStoreException extends Exception {
    SecureStoreException(String message) { super(message) }
}
