package org.apache.camel.impl

import javax.activation.DataHandler
import javax.activation.DataSource

class DefaultAttachment {
    DataHandler dataHandler

    DefaultAttachment(DataSource source) { dataHandler = new DataHandler(source) }

    DefaultAttachment(DataHandler handler) { dataHandler = handler }
}
