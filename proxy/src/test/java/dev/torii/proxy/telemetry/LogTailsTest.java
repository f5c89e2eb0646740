package dev.torii.proxy.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogTailsTest {

    private final LogTails tails = new LogTails();
    private final ByteArrayOutputStream below = new ByteArrayOutputStream();
    private final OutputStream out = tails.above(below);

    private LogTail open() {
        return Objects.requireNonNull(tails.open(tail -> {}));
    }

    private void write(String lines) throws IOException {
        out.write(lines.getBytes(UTF_8));
    }

    private static @Nullable String poll(LogTail tail) {
        byte[] lines = tail.poll();
        return lines == null ? null : new String(lines, UTF_8);
    }

    @Test
    void aReaderGetsWhatIsWrittenFromThenOn() throws IOException {
        write("before\n");
        LogTail tail = open();
        write("one\n");
        write("two\nthree\n");
        assertThat(poll(tail)).isEqualTo("one\n");
        assertThat(poll(tail)).isEqualTo("two\nthree\n");
        assertThat(poll(tail)).isNull();
        tail.close();
        write("after\n");
        assertThat(poll(tail)).isNull();
        assertThat(below.toString(UTF_8)).isEqualTo("before\none\ntwo\nthree\nafter\n");
    }

    @Test
    void itIsToldOnceUntilItHasReadAll() throws IOException {
        AtomicInteger told = new AtomicInteger();
        LogTail tail = Objects.requireNonNull(tails.open(more -> told.incrementAndGet()));
        write("one\n");
        write("two\n");
        assertThat(told).hasValue(1);
        poll(tail);
        poll(tail);
        write("three\n");
        assertThat(told).hasValue(2);
    }

    @Test
    void theSlowLoseLinesAndAreToldHowManyWhereTheyWere() throws IOException {
        LogTail slow = open();
        LogTail quick = open();
        String batch = ("x".repeat(99) + "\n").repeat(1_000);
        int fit = LogTail.MAX_WAITING_BYTES / batch.length();
        for (int i = 0; i < fit + 3; i++) {
            write(batch);
            assertThat(poll(quick)).isEqualTo(batch);
        }
        assertThat(poll(slow)).isEqualTo(batch);
        write("again\n");
        for (int i = 1; i < fit; i++) {
            assertThat(poll(slow)).isEqualTo(batch);
        }
        assertThat(poll(slow)).isEqualTo("{\"dropped\":3000}\n");
        assertThat(poll(slow)).isEqualTo("again\n");
        assertThat(poll(slow)).isNull();
        assertThat(poll(quick)).isEqualTo("again\n");
    }

    @Test
    void whatIsLostAtTheEndIsToldToo() throws IOException {
        LogTail slow = open();
        write("x".repeat(LogTail.MAX_WAITING_BYTES) + "\n");
        assertThat(poll(slow)).isEqualTo("{\"dropped\":1}\n");
        assertThat(poll(slow)).isNull();
    }

    @Test
    void thereAreOnlySoMany() {
        List<LogTail> open = new ArrayList<>();
        for (int i = 0; i < LogTails.MAX_READERS; i++) {
            open.add(open());
        }
        assertThat(tails.open(tail -> {})).isNull();
        open.get(3).close();
        open.get(3).close();
        assertThat(tails.open(tail -> {})).isNotNull();
        assertThat(tails.open(tail -> {})).isNull();
    }
}
