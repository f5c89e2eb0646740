package dev.torii.bench;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** The backend, the proxies and our client: started, checked, and ended together, also when the run is interrupted. */
final class Fleet implements AutoCloseable {

    private final Site site;
    private final Running backend;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final List<Proxy> proxies = new ArrayList<>();
    private final Client client = new Client();
    private final Thread atExit = new Thread(this::end);

    Fleet(Site site) throws IOException, InterruptedException {
        this.site = site;
        Runtime.getRuntime().addShutdownHook(atExit);
        Backend.makeCertificate(site);
        backend = keep(Backend.start(site));
    }

    Client client() {
        return client;
    }

    List<Proxy> proxies() {
        return proxies;
    }

    /** Starts every peer in every scenario and sees that each does its duties. */
    void start(Options options, Map<String, String> toriiEnvironment) throws Exception {
        DutyCheck check = new DutyCheck(client, site);
        for (Scenario scenario : options.scenarios()) {
            for (Peer peer : peers(options, toriiEnvironment)) {
                Proxy proxy = keep(peer.start(scenario, site));
                check.check(proxy, options.wires());
                proxies.add(proxy);
                System.err.println("checked: " + proxy.title());
            }
        }
    }

    static List<Peer> peers(Options options, Map<String, String> toriiEnvironment) {
        return options.peers().stream()
                .map(name -> switch (name) {
                    case "nginx" -> new Nginx();
                    case "haproxy" -> new Haproxy();
                    case "scg" -> new SpringCloudGateway();
                    case "torii" -> new Torii(toriiEnvironment);
                    default -> throw new IllegalArgumentException("no peer " + name);
                })
                .toList();
    }

    /** User and system time of the backend and all proxies until now. */
    long cpuMicros() throws IOException {
        long micros = backend.cpuMicros();
        for (Proxy proxy : proxies) {
            micros += proxy.process().cpuMicros();
        }
        return micros;
    }

    private synchronized <T extends AutoCloseable> T keep(T resource) {
        started.push(resource);
        return resource;
    }

    private synchronized void end() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                System.err.println("while ending: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        end();
        client.close();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
