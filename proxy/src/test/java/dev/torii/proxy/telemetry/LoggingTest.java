package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.proxy.telemetry.Logging.Format;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoggingTest {

    private static final Logger OURS = System.getLogger("dev.torii.test.Thing");
    private static final Logger THEIRS = System.getLogger("org.example.Thing");

    private final StreamProbe err = new StreamProbe();

    @Test
    void aMessageIsOneLineOfText() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            OURS.log(Level.WARNING, "cannot bind {0}: {1}", "127.0.0.1:80", "in use");
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.text())
                .matches("[-0-9]{10}T[:0-9]{8}\\.[0-9]{3}Z WARN dev\\.torii\\.test\\.Thing: "
                        + "cannot bind 127\\.0\\.0\\.1:80: in use\n");
    }

    @Test
    void orAnObject() {
        try (Logging logging = Logging.install(err, Format.JSON, Verbosity.INFO)) {
            OURS.log(Level.ERROR, "our \"bug\"", new IllegalStateException("boom", new RuntimeException("deep")));
            assertThat(logging.verbosity()).isEqualTo(Verbosity.INFO);
        }
        JsonObject line = new JsonObject(err.text());
        assertThat(line.fieldNames()).containsExactly("time", "level", "logger", "message", "error");
        assertThat(line.getString("level")).isEqualTo("error");
        assertThat(line.getString("logger")).isEqualTo("dev.torii.test.Thing");
        assertThat(line.getString("message")).isEqualTo("our \"bug\"");
        assertThat(line.getString("error"))
                .startsWith(
                        "java.lang.IllegalStateException: boom at dev.torii.proxy.telemetry.LoggingTest.orAnObject(")
                .contains("; caused by java.lang.RuntimeException: deep at ");
    }

    @Test
    void aTraceStaysOnItsLineAndIsCutOff() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            OURS.log(Level.ERROR, "bug", new IllegalStateException("line\nbreak"));
            Throwable endless = new Throwable("round");
            endless.initCause(new Throwable("and round", endless));
            OURS.log(Level.ERROR, "loop", endless);
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.lines()).hasSize(2);
        assertThat(err.text()).contains("line\\u000abreak at ");
    }

    @Test
    void noTextCanForgeALine() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            OURS.log(Level.WARNING, "bad header {0}", "x\r\n2026-01-01T00:00:00.000Z ERROR fake\u001b[2J\u2028");
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.lines()).hasSize(1);
        assertThat(err.text()).contains("x\\u000d\\u000a2026").contains("\\u001b[2J\\u2028");
    }

    @Test
    void theLevelChangesAtRunTimeAndLibrariesTellLess() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            OURS.log(Level.DEBUG, "1 no");
            OURS.log(Level.INFO, "2 yes");
            THEIRS.log(Level.INFO, "3 no");
            logging.verbosity(Verbosity.DEBUG);
            OURS.log(Level.DEBUG, "4 yes");
            THEIRS.log(Level.INFO, "5 yes");
            logging.verbosity(Verbosity.ERROR);
            OURS.log(Level.WARNING, "6 no");
            THEIRS.log(Level.ERROR, "7 yes");
        }
        assertThat(err.lines().stream().map(line -> line.substring(line.length() - 5)))
                .containsExactly("2 yes", "4 yes", "5 yes", "7 yes");
    }

    @Test
    void vertxAndNettyComeTheSameWay() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            InternalLoggerFactory.getInstance("io.netty.Thing").warn("from netty {}", 1);
            io.vertx.core.internal.logging.LoggerFactory.getLogger("io.vertx.Thing")
                    .warn("from vertx");
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.text()).contains(" WARN io.netty.Thing: from netty 1\n", " WARN io.vertx.Thing: from vertx\n");
    }

    @Test
    void aRepeatedWarningIsHeldBack() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            for (int i = 0; i < 100; i++) {
                OURS.log(Level.WARNING, "cannot reach {0}", "10.0.0." + i);
            }
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.lines()).hasSize(RepeatLimit.FREE + 1);
        assertThat(err.text()).endsWith("held back 95 more like: dev.torii.test.Thing: cannot reach {0}\n");
    }

    @Test
    void aRepeatedBugIsHeldBackWhateverIsSaidWithIt() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            for (int i = 0; i < 100; i++) {
                OURS.log(Level.ERROR, "request " + i, new IllegalStateException("boom " + i));
            }
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.lines()).hasSize(RepeatLimit.FREE + 1);
        assertThat(err.lines().get(5)).contains("held back 95 more like: ", "java.lang.IllegalStateException at dev.");
    }

    @Test
    void parametersAreFilledInPlainly() {
        try (Logging logging = Logging.install(err, Format.TEXT, Verbosity.INFO)) {
            OURS.log(Level.INFO, "can't open {1}:{0} {2} {x} {", 15000, "{0}");
            assertThat(logging.dropped()).isZero();
        }
        assertThat(err.text()).endsWith(": can't open {0}:15000 {2} {x} {\n");
    }

    @Test
    void aBlockedStreamBlocksNobody() throws Exception {
        Logging logging = Logging.install(err, Format.TEXT, Verbosity.TRACE);
        err.block();
        OURS.log(Level.WARNING, "first");
        err.awaitBlocked();
        CountDownLatch done = new CountDownLatch(1);
        new Thread(() -> {
                    for (int i = 0; i < 5000; i++) {
                        System.getLogger("dev.torii.test.T" + i).log(Level.WARNING, "message " + i);
                    }
                    done.countDown();
                })
                .start();
        done.await();
        err.unblock();
        logging.close();
        assertThat(err.lines()).hasSizeGreaterThan(100);
    }

    @Test
    void anUnknownLevelIsToldInOneSentence() {
        assertThat(Verbosity.of("DeBug")).isEqualTo(Verbosity.DEBUG);
        assertThatThrownBy(() -> Verbosity.of("loud"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no log level \"loud\"; there are: error, warn, info, debug, trace");
    }
}
