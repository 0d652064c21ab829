package org.apache.cxf.interceptor

class Fault extends RuntimeException {
    Fault(String message) { super(message) }
}
