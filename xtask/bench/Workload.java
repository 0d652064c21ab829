// One script on one thread of a warm virtual machine. Commands come in lines, answers go out in lines:
// "result" gives the body after one call, in hexadecimal; "round SECONDS" gives calls and the
// nanoseconds of processor time that this thread spent on them.
// usage: Workload script.groovy input [ordered]

import com.sap.gateway.ip.core.customdev.util.Message;
import groovy.lang.Binding;
import groovy.lang.GroovyClassLoader;
import groovy.lang.Script;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

public class Workload {
    private final Script script;
    private final byte[] input;

    private Workload(String script, String input) throws Exception {
        String source = Files.readString(Path.of(script));
        Class<?> type = new GroovyClassLoader(Workload.class.getClassLoader()).parseClass(source, "script1.groovy");
        this.script = (Script) type.getDeclaredConstructor().newInstance();
        this.script.setBinding(new Binding());
        this.input = Files.readAllBytes(Path.of(input));
    }

    private Message call() {
        Message message = new Message();
        message.setBody(input);
        message.setHeader("documentKind", "delivery note 8/15");
        message.setProperty("stage", "PROD");
        message.setProperty("plants", "1010, 2020, 3030, 4040, AT01");
        message.setProperty("origin", "WH7");
        script.invokeMethod("processData", message);
        return message;
    }

    private String result() throws Exception {
        Object body = call().getBody(String.class);
        StringBuilder hex = new StringBuilder();
        for (byte one : body.toString().getBytes(StandardCharsets.UTF_8)) hex.append(String.format("%02x", one));
        return hex.toString();
    }

    private String round(double seconds) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long before = threads.getCurrentThreadCpuTime();
        long calls = 0;
        while (System.nanoTime() < end) {
            call();
            calls++;
        }
        return calls + " " + (threads.getCurrentThreadCpuTime() - before);
    }

    public static void main(String[] args) throws Exception {
        // Groovy's JSON sorts the keys of objects where it does not know the version of Java, as here. Told
        // another one it keeps their order, but takes more than twice the time: never measure it so.
        if (args.length > 2) System.setProperty("java.version", "1.8.0_352");
        Workload workload = new Workload(args[0], args[1]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            System.out.println(words[0].equals("result") ? workload.result() : workload.round(Double.parseDouble(words[1])));
        }
    }
}
