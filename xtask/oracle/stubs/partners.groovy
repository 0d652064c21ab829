package com.sap.it.api.pd

class PartnerDirectoryService {
    Object getParameter(String name, String partner, Class type) {
        def text = name + ' of ' + partner
        type == BinaryData ? new BinaryData(data: text.getBytes('UTF-8')) : text
    }

    String getPartnerId(String agency, String scheme, String id) { 'partner ' + id }

    String getAlternativePartnerId(String agency, String scheme, String partner) { 'id of ' + partner }
}

class BinaryData {
    byte[] data
}
