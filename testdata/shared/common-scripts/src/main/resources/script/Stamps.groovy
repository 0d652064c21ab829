class Stamps {
    static String of(String text) {
        text.bytes.encodeHex().toString().take(8)
    }
}
