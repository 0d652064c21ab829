package com.sap.it.api.securestore

class SecureStoreService {
    UserCredential getUserCredential(String name) { new UserCredential(username: 'user of ' + name, password: ('secret of ' + name).toCharArray()) }
}

class UserCredential {
    String username
    char[] password
    Map credentialProperties = [:]
}
