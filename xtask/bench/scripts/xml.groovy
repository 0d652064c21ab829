// Reads XML, filters, writes other XML with a builder.
import com.sap.gateway.ip.core.customdev.util.Message
import groovy.xml.MarkupBuilder

def Message processData(Message message) {
    def shipment = new XmlSlurper().parse(message.getBody(java.io.Reader))
    def out = new StringWriter()
    def note = new MarkupBuilder(out)
    def lines = shipment.Lines.Line.findAll { it.State.text() != 'RETURNED' }
    note.DeliveryNote(number: shipment.@number.text(), country: shipment.Receiver.Address.Country.text()) {
        To {
            Name(shipment.Receiver.Name.text())
            Town(shipment.Receiver.Address.Town.text())
        }
        Packages(count: lines.size()) {
            lines.each { line ->
                Package(position: line.@position.text()) {
                    Article(line.Article.text().toUpperCase())
                    Pieces(line.Pieces.text())
                    Weight((line.Pieces.toInteger() * line.Weight.toBigDecimal()).toString())
                }
            }
        }
    }
    message.setProperty('note', shipment.@number.text())
    message.setBody(out.toString())
    return message
}
