package dev.torii.cli.mesh;

import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.Namespaces;
import dev.torii.testkit.Namespaces.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Four pods with apps, rules and sidecars, and a world around them: what {@code mesh/shop.yaml} describes. All of Torii is
 * run by its launcher, from a copy that the sidecars' user may read. The sidecars of two more pods are a test's own to start;
 * one of them asks a control in the world.
 */
final class MeshPods implements AutoCloseable {

    static final String OUTSIDE = "10.50.0.1";
    static final String OUTSIDE6 = "fd50::1";
    /** What web's rules leave out. */
    static final String EXCLUDED = "10.51.0.1";

    static final String EXCLUDED6 = "fd51::1";
    static final int EXCLUDED_PORT = PodApp.ANOTHER;

    private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String USER = "1337";
    private static final String JAVA = System.getProperty("java.home");

    private final Namespaces net = new Namespaces();
    final Path home;

    final Host world = net.host("world");
    final Pod web = new Pod(net.host("web"));
    final Pod v1 = new Pod(net.host("v1"));
    final Pod v2 = new Pod(net.host("v2"));
    final Pod chat = new Pod(net.host("chat"));
    final Pod late = new Pod(net.host("late"));
    final Pod asker = new Pod(net.host("asker"));

    /** In a folder that is there for nothing else. */
    MeshPods(Path home) {
        this.home = home;
        for (String address : List.of(OUTSIDE + "/32", OUTSIDE6 + "/128", EXCLUDED + "/32", EXCLUDED6 + "/128")) {
            net.address(world, address);
        }
        try {
            install();
            startApps();
            captureAll();
            startSidecars();
        } catch (IOException e) {
            net.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            net.close();
            throw e;
        }
    }

    private void install() throws IOException {
        Path target = Files.createDirectories(home.resolve("cli/target/lib")).getParent();
        Files.copy(SOURCES.resolve("torii"), home.resolve("torii"));
        Files.copy(SOURCES.resolve("cli/target/torii.jar"), target.resolve("torii.jar"));
        try (Stream<Path> jars = Files.list(SOURCES.resolve("cli/target/lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, target.resolve("lib").resolve(jar.getFileName()));
            }
        }
        try (InputStream shop = Objects.requireNonNull(MeshPods.class.getResourceAsStream("/mesh/shop.yaml"))) {
            Files.copy(shop, home.resolve("shop.yaml"));
        }
        Certificates authority = Certificates.authority("shop");
        Files.writeString(home.resolve("ca.pem"), authority.caPem());
        for (String pod : List.of("v1", "v2")) {
            Certificates.Leaf leaf = authority.issue(pod + ".shop.example");
            Files.writeString(home.resolve(pod + ".pem"), leaf.certificatePem());
            Files.writeString(home.resolve(pod + ".key"), leaf.keyPem());
        }
        net.run(world, "chmod", "-R", "a+rX", home.toString());
    }

    private void startApps() {
        List.of(world, web.host, v1.host, v2.host).forEach(host -> startApp(host, PodApp.class));
        startApp(chat.host, ChatApp.class);
        serve(v1.host, "tls-v1", "openssl s_server -quiet -www -accept 8443 -cert v1.pem -key v1.key");
        serve(v2.host, "tls-v2", "openssl s_server -quiet -www -accept 8443 -cert v2.pem -key v2.key");
        serve(v1.host, "redis", "redis-server --protected-mode no");
        until("redis is there", () -> net.run(v1.host, "redis-cli", "ping").equals("PONG"));
    }

    private void startApp(Host host, Class<?> app) {
        String name = host.namespace().substring(host.namespace().lastIndexOf('-') + 1);
        net.start(host, java(app, name));
    }

    private static String[] java(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                JAVA + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-Dsun.net.httpserver.nodelay=true", // else each answer on a reused connection takes 40 ms
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    /** Runs a program of these tests in a host's network, to its end. */
    String run(Host host, Class<?> program, String... arguments) {
        return net.run(host, java(program, arguments));
    }

    /** Starts a program in our folder, which ends with this process. */
    private void serve(Host host, String name, String command) {
        net.start(
                host,
                builder -> builder.directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve(name + ".out").toFile()),
                ("setpriv --pdeathsig KILL " + command).split(" "));
    }

    private void captureAll() {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (Pod pod : List.of(web, v1, v2, chat, late, asker)) {
            all.add(CompletableFuture.supplyAsync(() -> captureUp(pod)));
        }
        for (CompletableFuture<String> each : all) {
            if (!each.join().startsWith("capture is up ")) {
                throw new AssertionError(each.join());
            }
        }
    }

    /** Puts the pod's rules in place; what the command says. */
    String captureUp(Pod pod) {
        List<String> command = new ArrayList<>(List.of("capture", "up"));
        if (pod == web) {
            command.addAll(List.of("--exclude-outbound-ports", "" + EXCLUDED_PORT));
            command.addAll(List.of("--exclude-outbound-cidrs", "10.51.0.0/16,fd51::/16"));
        } else if (pod == v1) {
            command.addAll(List.of("--exclude-inbound-ports", "" + PodApp.ANOTHER));
        }
        return torii(pod.host, command.toArray(String[]::new));
    }

    /** Runs a command of Torii inside, to its end, as root. */
    String torii(Host host, String... command) {
        List<String> all = new ArrayList<>(List.of("env", "TORII_BUILD=never", "TORII_JAVA=" + JAVA));
        all.add(home.resolve("torii").toString());
        all.addAll(List.of(command));
        return net.run(host, all.toArray(String[]::new));
    }

    private void startSidecars() {
        web.start("web", "web");
        v1.start("v1", "reviews", "--app", "8443,6379");
        // As nobody should: as a proxy for everybody.
        v2.start("v2", "reviews", "--inbound", "[::]:15006", "--outbound", "0.0.0.0:15001");
        chat.start("chat", "chat");
        for (Pod pod : List.of(web, v1, v2, chat)) {
            until("the sidecar of " + pod.host.namespace() + " is ready", pod::isReady);
        }
    }

    /** Starts a control in the world, of all that there is; its address, where it will be soon. */
    String startControl() {
        String at = world.ipv4() + ":15010";
        String config = home.resolve("shop.yaml").toString();
        launch(
                world,
                "control",
                List.of(
                        "setpriv",
                        "--pdeathsig",
                        "KILL",
                        home.resolve("torii").toString(),
                        "control",
                        "--config",
                        config,
                        "--listen",
                        at));
        return "http://" + at;
    }

    private Process launch(Host host, String name, List<String> command) {
        return net.start(
                host,
                builder -> {
                    builder.environment().put("TORII_BUILD", "never");
                    builder.environment().put("TORII_JAVA", JAVA);
                    builder.redirectOutput(home.resolve(name + ".log").toFile())
                            .redirectError(home.resolve(name + ".err").toFile());
                },
                command.toArray(String[]::new));
    }

    static void until(String what, BooleanSupplier condition) {
        if (!Await.until(PATIENCE, condition)) {
            throw new AssertionError("not within " + PATIENCE + ": " + what);
        }
    }

    /** Runs a program in a host's network, to its end. */
    String run(Host host, String... command) {
        return net.run(host, command);
    }

    /** A call by curl, as people make it: the answer's body, then lines with {@code status} and {@code local} port. */
    String curl(Host host, String... arguments) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "*", "--max-time", "20"));
        command.addAll(List.of("--cacert", home.resolve("ca.pem").toString()));
        command.addAll(List.of("-w", "\nstatus %{http_code}\nlocal %{local_port}\n"));
        command.addAll(List.of(arguments));
        return net.run(host, command.toArray(String[]::new));
    }

    @Override
    public void close() {
        net.close();
    }

    /** A pod and its sidecar. */
    final class Pod {
        final Host host;
        private Process sidecar;
        private Path log;

        private Pod(Host host) {
            this.host = host;
        }

        private void start(String name, String service, String... more) {
            start(home.resolve("shop.yaml"), name, service, more);
        }

        /** Starts its sidecar, which is ready later. */
        void start(Path config, String name, String service, String... more) {
            start(List.of("--config", config.toString()), name, service, more);
        }

        /** The same of one that has nothing but who is to be asked. */
        void startAsking(String control, String name, String service) throws IOException {
            Path state = Files.createDirectory(home.resolve(name + ".state"));
            net.run(host, "chown", USER, state.toString());
            start(List.of("--control", control, "--state", state.toString()), name, service);
        }

        private void start(List<String> source, String name, String service, String... more) {
            log = home.resolve(name + ".log");
            List<String> command = new ArrayList<>(List.of("setpriv", "--reuid", USER, "--regid", USER));
            command.addAll(List.of("--clear-groups", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"));
            command.addAll(List.of(
                    "--no-new-privs",
                    "--pdeathsig",
                    "KILL",
                    home.resolve("torii").toString()));
            command.add("sidecar");
            command.addAll(source);
            command.addAll(List.of("--service", "shop/" + service, "--capture"));
            command.addAll(List.of(more));
            sidecar = launch(host, name, command);
        }

        boolean isReady() {
            return admin("/ready").contains("status 200");
        }

        /** What the sidecar's admin page says, as {@link #curl} tells it. */
        String admin(String path) {
            if (!sidecar.isAlive()) {
                throw new AssertionError(read(Path.of(log.toString().replace(".log", ".err"))));
            }
            return curl(host, "http://127.0.0.1:15000" + path);
        }

        /** What the kernel knows of the sidecar's process, by the file's name in /proc. */
        String kernelKnows(String file) {
            return read(Path.of("/proc", Long.toString(sidecar.pid()), file));
        }

        /** How many files and sockets the sidecar has open. */
        int open() {
            String[] all = Path.of("/proc", Long.toString(sidecar.pid()), "fd")
                    .toFile()
                    .list();
            return all == null ? 0 : all.length;
        }

        /** The first line of the access log that has all these parts, as soon as there is one. */
        String logged(String... parts) {
            String[] found = {""};
            until("a line of the log with " + List.of(parts) + " in\n" + read(log), () -> {
                found[0] = read(log)
                        .lines()
                        .filter(line -> Stream.of(parts).allMatch(line::contains))
                        .findFirst()
                        .orElse("");
                return !found[0].isEmpty();
            });
            return found[0];
        }

        private String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
