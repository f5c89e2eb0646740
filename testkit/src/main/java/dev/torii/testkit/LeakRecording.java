package dev.torii.testkit;

import io.netty.util.ResourceLeakDetectorFactory;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Puts {@link LeakRecorder} in place before the first buffer of a test run, since Netty keeps the detector that it finds
 * then. JUnit loads it from the class path (META-INF/services).
 */
public final class LeakRecording implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new LeakRecorder());
    }
}
