import com.sap.gateway.ip.core.customdev.util.Message
import groovy.json.JsonSlurper

Message processData(Message message) {
    def order = new JsonSlurper().parse(message.getBody(Reader))
    if (!order.items) {
        throw new IllegalStateException("The order ${order.id} has no items.")
    }
    return message
}
