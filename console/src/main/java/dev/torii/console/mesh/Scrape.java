package dev.torii.console.mesh;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one page of metrics says of a proxy.
 *
 * @param role {@code gateway} or {@code sidecar}, {@code ""} when it does not say
 * @param service {@code namespace/name} that a sidecar is for
 * @param version of the proxy
 * @param snapshot version being served, {@code ""} for none
 * @param snapshotAgeSeconds for how long
 * @param series requests since it started
 */
record Scrape(
        String role,
        String service,
        String version,
        String snapshot,
        double snapshotAgeSeconds,
        int errors,
        int warnings,
        Map<Key, Counts> series) {

    private static final String DURATIONS = "http_server_request_duration_seconds";
    private static final int MAX_SERIES = 20_000;

    /** What the requests of a series share, as the proxies' labels say it. */
    record Key(String role, String route, String status, String service, String flag) {

        /** 5xx, and what failed without a status; not who went away by himself. */
        boolean isError() {
            return status.isEmpty() ? !flag.isEmpty() && !flag.equals("DC") : status.startsWith("5");
        }
    }

    /** Requests by the upper bound of their duration in seconds, added up as Prometheus has it. */
    record Counts(TreeMap<Double, Double> upTo) {

        double total() {
            return upTo.isEmpty() ? 0 : upTo.lastEntry().getValue();
        }
    }

    /** @throws IllegalArgumentException with one line, when this is no page of metrics */
    static Scrape read(String metrics) {
        Reader reader = new Reader();
        MetricsText.read(metrics, reader::sample);
        return reader.done();
    }

    private static final class Reader {

        private final Map<String, String> facts = new HashMap<>();
        private final Map<String, Double> numbers = new HashMap<>();
        private final Map<Key, Counts> series = new HashMap<>();

        void sample(String name, Map<String, String> labels, double value) {
            switch (name) {
                case "torii_proxy_info", "torii_snapshot_info" ->
                    labels.forEach((label, text) -> facts.put(name + '.' + label, text));
                case "torii_snapshot_age_seconds" -> numbers.put(name, value);
                case "torii_config_findings" -> numbers.put(name + '.' + labels.get("severity"), value);
                case DURATIONS + "_bucket" -> bucket(labels, value);
                default -> {
                    // Of no use here.
                }
            }
        }

        private void bucket(Map<String, String> labels, double count) {
            String le = labels.getOrDefault("le", "");
            Key key = new Key(
                    labels.getOrDefault("torii_role", ""),
                    labels.getOrDefault("http_route", ""),
                    labels.getOrDefault("http_response_status_code", ""),
                    labels.getOrDefault("torii_service", ""),
                    labels.getOrDefault("torii_flag", ""));
            if (series.size() < MAX_SERIES || series.containsKey(key)) {
                double bound = le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
                series.computeIfAbsent(key, k -> new Counts(new TreeMap<>()))
                        .upTo()
                        .put(bound, count);
            }
        }

        Scrape done() {
            return new Scrape(
                    facts.getOrDefault("torii_proxy_info.torii_role", ""),
                    facts.getOrDefault("torii_proxy_info.torii_service", ""),
                    facts.getOrDefault("torii_proxy_info.version", ""),
                    facts.getOrDefault("torii_snapshot_info.version", ""),
                    numbers.getOrDefault("torii_snapshot_age_seconds", 0.0),
                    numbers.getOrDefault("torii_config_findings.error", 0.0).intValue(),
                    numbers.getOrDefault("torii_config_findings.warning", 0.0).intValue(),
                    series);
        }
    }
}
