package dev.torii.cli;

import dev.torii.testkit.RawHttp;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/** Several that ask for one page after the other, now and then over a new connection, and note what goes wrong. */
final class Clients implements AutoCloseable {

    private static final int A_CONNECTION = 50;
    /** They are there to notice, not to keep the machine busy. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

    private final int port;
    private final LongFunction<String> pages;
    private final AtomicLong answers = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /** @param pages the path of each request, all of which are answered with 200 */
    Clients(int number, int port, LongFunction<String> pages) {
        this.port = port;
        this.pages = pages;
        for (int i = 0; i < number; i++) {
            Thread thread = new Thread(this::run, "client " + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void run() {
        while (!ended) {
            try (RawHttp client = RawHttp.connect(port)) {
                for (int i = 0; i < A_CONNECTION && !ended; i++) {
                    ask(client, pages.apply(answers.get()));
                }
            } catch (RuntimeException e) {
                failures.add(e.toString());
            }
        }
    }

    private void ask(RawHttp client, String page) {
        int status = client.send("GET " + page + " HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                .readResponse()
                .status();
        if (status == 200) {
            answers.incrementAndGet();
        } else {
            failures.add(page + ": " + status);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    long answers() {
        return answers.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
