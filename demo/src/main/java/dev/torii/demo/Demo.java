package dev.torii.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code torii demo}: opens the shop for a person, or with {@code --once} tries it and goes. */
public final class Demo {

    private static final String WHAT_TO_TRY = """
            The shop is open at http://localhost:%d/ : a gateway, and %d services with a sidecar each. Ctrl-C closes it.
            Open http://localhost:%d/ to watch it: the console, with every request as a trace, the graph and the log.

            Try, in another terminal:
              curl localhost:8080/api/catalog/products
              curl -i -H 'x-user: ann' localhost:8080/api/reviews       # nine users in ten get v1, and keep it
              curl -H 'x-preview: v2' localhost:8080/api/reviews        # a tester gets v2
              curl -H 'x-preview: v2' localhost:8080/cart               # also deep in the mesh: web asks cart, cart asks reviews
              curl -H 'x-request-id: tea-1' localhost:8080/cart         # one id on the whole way; then
              grep tea-1 %s       # six lines, two for each call; in the console: one trace
              curl -i 'localhost:8080/api/cart?delay=3000'              # 504 after a second; x-torii-reason says why
              curl -i localhost:8080/nowhere                            # 404; x-torii-reason says why
              curl 'localhost:15000/explain?method=GET&url=http://localhost:8080/api/reviews&header=x-preview:v2'
              curl localhost:15000/metrics                              # the gateway's
            %s
            Edit, and see it on the next request:
              src/demo/reviews.yaml    the canary, at the gateway and in the mesh: shift the weights, say to 50/50
              src/demo/routes.yaml     paths, redirects, CORS, timeouts
              src/demo/telemetry.yaml  which requests are traced, which headers are logged
              ./torii check src/demo   says what is wrong before the gateway does

            The access log of all of them, also in that file:
            """;

    /** Where the log is kept, seen from the source tree. */
    private static final String LOG = "demo/target/shop.log";

    private final Path home;
    private final Site site;
    private final PrintStream out;

    /**
     * @param home the source tree, with the launcher and {@code src/demo} in it
     * @param captured whether each pod shall have a network namespace of its own, with its traffic captured; needs root
     * @param out for people
     */
    public Demo(Path home, boolean captured, PrintStream out) {
        this.home = home;
        this.site = captured ? new Namespaces(home) : new Loopback(home);
        this.out = out;
    }

    /**
     * Opens the shop on {@code src/demo} and stays until a process ends or this one is told to.
     *
     * @throws IOException with one line for people: a taken port, a process that ended, what this machine lacks
     */
    public void stay() throws IOException {
        LogTail log = new LogTail();
        AtomicBoolean open = new AtomicBoolean();
        Path file = home.resolve(LOG);
        try (PrintStream kept = kept(file);
                Mesh mesh = new Mesh(home, site, line -> {
                    kept.println(line);
                    if (open.get()) {
                        out.println(line);
                    } else {
                        log.add(line);
                    }
                })) {
            closeOnExit(mesh);
            start(mesh, home.resolve("src/demo"), log);
            out.printf(
                    Locale.ROOT, WHAT_TO_TRY, Mesh.GATEWAY_PORT, Pod.ALL.size(), Mesh.CONSOLE_PORT, LOG, site.toTry());
            open.set(true);
            String ended = mesh.awaitEnd();
            if (ended != null) {
                throw new IOException(ended + " ended; its last words are above");
            }
        }
    }

    private static PrintStream kept(Path file) throws IOException {
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file); // or root's would be in the way of its user's
            return new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
        } catch (FileSystemException e) {
            throw new IOException("cannot write the log, " + file, e);
        }
    }

    /**
     * Opens the shop on a copy of {@code src/demo}, tries everything, closes it.
     *
     * @return whether all went well
     * @throws IOException with one line for people
     */
    public boolean once() throws IOException {
        Path work = Files.createTempDirectory("torii-demo");
        LogTail log = new LogTail();
        try (Mesh mesh = new Mesh(home, site, log::add)) {
            closeOnExit(mesh);
            Path config = copyOfConfig(work);
            start(mesh, config, log);
            int failures = tour(config, log);
            out.println(failures == 0 ? "the demo works" : failures + " of these failed; the log ends with:");
            if (failures > 0) {
                log.last(20).forEach(out::println);
            }
            return failures == 0;
        } finally {
            delete(work);
        }
    }

    private int tour(Path config, LogTail log) {
        Checks checks = new Checks(out);
        site.tour(checks, log);
        new Tour(config, log).run(checks);
        return checks.failures();
    }

    private void start(Mesh mesh, Path config, LogTail log) throws IOException {
        try {
            mesh.start(config);
        } catch (IOException e) {
            log.last(20).forEach(out::println);
            throw e;
        }
    }

    private Path copyOfConfig(Path work) throws IOException {
        Path copy = Files.createDirectory(work.resolve("demo"));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(home.resolve("src/demo"), "*.yaml")) {
            for (Path file : files) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static void closeOnExit(Mesh mesh) {
        Runtime.getRuntime().addShutdownHook(new Thread(mesh::close, "closing the shop"));
    }

    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    delete(file);
                }
            }
        }
        Files.deleteIfExists(folder);
    }
}
