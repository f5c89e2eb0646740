package dev.torii.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/** Writes RFC 3339 times in UTC with milliseconds; remembers the last day it wrote. Not thread-safe. */
final class UtcTime {

    private static final long DAY_MS = 86_400_000;

    private long day = Long.MIN_VALUE;
    private byte[] date = {};

    /** Appends, say, {@code 2026-03-01T09:30:00.007Z}, without quotes. */
    void write(long epochMs, JsonBuffer out) {
        long thisDay = Math.floorDiv(epochMs, DAY_MS);
        if (thisDay != day) {
            date = LocalDate.ofEpochDay(thisDay).toString().getBytes(StandardCharsets.US_ASCII);
            day = thisDay;
        }
        long ms = Math.floorMod(epochMs, DAY_MS);
        out.raw(date).raw('T').padded(ms / 3_600_000, 2);
        out.raw(':').padded(ms / 60_000 % 60, 2);
        out.raw(':').padded(ms / 1_000 % 60, 2);
        out.raw('.').padded(ms % 1_000, 3).raw('Z');
    }
}
