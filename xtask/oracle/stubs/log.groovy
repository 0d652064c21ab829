package com.sap.it.api.msglog

class MessageLogFactory {
    final List calls = []

    MessageLog getMessageLog(Object message) { new MessageLog(calls: calls) }
}

class MessageLog {
    List calls

    void addAttachmentAsString(String name, String text, String mediaType) { calls << ['attachment', name, text, mediaType].collect { String.valueOf(it) } }

    void addCustomHeaderProperty(String name, String value) { calls << ['header', name, value].collect { String.valueOf(it) } }

    void setStringProperty(String name, String value) { calls << ['property', name, value].collect { String.valueOf(it) } }

    void setBooleanProperty(String name, boolean value) { calls << ['property', name, value].collect { String.valueOf(it) } }

    void setIntegerProperty(String name, int value) { calls << ['property', name, value].collect { String.valueOf(it) } }
}
