package dev.torii.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Each pod in a network namespace of its own, as in a cluster: with its own address, Services behind cluster addresses, and
 * rules that bring its traffic to a sidecar which is an ordinary user. The services know of no proxy. Needs root on Linux;
 * {@code namespaces.sh} makes it all, and says what is missing.
 */
final class Namespaces implements Site {

    /** The user whom {@code torii capture up} lets pass: the sidecar. */
    static final String USER = "1337";

    /** Every pod's app listens here; the Services in {@code src/demo-captured} name it. */
    private static final int PORT = 8080;

    /** What this site puts on the disk, and where sidecars see what is theirs to read. */
    private static final String RUN = "/run/torii-demo";

    /** Administrators' programs, which the PATH of one who has just become root may lack. */
    private static final String PATH =
            "PATH=" + Objects.requireNonNullElse(System.getenv("PATH"), "/usr/bin:/bin") + ":/usr/sbin:/sbin";

    // An ordinary user may not look into somebody's home, so what it needs is mounted, in its namespace only.
    private static final String AS_USER = """
            cd / && mount --bind "$1" RUN/torii && mount --bind "$2" RUN/java && mount --bind "$3" RUN/config || exit
            shift 3
            exec setpriv --reuid UID --regid UID --clear-groups --no-new-privs \
              --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"
            """.replace("RUN", RUN).replace("UID", USER);

    private static final String JAVA = System.getProperty("java.home");

    private final Path home;

    /** @param home the source tree, with the launcher in it */
    Namespaces(Path home) {
        this.home = home;
    }

    /** The pod's own address. */
    static String address(Pod pod) {
        return host(pod) + ":" + PORT;
    }

    private static String host(Pod pod) {
        return "198.18.0.1" + pod.number();
    }

    /** Runs a command in the network of a pod, where Services have names. */
    static List<String> in(String pod, List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", PATH, "ip", "netns", "exec", "torii-demo-" + pod));
        all.addAll(command);
        return all;
    }

    @Override
    public List<String> maker() {
        List<String> command = new ArrayList<>(List.of("env", PATH, "TORII_BUILD=never", "TORII_JAVA=" + JAVA));
        command.addAll(List.of(
                "bash", "-c", script(), "torii-demo", home.resolve("torii").toString(), RUN));
        Pod.ALL.forEach(pod -> command.add(pod.service()));
        return command;
    }

    private static String script() {
        try (InputStream script =
                Objects.requireNonNull(Namespaces.class.getResourceAsStream("namespaces.sh"), "namespaces.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<Integer, String> ports() {
        return Map.of();
    }

    @Override
    public List<String> config(Path folder) {
        return config(folder.toString(), home.toString());
    }

    /** The demo's own manifests, but with Services that have cluster addresses, and pods as endpoints. */
    private static List<String> config(String folder, String home) {
        return List.of(
                folder + "/gateway.yaml",
                folder + "/routes.yaml",
                folder + "/reviews.yaml",
                folder + "/telemetry.yaml",
                home + "/src/demo-captured/services.yaml");
    }

    @Override
    public List<String> app(Pod pod) {
        return in(pod.service(), pod.app("0.0.0.0", PORT));
    }

    @Override
    public List<String> sidecar(Pod pod, Path folder) {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("bash", "-c", AS_USER, "torii-demo", home.toString(), JAVA, folder.toString()));
        command.addAll(List.of("env", "TORII_BUILD=never", "TORII_JAVA=" + RUN + "/java", RUN + "/torii/torii"));
        command.addAll(List.of("sidecar", "--capture", "--service", "default/" + pod.service()));
        command.addAll(List.of("--admin", "0.0.0.0:" + Mesh.ADMIN_PORT, "--config"));
        command.addAll(config(RUN + "/config", RUN + "/torii"));
        return in(pod.service(), command);
    }

    @Override
    public String inbound(Pod pod) {
        return address(pod);
    }

    @Override
    public String admin(Pod pod) {
        return host(pod) + ":" + Mesh.ADMIN_PORT;
    }

    @Override
    public String machine() {
        return "198.18.0.1";
    }

    @Override
    public String toTry() {
        return """
                  ip netns exec torii-demo-web curl http://reviews/api/reviews             # a call of web's pod, as root
                  ip netns exec torii-demo-web curl -i 198.18.0.14:8080/api/reviews        # a pod's address passes untouched
                  ip netns exec torii-demo-web curl localhost:15000/metrics                # of web's sidecar
                  ip netns exec torii-demo-web ./torii capture show                        # what sends its traffic there
                """;
    }

    @Override
    public void tour(Checks checks, LogTail log) {
        new PodTour(log).run(checks);
    }
}
