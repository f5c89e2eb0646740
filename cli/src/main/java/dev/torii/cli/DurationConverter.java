package dev.torii.cli;

import dev.torii.config.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as manifests write them: {@code 30s}, {@code 1m30s}, {@code 500ms}. */
final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        long millis = Durations.millis(text);
        if (millis < 0) {
            throw new TypeConversionException("'" + text + "' is no duration such as 30s or 500ms");
        }
        return Duration.ofMillis(millis);
    }
}
