package dev.torii.cli.stress;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A flow over a while.
 *
 * @param errors the share of answers that were not good, 0 to 1
 * @param failures how many of each kind: the status with the reason
 */
record Figures(int count, double errors, long p50Millis, long p99Millis, Map<String, Long> failures) {

    static Figures of(List<Answer> answers) {
        long[] nanos = answers.stream().mapToLong(Answer::nanos).sorted().toArray();
        Map<String, Long> failures = answers.stream()
                .filter(answer -> !answer.isGood())
                .collect(Collectors.groupingBy(
                        answer -> answer.status() + " " + answer.reason(), TreeMap::new, Collectors.counting()));
        long failed = failures.values().stream().mapToLong(Long::longValue).sum();
        return new Figures(
                nanos.length,
                nanos.length == 0 ? 0 : (double) failed / nanos.length,
                percentileMillis(nanos, 50),
                percentileMillis(nanos, 99),
                failures);
    }

    private static long percentileMillis(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(sorted.length * percent - 1) / 100] / 1_000_000;
    }

    int good() {
        return (int) Math.round(count * (1 - errors));
    }
}
