package org.apache.camel

class Exchange {
    final String exchangeId = 'ID-exchange'
    final CamelContext context = new CamelContext()
}

class CamelContext {
    final String name = 'flow'
}
