import com.sap.gateway.ip.core.customdev.util.Message

Message stamp(Message message) {
    message.setHeader('Stamp', Stamps.of(message.getBody(String)))
    return message
}
