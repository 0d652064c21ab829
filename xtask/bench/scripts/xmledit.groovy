// Reads XML, changes it in place, writes it again.
import com.sap.gateway.ip.core.customdev.util.Message
import groovy.xml.XmlUtil

def Message processData(Message message) {
    def shipment = new XmlSlurper().parseText(message.getBody(java.lang.String))
    shipment.Lines.Line.each { line ->
        if (line.State.text() == 'RETURNED') {
            line.replaceNode {}
        } else {
            line.appendNode { Label(shipment.@number.text() + '/' + line.@position.text()) }
        }
    }
    shipment.Receiver.Address.Country.replaceBody('AT')
    message.setBody(XmlUtil.serialize(shipment))
    return message
}
