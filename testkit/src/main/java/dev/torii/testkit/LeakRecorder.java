package dev.torii.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes leak detectors that keep what they find, where Netty's own would only log it. */
final class LeakRecorder extends ResourceLeakDetectorFactory {

    private final List<String> leaks = new CopyOnWriteArrayList<>();

    /** What was found so far: the resource and where it was last touched. */
    List<String> leaks() {
        return leaks;
    }

    /** Leaks something on purpose. A detector tells of each place only once, so this takes a new one. */
    ResourceLeakDetector<Object> releaseCanary() {
        ResourceLeakDetector<Object> detector = new Recording<>(Canary.class, 1);
        detector.trackForcibly(new Object());
        return detector;
    }

    /** Whether that was found, and with it all that was leaked before. */
    boolean found(ResourceLeakDetector<Object> canary) {
        Object watched = new Object();
        ResourceLeakTracker<Object> looksForEarlierOnes = canary.trackForcibly(watched);
        looksForEarlierOnes.close(watched);
        return leaks.removeIf(leak -> leak.contains(Canary.class.getSimpleName()));
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's, but abstract
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
            Class<T> resource, int samplingInterval, long maxActive) {
        return new Recording<>(resource, samplingInterval);
    }

    private static final class Canary {}

    private final class Recording<T> extends ResourceLeakDetector<T> {

        Recording(Class<?> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resource, String records) {
            leaks.add(resource + records);
        }

        @Override
        protected void reportUntracedLeak(String resource) {
            leaks.add(resource);
        }
    }
}
