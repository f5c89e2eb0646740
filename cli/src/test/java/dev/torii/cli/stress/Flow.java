package dev.torii.cli.stress;

import dev.torii.testkit.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers that ask at a constant rate, however slow the answers are: nobody waits for anybody else's. An answer's time
 * counts from when its request was due, so that a pause of this process or of the other is paid for by all it kept
 * waiting.
 */
final class Flow implements AutoCloseable {

    /** The patience of a caller. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final long SECOND = 1_000_000_000;

    private final String name;
    private final HttpClient client;
    private final HttpRequest request;
    private final int perSecond;
    private final long start = System.nanoTime();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean flows = true;

    Flow(String name, HttpClient client, URI target, int perSecond) {
        this.name = name;
        this.client = client;
        this.perSecond = perSecond;
        request = HttpRequest.newBuilder(target).timeout(TIMEOUT).build();
        thread = new Thread(this::send, "flow " + name);
        thread.setDaemon(true);
        thread.start();
    }

    String name() {
        return name;
    }

    private void send() {
        for (long i = 0; flows; i++) {
            long due = due(i);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            client.sendAsync(request, BodyHandlers.ofString())
                    .whenComplete((answer, failure) ->
                            answers.add(failure == null ? answered(due, answer) : failed(due, failure)));
        }
    }

    private long due(long number) {
        return start + number * SECOND / perSecond;
    }

    private static Answer answered(long due, HttpResponse<String> answer) {
        String reason = answer.headers().firstValue("x-torii-reason").orElse("");
        return new Answer(due, System.nanoTime() - due, answer.statusCode(), reason);
    }

    private static Answer failed(long due, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new Answer(due, System.nanoTime() - due, 0, cause.getClass().getSimpleName());
    }

    /** What was due in this time, by the clock {@link System#nanoTime}; waits for the last answers. */
    List<Answer> between(long from, long to) {
        long expected = numberAt(to) - numberAt(from);
        if (!Await.until(TIMEOUT.multipliedBy(10), () -> duringNow(from, to).size() >= expected)) {
            throw new AssertionError(name + ": only " + duringNow(from, to).size() + " of " + expected + " ended");
        }
        return duringNow(from, to);
    }

    /** The first whose time is not before. */
    private long numberAt(long time) {
        long number = Math.max(0, (time - start) * perSecond / SECOND);
        while (due(number) < time) {
            number++;
        }
        return number;
    }

    private List<Answer> duringNow(long from, long to) {
        return answers.stream()
                .filter(answer -> answer.due() >= from && answer.due() < to)
                .toList();
    }

    @Override
    public void close() {
        flows = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
