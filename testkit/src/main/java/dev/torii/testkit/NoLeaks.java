package dev.torii.testkit;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** {@code @ExtendWith(NoLeaks.class)}: a class of tests fails when Netty buffers are open at its end; see {@link OpenBuffers}. */
public final class NoLeaks implements AfterAllCallback {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> open = OpenBuffers.await(PATIENCE);
        if (!open.isEmpty()) {
            throw new AssertionError(open.size() + " buffers not released: " + String.join("\n", open));
        }
    }
}
