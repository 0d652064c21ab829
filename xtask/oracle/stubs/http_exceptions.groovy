package org.apache.camel.component.ahc

class AhcOperationFailedException extends Exception {
    int statusCode
    String statusText
    String responseBody

    AhcOperationFailedException(String message) { super(message) }
}
