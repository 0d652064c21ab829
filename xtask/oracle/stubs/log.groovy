package com.sap.it.api.msglog

class MessageLogFactory {
    final List calls = []

    MessageLog getMessageLog(Object message) { new MessageLog(calls: calls) }
}

class MessageLog {
    List calls

    void addAttachmentAsString(String name, String text, String mediaType) { calls << ['attachment', name, text, mediaType] }

    void addCustomHeaderProperty(String name, String value) { calls << ['header', name, value] }

    void setStringProperty(String name, Object value) { calls << ['property', name, String.valueOf(value)] }

    void setBooleanProperty(String name, boolean value) { calls << ['property', name, String.valueOf(value)] }

    void setIntegerProperty(String name, int value) { calls << ['property', name, String.valueOf(value)] }
}
