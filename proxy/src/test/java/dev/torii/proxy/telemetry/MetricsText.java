package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of metrics, read as strictly as Prometheus' own parser reads it, and checked: every family has one HELP and one
 * TYPE before its samples, no sample comes twice, buckets only grow and end in the count.
 */
public final class MetricsText {

    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? ([-+0-9.eE]+|[-+]?Inf|NaN)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\",?");

    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Map<String, String> types = new HashMap<>();

    private MetricsText(String text) {
        assertThat(text).endsWith("\n");
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("#")) {
                comment(line);
            } else if (!line.isEmpty()) {
                sample(line);
            }
        }
        checkHistograms();
    }

    public static MetricsText parse(String text) {
        return new MetricsText(text);
    }

    /** By name and labels as they stand in the text. */
    public Map<String, Double> samples() {
        return samples;
    }

    public double value(String sample) {
        Double value = samples.get(sample);
        if (value == null) {
            throw new AssertionError(sample + " is not in " + samples.keySet());
        }
        return value;
    }

    /** Samples of one name, whatever the labels. */
    public List<String> named(String name) {
        return samples.keySet().stream()
                .filter(sample -> sample.equals(name) || sample.startsWith(name + "{"))
                .toList();
    }

    public double sum(String name) {
        return named(name).stream().mapToDouble(this::value).sum();
    }

    private void comment(String line) {
        if (line.equals("# EOF")) {
            return;
        }
        Matcher matcher = COMMENT.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        if (matcher.group(1).equals("TYPE")) {
            assertThat(types.put(matcher.group(2), matcher.group(3))).as(line).isNull();
        }
    }

    private void sample(String line) {
        Matcher matcher = SAMPLE.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        String name = matcher.group(1);
        assertThat(types.entrySet().stream().anyMatch(family -> belongs(name, family.getKey(), family.getValue())))
                .as(line)
                .isTrue();
        String labels = matcher.group(2) == null ? "" : matcher.group(2);
        checkLabels(labels);
        String value = matcher.group(3);
        double number = value.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value);
        assertThat(samples.put(labels.isEmpty() ? name : name + "{" + labels + "}", number))
                .as(line)
                .isNull();
    }

    private static boolean belongs(String sample, String family, String type) {
        return sample.equals(family) || (sample.startsWith(family + "_") && !type.equals("gauge"));
    }

    private static void checkLabels(String labels) {
        List<String> names = new ArrayList<>();
        Matcher matcher = LABEL.matcher(labels);
        int end = 0;
        while (matcher.find()) {
            assertThat(matcher.start()).as(labels).isEqualTo(end);
            end = matcher.end();
            names.add(matcher.group(1));
        }
        assertThat(end).as(labels).isEqualTo(labels.length());
        assertThat(names).doesNotHaveDuplicates();
    }

    private void checkHistograms() {
        Map<String, Double> last = new HashMap<>();
        samples.forEach((sample, value) -> {
            int le = sample.indexOf(",le=\"");
            if (sample.contains("_bucket{") && le > 0) {
                String series = sample.substring(0, le);
                assertThat(value).as(sample).isGreaterThanOrEqualTo(last.getOrDefault(series, 0.0));
                last.put(series, value);
            }
        });
        last.forEach((series, value) -> assertThat(value(series.replace("_bucket{", "_count{") + "}"))
                .as(series)
                .isEqualTo(value));
    }
}
