package dev.torii.proxy.telemetry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A stream that a test can block, break and wait for. */
final class StreamProbe extends OutputStream {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private CountDownLatch gate = new CountDownLatch(0);
    private final CountDownLatch blocked = new CountDownLatch(1);
    private int failuresLeft;

    /** From now on a write blocks until {@link #unblock()}. */
    synchronized void block() {
        gate = new CountDownLatch(1);
    }

    synchronized void unblock() {
        gate.countDown();
    }

    /** The next {@code times} writes take half of the bytes and fail. */
    synchronized void fail(int times) {
        failuresLeft = times;
    }

    void awaitBlocked() throws InterruptedException, TimeoutException {
        if (!blocked.await(10, TimeUnit.SECONDS)) {
            throw new TimeoutException("nobody wrote");
        }
    }

    synchronized String awaitLines(int count) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (lines().size() < count) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("only: " + text());
            }
            wait(left);
        }
        return text();
    }

    synchronized String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    synchronized List<String> lines() {
        return text().lines().toList();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        passGate();
        synchronized (this) {
            if (failuresLeft > 0) {
                failuresLeft--;
                written.write(bytes, from, length / 2);
                throw new IOException("No space left on device");
            }
            written.write(bytes, from, length);
            notifyAll();
        }
    }

    private void passGate() {
        CountDownLatch closed;
        synchronized (this) {
            closed = gate;
        }
        if (closed.getCount() > 0) {
            blocked.countDown();
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
