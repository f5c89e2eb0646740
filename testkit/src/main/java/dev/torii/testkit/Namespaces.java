package dev.torii.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Network namespaces on a bridge that is in one of its own, with processes inside; all named after this process, and all gone
 * on close, and when this process ends before that. Needs root on Linux, {@code ip} and {@code nsenter}.
 */
public final class Namespaces implements AutoCloseable {

    private final String run = "torii-" + ProcessHandle.current().pid() + "-" + Long.toString(System.nanoTime(), 36);
    private final Deque<Process> processes = new ArrayDeque<>();
    private final Deque<String> names = new ArrayDeque<>();
    private final Thread hook = new Thread(this::remove, "remove namespaces");
    private final String bridge;
    private int hosts = 1;

    /** A host on the bridge. */
    public record Host(String namespace, String ipv4, String ipv6) {

        /** What runs a program inside. */
        public List<String> prefix() {
            return List.of("nsenter", "--net=/run/netns/" + namespace);
        }
    }

    /** With a bridge and no host yet. */
    public Namespaces() {
        Runtime.getRuntime().addShutdownHook(hook);
        bridge = add("bridge");
        ip("-n", bridge, "link", "add", "br0", "type", "bridge");
        ip("-n", bridge, "link", "set", "br0", "up");
    }

    private String add(String name) {
        String namespace = run + "-" + name;
        ip("netns", "add", namespace);
        names.push(namespace);
        return namespace;
    }

    /** A host with addresses 10.9.0.N and fd09::N, for N = 1, 2, …; the first is everybody's way to everywhere. */
    public Host host(String name) {
        String namespace = add(name);
        Host host = new Host(namespace, "10.9.0." + hosts, "fd09::" + hosts);
        String port = "port" + hosts;
        ip("-n", bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace);
        ip("-n", bridge, "link", "set", port, "master", "br0", "up");
        ip("-n", namespace, "link", "set", "lo", "up");
        ip("-n", namespace, "link", "set", "eth0", "up");
        address(host, host.ipv4() + "/24");
        address(host, host.ipv6() + "/64");
        if (hosts > 1) {
            ip("-n", namespace, "route", "add", "default", "via", "10.9.0.1");
            ip("-n", namespace, "-6", "route", "add", "default", "via", "fd09::1");
        }
        hosts++;
        return host;
    }

    /** Gives the host one more address. */
    public void address(Host host, String cidr) {
        boolean ipv6 = cidr.indexOf(':') >= 0;
        List<String> command = new ArrayList<>(List.of("-n", host.namespace(), "addr", "add", cidr, "dev", "eth0"));
        if (ipv6) {
            command.add("nodad");
        }
        ip(command.toArray(String[]::new));
    }

    /** Starts a process inside; it ends with this one, by its standard input. Returns when it has printed a line. */
    public void start(Host host, String... command) {
        Process process = start(host, builder -> builder.redirectError(ProcessBuilder.Redirect.INHERIT), command);
        try {
            String line = process.inputReader().readLine();
            if (line == null) {
                throw new AssertionError("ended before it was ready: " + String.join(" ", command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a process inside, which is killed on close; returns at once.
     *
     * @param settings where its output goes, its environment
     */
    public Process start(Host host, Consumer<ProcessBuilder> settings, String... command) {
        ProcessBuilder builder = new ProcessBuilder(with(host, command));
        settings.accept(builder);
        try {
            Process process = builder.start();
            processes.push(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program inside to its end; its output with its complaints. */
    public String run(Host host, String... command) {
        return output(with(host, command));
    }

    private static List<String> with(Host host, String... command) {
        return Stream.concat(host.prefix().stream(), Stream.of(command)).toList();
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        String output = output(command);
        if (!output.isEmpty()) {
            throw new AssertionError(String.join(" ", command) + ": " + output);
        }
    }

    private static String output(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 || !output.isEmpty() ? output.strip() : "exit code " + process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted");
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        remove();
    }

    private void remove() {
        processes.forEach(Process::destroyForcibly);
        for (Process process : processes) {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        names.forEach(name -> output(List.of("ip", "netns", "del", name)));
    }
}
