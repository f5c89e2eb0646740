package dev.torii.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A service of the shop and the sidecar beside it. Where they are, and at which addresses, is the {@link Site}'s to say.
 *
 * @param number from 1 on, the last digit of all its ports or addresses
 * @param service the Service that it belongs to; two versions of a service are two pods, and two Services
 */
record Pod(int number, String service) {

    static final List<Pod> ALL = List.of(
            new Pod(1, "web"),
            new Pod(2, "catalog"),
            new Pod(3, "cart"),
            new Pod(4, "reviews-v1"),
            new Pod(5, "reviews-v2"));

    /**
     * The command that starts the service.
     *
     * @param host where it listens
     * @param settings of the JVM
     */
    List<String> app(String host, int port, String... settings) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-Xss512k",
                "-XX:TieredStopAtLevel=1"));
        Collections.addAll(command, settings);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED", Shop.class.getName(), service, String.valueOf(port), host));
        return command;
    }
}
