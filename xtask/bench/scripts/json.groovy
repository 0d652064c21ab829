// Reads JSON, leaves items out, changes the others, adds a sum, writes JSON.
import com.sap.gateway.ip.core.customdev.util.Message
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

def Message processData(Message message) {
    def text = message.getBody(java.lang.String)
    def delivery = new JsonSlurper().parseText(text)
    def weight = 0
    def packed = []
    delivery.shipment.lines.each { line ->
        if (line.state != 'RETURNED') {
            line.lineWeight = line.pieces * line.weight
            line.article = line.article.toUpperCase()
            weight += line.lineWeight
            packed << line
        }
    }
    delivery.shipment.lines = packed
    delivery.shipment.lineCount = packed.size()
    delivery.shipment.weight = weight
    delivery.shipment.receiver.remove('mail')
    delivery.shipment.origin = message.getProperty('origin') ?: 'NONE'
    message.setProperty('shipment', delivery.shipment.number)
    message.setHeader('Content-Type', 'application/json')
    message.setBody(JsonOutput.toJson(delivery))
    return message
}
