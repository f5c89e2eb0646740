package dev.torii.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@code @ExtendWith(NoLeaks.class)}: the class fails when a buffer was garbage before it was released. Counts what any
 * test of this run has leaked so far, so a class that leaks should carry it itself to be blamed.
 */
public final class NoLeaks implements AfterAllCallback {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> leaks = collect();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " leaked: " + String.join("\n", leaks));
        }
    }

    /** Waits for the garbage collector and takes what it found. */
    static List<String> collect() {
        if (!(ResourceLeakDetectorFactory.instance() instanceof LeakRecorder recorder)) {
            throw new IllegalStateException(
                    "leaks are not recorded: is META-INF/services of testkit on the class path?");
        }
        awaitCollector(recorder);
        // The detector looks for earlier leaks when it is given something to watch.
        ByteBufAllocator.DEFAULT.buffer(1).release();
        List<String> found = List.copyOf(recorder.leaks());
        recorder.leaks().removeAll(found);
        return found;
    }

    private static void awaitCollector(LeakRecorder recorder) {
        ResourceLeakDetector<Object> canary = recorder.releaseCanary();
        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            if (System.nanoTime() > end) {
                throw new AssertionError("the garbage collector found nothing within " + PATIENCE);
            }
            System.gc();
        } while (!recorder.found(canary));
    }
}
