// The message of a script step, as far as scripts can tell. Java, because Groovy gives classes of
// its own a getProperty that the real one does not have.
package com.sap.gateway.ip.core.customdev.util;

import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

public class Message {
    private Object body;
    private final Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> properties = new HashMap<>();
    private final Map<String, Object> attachments = new LinkedHashMap<>();

    public Object getBody() throws IOException {
        if (body instanceof ByteArrayInputStream) ((ByteArrayInputStream) body).reset();
        return body;
    }

    public Object getBody(Class<?> type) throws IOException { return convert(getBody(), type); }

    public void setBody(Object value) { body = value; }

    public long getBodySize() throws IOException {
        byte[] bytes = (byte[]) convert(getBody(), byte[].class);
        return bytes == null ? 0 : bytes.length;
    }

    public Map<String, Object> getHeaders() { return headers; }

    public void setHeaders(Map<String, Object> values) { replace(headers, values); }

    public Object getHeader(String name, Class<?> type) throws IOException { return convert(headers.get(name), type); }

    public void setHeader(String name, Object value) { headers.put(name, value); }

    public Map<String, Object> getProperties() { return properties; }

    public void setProperties(Map<String, Object> values) { replace(properties, values); }

    public Object getProperty(String name) { return properties.get(name); }

    public void setProperty(String name, Object value) {
        if (value == null) properties.remove(name);
        else properties.put(name, value);
    }

    public Map<String, Object> getAttachments() { return attachments; }

    public void setAttachments(Map<String, Object> values) { replace(attachments, values); }

    public void addAttachmentObject(String name, Object value) { attachments.put(name, value); }

    public Object getExchange() throws ReflectiveOperationException {
        return Class.forName("org.apache.camel.Exchange").getConstructor().newInstance();
    }

    private static void replace(Map<String, Object> map, Map<String, Object> values) {
        Map<String, Object> copy = new LinkedHashMap<>(values);
        map.clear();
        map.putAll(copy);
    }

    private static Object convert(Object value, Class<?> type) throws IOException {
        if (value == null || type.isInstance(value)) return value;
        byte[] bytes = null;
        String text;
        if (value instanceof byte[]) bytes = (byte[]) value;
        if (value instanceof InputStream) bytes = ((InputStream) value).readAllBytes();
        if (bytes != null) {
            text = new String(bytes, StandardCharsets.UTF_8);
        } else if (value instanceof Reader) {
            StringWriter writer = new StringWriter();
            ((Reader) value).transferTo(writer);
            text = writer.toString();
        } else {
            text = value.toString();
        }
        if (bytes == null) bytes = text.getBytes(StandardCharsets.UTF_8);
        if (type == String.class) return text;
        if (type == Reader.class) return new StringReader(text);
        if (type == InputStream.class) return new ByteArrayInputStream(bytes);
        if (type == byte[].class) return bytes;
        try {
            if (type == Integer.class) return Integer.valueOf(text);
            if (type == Long.class) return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
        if (type == Boolean.class && text.equalsIgnoreCase("true")) return true;
        if (type == Boolean.class && text.equalsIgnoreCase("false")) return false;
        return null;
    }
}
