import com.sap.gateway.ip.core.customdev.util.Message
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

Message processData(Message message) {
    def text = message.getBody(String)
    def order = new JsonSlurper().parseText(text)
    order.total = order.items.sum { it.price * it.quantity }
    message.setBody(JsonOutput.toJson(order))
    message.setHeader('Content-Type', 'application/json')

    def log = messageLogFactory.getMessageLog(message)
    if (log != null) {
        log.addCustomHeaderProperty('OrderId', order.id)
        log.addAttachmentAsString('Order as it came', text, 'application/json')
    }
    return message
}
