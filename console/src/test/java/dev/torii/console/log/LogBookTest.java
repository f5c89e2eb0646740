package dev.torii.console.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the book keeps when there is more than it may. */
final class LogBookTest {

    @Test
    void theNewestLinesStay() {
        LogBook book = new LogBook(3, 1_000_000);
        for (int i = 0; i < 10; i++) {
            add(book, line("n" + i));
        }
        assertThat(book.newestFirst()).isEqualTo(List.of(line("n9"), line("n8"), line("n7")));
    }

    @Test
    void longLinesTakeMoreRoom() {
        LogBook book = new LogBook(1_000, 10_000);
        for (int i = 0; i < 10; i++) {
            add(book, line("x".repeat(4_000)));
        }
        assertThat(book.size()).isEqualTo(2);
    }

    private static void add(LogBook book, LogLine line) {
        book.add(line, line.fields());
    }

    private static LogLine line(String path) {
        return LogLine.of("p", Buffer.buffer("{\"path\":\"" + path + "\"}"));
    }
}
