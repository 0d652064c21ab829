package org.apache.cxf.binding.soap

class SoapFault extends org.apache.cxf.interceptor.Fault {
    SoapFault(String message) { super(message) }
}
