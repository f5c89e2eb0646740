package dev.torii.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ChildTest {

    @Test
    void passesOnWhatTheProcessPrints() throws IOException {
        LogTail log = new LogTail();
        try (Child child = Child.start("echo", List.of("echo", "one two", "$HOME"), log::add)) {
            assertThat(log.has("one two $HOME"::equals, Duration.ofSeconds(10)))
                    .as("%s printed its words", child.name())
                    .isTrue();
        }
    }

    @Test
    void endsTheProcessWithItself() throws Exception {
        CompletableFuture<String> pid = new CompletableFuture<>();
        Child child = Child.start("napper", List.of("bash", "-c", "echo $$; exec tail -f /dev/null"), pid::complete);
        ProcessHandle napper =
                ProcessHandle.of(Long.parseLong(pid.get(10, TimeUnit.SECONDS))).orElseThrow();
        assertThat(child.isAlive()).isTrue();

        child.close();

        napper.onExit().get(10, TimeUnit.SECONDS);
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void endsWhenItsProcessEnds() throws Exception {
        CompletableFuture<String> pid = new CompletableFuture<>();
        Child child = Child.start("mortal", List.of("bash", "-c", "echo $$; exec tail -f /dev/null"), pid::complete);

        ProcessHandle.of(Long.parseLong(pid.get(10, TimeUnit.SECONDS)))
                .orElseThrow()
                .destroy();

        child.awaitEnd();
        assertThat(child.isAlive()).isFalse();
    }
}
