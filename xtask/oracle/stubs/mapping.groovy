package com.sap.it.api.mapping

class ValueMappingApi {
    String getMappedValue(String agency, String identifier, String value, String toAgency, String toIdentifier) { value == null ? null : value + '@' + toIdentifier }
}

class MappingContext {
    Object message

    String getHeader(String name) { message.getHeaders().get(name)?.toString() }

    void setHeader(String name, Object value) { message.setHeader(name, value) }

    String getProperty(String name) { message.getProperty(name)?.toString() }

    void setProperty(String name, Object value) { message.setProperty(name, value) }
}

class Output {
    final List values = []

    void addValue(Object value) { values << String.valueOf(value) }

    void addSuppress() { values << 'suppress' }

    void addContextChange() { values << 'change' }

    boolean isSuppress(Object value) { value == '_sUpPresSeD_' }
}
