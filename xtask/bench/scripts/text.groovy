// Headers, properties and text; nothing is parsed.
import com.sap.gateway.ip.core.customdev.util.Message

def Message processData(Message message) {
    def properties = message.getProperties()
    String kind = message.getHeaders().get('documentKind')
    def stage = properties.get('stage')
    if (stage == null || stage.trim().isEmpty()) {
        stage = 'DEV'
    }
    def route = kind.toUpperCase().replaceAll('[^A-Z0-9]', '-') + '-' + stage.substring(0, 1)
    def plants = properties.get('plants').split(',')
    def query = plants.collect { "Plant eq '${it.trim()}'" }.join(' or ')
    message.setProperty('route', route)
    message.setProperty('query', query)
    message.setHeader('Accept', 'application/json')
    message.setHeader('plants', plants.size())
    return message
}
