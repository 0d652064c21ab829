// Runs calls with real Groovy: one JSON object a line, results in the same order.
// usage: groovy Oracle.groovy jobs.jsonl results.jsonl
import com.sap.gateway.ip.core.customdev.util.Message
import com.sap.it.api.mapping.MappingContext
import com.sap.it.api.mapping.Output
import com.sap.it.api.msglog.MessageLogFactory
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executors
import java.util.concurrent.ThreadFactory
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import javax.activation.DataHandler
import javax.mail.util.ByteArrayDataSource
import org.apache.camel.impl.DefaultAttachment
import org.codehaus.groovy.control.MultipleCompilationErrorsException
import org.codehaus.groovy.runtime.InvokerInvocationException

/** Stands in for sleeping. */
class Pause {
    static void sleep(long time) {}

    static void sleep(long time, Closure interrupted) {}
}

class Shown {
    static String value(Object it, int depth = 0) {
        if (it == null) return 'null'
        if (depth > 8) return '…'
        if (it instanceof CharSequence) return 'String:' + it
        if (it instanceof byte[]) return 'bytes:' + it.encodeHex()
        if (it instanceof ByteArrayInputStream) {
            it.reset()
            return 'stream:' + it.bytes.encodeHex()
        }
        if (it instanceof Reader) return 'String:' + it.text
        if (it instanceof Map) {
            return it.getClass().simpleName + '{' + it.collect { k, v -> value(k, depth + 1) + '=' + value(v, depth + 1) }.join('; ') + '}'
        }
        if (it.getClass().isArray()) {
            def items = (0..<java.lang.reflect.Array.getLength(it)).collect { i -> value(java.lang.reflect.Array.get(it, i), depth + 1) }
            return 'array[' + items.join('; ') + ']'
        }
        if (it instanceof Collection) return it.getClass().simpleName + '[' + it.collect { v -> value(v, depth + 1) }.join('; ') + ']'
        it.getClass().simpleName + ':' + it.toString().replaceAll('@[0-9a-f]{5,8}\\b', '@')
    }

    static String attachment(Object it) {
        def handler = it instanceof DefaultAttachment ? it.dataHandler : it
        handler instanceof DataHandler ? handler.contentType + ':' + handler.inputStream.bytes.encodeHex() : value(it)
    }
}

class Runner {
    final ThreadFactory threads = { task -> new Thread(null, task, 'run', 4 << 20).with { daemon = true; it } } as ThreadFactory
    final pool = Executors.newCachedThreadPool(threads)
    final compiled = [:]

    // Real Groovy refuses imports that it cannot resolve; scripts seldom use them.
    Class compile(String path) {
        def source = new File(path).getText('UTF-8').replaceAll(/(?<![.\w])(?:Thread\s*\.\s*)?sleep\s*\(/, 'Pause.sleep(')
        for (int round = 0; round < 20; round++) {
            try {
                def loader = new GroovyClassLoader(getClass().classLoader)
                def first = loader.parseClass(source, 'script1.groovy')
                return loader.loadedClasses.find { Script.isAssignableFrom(it) } ?: first
            } catch (MultipleCompilationErrorsException e) {
                def missing = (e.message =~ /unable to resolve class ([\w.$]+)/).collect { it[1] }.unique()
                def imports = { line -> missing.any { line =~ /^\s*import\s+(static\s+)?\Q$it\E(?![\w])/ } }
                def without = source.readLines().collect { line -> imports(line) ? '' : line }.join('\n')
                if (without == source.readLines().join('\n')) throw e
                source = without
            }
        }
        throw new IllegalStateException('too many imports')
    }

    Object property(Object value) {
        if (!(value instanceof Map)) return value
        def exception = Class.forName(value.exception).newInstance(value.message)
        if (exception.hasProperty('statusCode')) {
            exception.statusCode = value.statusCode
            exception.statusText = value.statusText
            exception.responseBody = value.responseBody
        }
        exception
    }

    Message made(Map job) {
        def message = new Message()
        message.setBody(job.body == null ? null : job.bytes ? new ByteArrayInputStream(job.body.getBytes('UTF-8')) : job.body)
        message.headers.putAll(job.headers)
        job.properties.each { name, value -> message.setProperty(name, property(value)) }
        job.attachments.each { name, text ->
            message.addAttachmentObject(name, new DataHandler(new ByteArrayDataSource(text.getBytes('UTF-8'), 'text/plain; charset=utf-8')))
        }
        message
    }

    Map run(Map job) {
        def type = compiled.computeIfAbsent(job.script) { path -> try { compile(path) } catch (Throwable e) { e } }
        if (type instanceof Throwable) return [id: job.id, broken: String.valueOf(type.message).readLines().take(4).join(' ')]
        def message = made(job)
        def output = new Output()
        def arguments = job.arguments.collect {
            it == 'message' ? message : it == 'context' ? new MappingContext(message: message) : it == 'output' ? output :
                it == null ? null : it.containsKey('text') ? it.text : it.containsKey('texts') ? it.texts as String[] : it.number
        }
        def log = new MessageLogFactory()
        def result = [id: job.id]
        def call = pool.submit({
            def script = (Script) type.newInstance()
            script.binding = new Binding(messageLogFactory: log)
            script.invokeMethod(job.function, arguments as Object[])
        } as Callable)
        try {
            def returned = call.get(10, TimeUnit.SECONDS)
            result.returned = returned instanceof Message ? 'Message' : Shown.value(returned)
        } catch (TimeoutException e) {
            call.cancel(true)
            result.timeout = true
            return result
        } catch (ExecutionException e) {
            def cause = e.cause
            while (cause instanceof InvokerInvocationException) cause = cause.cause
            result.exception = cause.getClass().name
            result.text = String.valueOf(cause.message).replace('static Pause.sleep()', 'script1.sleep()').replaceAll('@[0-9a-f]{5,8}\\b', '@')
        }
        result.body = Shown.value(message.getBody())
        result.headers = new TreeMap(message.headers.collectEntries { k, v -> [String.valueOf(k), Shown.value(v)] })
        result.properties = new TreeMap(message.getProperties().collectEntries { k, v -> [String.valueOf(k), Shown.value(v)] })
        result.attachments = message.attachments.collectEntries { k, v -> [String.valueOf(k), Shown.attachment(v)] }
        result.log = log.calls
        result.output = output.values
        result
    }
}

System.setProperty('java.version', '1.8.0_352')
TimeZone.setDefault(TimeZone.getTimeZone('UTC'))
Locale.setDefault(Locale.US)
def runner = new Runner()
System.out = new PrintStream(new ByteArrayOutputStream())
new File(args[1]).withWriter('UTF-8') { writer ->
    new File(args[0]).eachLine('UTF-8') { line ->
        def job = new JsonSlurper().parseText(line)
        def result
        try {
            result = JsonOutput.toJson(runner.run(job))
        } catch (Throwable e) {
            result = JsonOutput.toJson([id: job.id, failed: e.toString()])
        }
        writer << result << '\n'
        writer.flush()
    }
}
System.exit(0)
