// Evaluates snippets with real Groovy: class and text of each result, as a table.
// usage: groovy Probes.groovy probes.tsv results.tsv (the first column of both is the snippet, the first line the heading)
System.setProperty('java.version', '1.8.0_352')
TimeZone.setDefault(TimeZone.getTimeZone('UTC'))
Locale.setDefault(Locale.US)

def escaped = { text -> text.replace('\\', '\\\\').replace('\n', '\\n').replace('\r', '\\r').replace('\t', '\\t') }
def plain = { text ->
    text.replaceAll(/\\(.)/) { all, c -> [n: '\n', r: '\r', t: '\t'].getOrDefault(c, c) }
}
def console = System.out
def silent = new PrintStream(new ByteArrayOutputStream())
new File(args[1]).withWriter('UTF-8') { writer ->
    new File(args[0]).eachLine('UTF-8') { line, number ->
        if (number == 1) {
            writer << line << '\n'
            return
        }
        def snippet = plain(line.split('\t', -1)[0])
        String type, text
        try {
            System.out = silent
            def value = new GroovyShell().evaluate(snippet.startsWith('{') ? "($snippet)" : snippet)
            type = value == null ? 'null' : value.getClass().name
            text = value == null ? 'null' : value.getClass().isArray() ? value.toList().toString() : value.toString()
        } catch (Throwable e) {
            type = 'THROWS ' + e.class.name
            text = String.valueOf(e.message).readLines().take(2).join(' / ')
        } finally {
            System.out = console
        }
        writer << escaped(snippet) << '\t' << type << '\t' << escaped(text) << '\n'
    }
}
