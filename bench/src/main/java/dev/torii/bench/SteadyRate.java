package dev.torii.bench;

import io.vertx.core.http.HttpClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends at a fixed rate whether or not answers come, and counts each request's time from the moment it was due, so that
 * a proxy that stalls pays for everyone who had to wait (no coordinated omission).
 */
final class SteadyRate {

    private final Client client;
    private final HttpClient http;
    private final int port;
    private final double nanosBetween;
    private final long[] latencies;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long start;
    private int sent;
    private int answered;

    /**
     * What one run saw, in microseconds.
     *
     * @param cpuMicros of the proxy for each request
     */
    record Latency(double p50, double p99, double cpuMicros) {}

    /** The rate is more than goes through. */
    static final class TooSlow extends IOException {
        private static final long serialVersionUID = 1;

        TooSlow(String message) {
            super(message);
        }
    }

    private SteadyRate(Client client, HttpClient http, int port, int rate, int seconds) {
        this.client = client;
        this.http = http;
        this.port = port;
        this.nanosBetween = 1e9 / rate;
        this.latencies = new long[rate * seconds];
    }

    /** Loads whoever listens on the port; sorted nanoseconds, without those of the first second. */
    static long[] run(Client client, Wire wire, int port, int rate, int seconds)
            throws IOException, InterruptedException {
        HttpClient http = client.open(wire);
        SteadyRate run = new SteadyRate(client, http, port, rate, seconds + 1);
        client.run(run::begin);
        try {
            run.done.get(seconds + 20L, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new TooSlow("only " + run.answered + " of " + run.latencies.length + " requests answered in time");
        } catch (ExecutionException e) {
            throw new IOException("port " + port + " at a fixed rate: " + e.getMessage(), e);
        } finally {
            http.close();
        }
        long[] sorted = Arrays.copyOfRange(run.latencies, rate, run.latencies.length);
        Arrays.sort(sorted);
        return sorted;
    }

    /** Loads a proxy. */
    static Latency run(Client client, Proxy proxy, Wire wire, int rate, int seconds)
            throws IOException, InterruptedException {
        long cpu = proxy.process().cpuMicros();
        long[] sorted = run(client, wire, wire.port(proxy.ports()), rate, seconds);
        cpu = proxy.process().cpuMicros() - cpu;
        return new Latency(at(sorted, 0.5), at(sorted, 0.99), (double) cpu / (sorted.length + rate));
    }

    /** In microseconds. */
    static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(quantile * sorted.length))] / 1e3;
    }

    private void begin() {
        start = System.nanoTime();
        sendDue();
    }

    private void sendDue() {
        long elapsed = System.nanoTime() - start;
        while (sent < latencies.length && due(sent) <= elapsed) {
            send(sent++);
        }
        if (sent < latencies.length && !done.isDone()) {
            client.after(due(sent) - (System.nanoTime() - start), this::sendDue);
        }
    }

    private long due(int number) {
        return (long) (number * nanosBetween);
    }

    private void send(int number) {
        Client.send(http, port, Traffic.PATH, Traffic.HEADERS)
                .compose(head -> head.end().map(head.statusCode()))
                .onSuccess(status -> ended(number, status))
                .onFailure(done::completeExceptionally);
    }

    private void ended(int number, int status) {
        if (status != 200) {
            done.completeExceptionally(new IOException("status " + status));
            return;
        }
        latencies[number] = System.nanoTime() - start - due(number);
        if (++answered == latencies.length) {
            done.complete(null);
        }
    }
}
