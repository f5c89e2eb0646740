package dev.torii.proxy;

import static java.util.logging.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.OpenBuffers;
import io.netty.util.concurrent.ArmedTimers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.threadchecker.BlockedThreadEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What must hold after every test of the data plane: nobody blocked an event loop, no exception was lost, Netty and Vert.x
 * had nothing to warn of, no timer is armed, every buffer is released.
 */
public final class LoopWatch extends Handler {

    /** A loop may well stand still that long when eight builds share two cores. */
    private static final long STARVED_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Netty's word for a client that the kernel had accepted when its port was closed. */
    private static final String LATE_CLIENT = "Failed to register an accepted channel";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Logger root = Logger.getLogger("");
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final Vertx vertx;

    public LoopWatch() {
        vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setBlockedThreadCheckInterval(200)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                .setMaxEventLoopExecuteTime(500)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS));
        vertx.exceptionHandler(e -> troubles.add("thrown: " + TestProxy.stack(e)));
        ((VertxInternal) vertx).blockedThreadChecker().setThreadBlockedHandler(this::blocked);
        root.addHandler(this);
    }

    public Vertx vertx() {
        return vertx;
    }

    private void blocked(BlockedThreadEvent event) {
        boolean waits = event.thread().getState() != Thread.State.RUNNABLE;
        if (waits || event.duration() > STARVED_NANOS) {
            troubles.add("blocked for " + event.duration() / 1_000_000 + " ms: "
                    + List.of(event.thread().getStackTrace()));
        }
    }

    @Override
    public void publish(LogRecord record) {
        boolean lateClient = String.valueOf(record.getMessage()).startsWith(LATE_CLIENT);
        if (record.getLevel().intValue() >= WARNING.intValue() && !lateClient) {
            String cause = record.getThrown() == null ? "" : " " + TestProxy.stack(record.getThrown());
            troubles.add("logged by " + record.getLoggerName() + ": " + record.getMessage() + cause);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    /** To be called when the data plane is closed. */
    public void end(DataPlane closed) {
        try {
            assertThat(armed(closed)).as("armed timers").isEmpty();
        } finally {
            TestProxy.await(vertx.close());
            root.removeHandler(this);
        }
        assertThat(OpenBuffers.await(PATIENCE)).as("buffers not released").isEmpty();
        assertThat(troubles).isEmpty();
    }

    private static List<String> armed(DataPlane closed) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> armed;
        do {
            armed = TestProxy.await(closed.ask(
                            worker -> ArmedTimers.of(((ContextInternal) Vertx.currentContext()).nettyEventLoop())))
                    .stream()
                    .flatMap(List::stream)
                    .toList();
        } while (!armed.isEmpty() && System.nanoTime() < end);
        return armed;
    }
}
