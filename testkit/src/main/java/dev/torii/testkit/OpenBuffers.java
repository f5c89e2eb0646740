package dev.torii.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Knows every Netty buffer that has not been released, exactly and at once, where Netty's own detector has to wait for
 * the garbage collector and to be lucky. Netty uses it when the system property
 * {@code io.netty.customResourceLeakDetector} names it and {@code io.netty.leakDetection.level} is {@code paranoid}, as
 * the parent POM says for all tests.
 *
 * <p>Static, because Netty makes the instances and keeps them for the life of the JVM. Safe on any thread.
 */
public final class OpenBuffers<T> extends ResourceLeakDetector<T> {

    private static final Set<Tracker<?>> OPEN = ConcurrentHashMap.newKeySet();

    /** Netty also watches engines, timers and TLS sessions, some of which are kept on purpose. */
    private final boolean ofBuffers;

    /** For Netty. */
    public OpenBuffers(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
        ofBuffers = ByteBuf.class.isAssignableFrom(resourceType);
    }

    /** For Netty, which insists on its older form too. */
    public OpenBuffers(Class<?> resourceType, int samplingInterval, long maxActive) {
        this(resourceType, samplingInterval);
    }

    /**
     * Waits until every buffer is released. What is not is told once, so that one test's leak does not fail the next.
     *
     * @return where those were made that are still open when the time is up; empty when there are none
     */
    public static List<String> await(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        OPEN.removeIf(Tracker::isConstant);
        while (!OPEN.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
            OPEN.removeIf(Tracker::isConstant);
        }
        List<Tracker<?>> left = List.copyOf(OPEN);
        left.forEach(OPEN::remove);
        return left.stream().map(Tracker::describe).distinct().toList();
    }

    @Override
    public @Nullable ResourceLeakTracker<T> track(T resource) {
        return ofBuffers ? new Tracker<>(resource) : null;
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resource) {
        return new Tracker<>(resource);
    }

    private static final class Tracker<T> implements ResourceLeakTracker<T> {
        private final String what;

        /** Written out for the few that stay open only: that costs far more than what most tests do with a buffer. */
        private final Throwable made = new Throwable();

        Tracker(T resource) {
            what = resource.toString();
            OPEN.add(this);
        }

        /** A constant of a class is meant to live for ever. */
        boolean isConstant() {
            return Arrays.stream(made.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("<clinit>"));
        }

        String describe() {
            StringBuilder text = new StringBuilder(what);
            for (StackTraceElement frame : made.getStackTrace()) {
                text.append("\n    at ").append(frame);
            }
            return text.toString();
        }

        @Override
        public void record() {}

        @Override
        public void record(Object hint) {}

        @Override
        public boolean close(T resource) {
            return OPEN.remove(this) || isConstant();
        }
    }
}
