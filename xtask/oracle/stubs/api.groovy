package com.sap.it.api

import com.sap.it.api.keystore.KeystoreService
import com.sap.it.api.mapping.ValueMappingApi
import com.sap.it.api.pd.PartnerDirectoryService
import com.sap.it.api.securestore.SecureStoreService

class ITApi {
}

class ITApiFactory {
    static Object getApi(Class type, Object context) {
        switch (type) {
            case SecureStoreService: return new SecureStoreService()
            case ValueMappingApi: return new ValueMappingApi()
            case PartnerDirectoryService: return new PartnerDirectoryService()
            case KeystoreService: return new KeystoreService()
            default: return null
        }
    }

    static Object getService(Class type, Object context) { getApi(type, context) }
}
