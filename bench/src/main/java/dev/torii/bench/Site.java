package dev.torii.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What all peers of a run share.
 *
 * @param root of the repository
 * @param dir where everything is written
 * @param stable port of one side of the backend
 * @param canary port of the other
 * @param proxyCore the core that proxies run on; empty leaves it to the kernel
 * @param java the runtime for peers on the JVM
 */
record Site(Path root, Path dir, int stable, int canary, String proxyCore, Path java, Set<Extra> extras) {

    /** A limit nobody reaches: what counts is the cost of keeping it. */
    static final int RATE_LIMIT = 1_000_000;

    Path certificate() {
        return dir.resolve("certificate.pem");
    }

    Path key() {
        return dir.resolve("key.pem");
    }

    /** Key and certificate in one file. */
    Path both() {
        return dir.resolve("both.pem");
    }

    /** The text when the duty is on, else nothing. */
    String when(Extra extra, String text) {
        return extras.contains(extra) ? text : "";
    }

    /** A fresh folder for one peer in one scenario. */
    Path folder(String peer, Scenario scenario) throws IOException {
        return Files.createDirectories(dir.resolve(peer + "-" + scenario.label()));
    }

    /** A command bound to the core of the proxies. */
    List<String> onProxyCore(String... command) {
        List<String> all = new ArrayList<>();
        if (!proxyCore.isEmpty()) {
            all.addAll(List.of("taskset", "-c", proxyCore));
        }
        all.addAll(List.of(command));
        return all;
    }

    /** Fills {@code @name@} in a resource of {@code peers/} and writes it to the folder. */
    Path write(String resource, Path folder, Ports ports, Map<String, String> own) throws IOException {
        Map<String, String> values = new HashMap<>(own);
        values.put("dir", folder.toString());
        values.put("log", folder.resolve("access.log").toString());
        values.put("stable", Integer.toString(stable));
        values.put("canary", Integer.toString(canary));
        values.put("clear", Integer.toString(ports.clear()));
        values.put("h2c", Integer.toString(ports.h2c()));
        values.put("tls", Integer.toString(ports.tls()));
        values.put("certificate", certificate().toString());
        values.put("key", key().toString());
        values.put("both", both().toString());
        values.put("certificate-base64", base64(certificate()));
        values.put("key-base64", base64(key()));
        return Files.writeString(folder.resolve(resource), fill(resource, values));
    }

    /** A resource of {@code peers/} with each {@code @name@} replaced by its value. */
    static String fill(String resource, Map<String, String> values) {
        String text = resource(resource);
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("@" + value.getKey() + "@", value.getValue());
        }
        return text;
    }

    private static String base64(Path file) throws IOException {
        return Files.exists(file) ? Base64.getEncoder().encodeToString(Files.readAllBytes(file)) : "";
    }

    private static String resource(String name) {
        try (InputStream in = Site.class.getResourceAsStream("peers/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource peers/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
