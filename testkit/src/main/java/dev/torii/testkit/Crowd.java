package dev.torii.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Many users who ask again and again, each one thing at a time, and remember which version of a service answered them:
 * what a canary has to leave in peace. An answer's body is the version's name. Not for several threads.
 */
public final class Crowd {

    private static final int CLIENTS = 10;

    private final List<String> users;
    private final int port;
    private final Function<String, String> request;
    private final Map<String, String> last = new ConcurrentHashMap<>();
    private final Queue<String> moves = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
    private final AtomicLong asked = new AtomicLong();

    /**
     * @param users their names
     * @param request what a user sends, to the last empty line
     */
    public Crowd(List<String> users, int port, Function<String, String> request) {
        this.users = List.copyOf(users);
        this.port = port;
        this.request = request;
    }

    /** So many names nobody has thought of. */
    public static List<String> strangers(int count, long seed) {
        Random random = new Random(seed);
        Set<String> names = new HashSet<>();
        while (names.size() < count) {
            names.add("user-" + Long.toString(random.nextLong() >>> 8, 36));
        }
        return names.stream().sorted().toList();
    }

    /**
     * What happened while everybody asked.
     *
     * @param versions that answered each user
     */
    public record Round(Map<String, Set<String>> versions, long p99Micros, long slowestMicros) {

        /** Who was answered by that version and no other. */
        public Set<String> on(String version) {
            return versions.entrySet().stream()
                    .filter(each -> each.getValue().equals(Set.of(version)))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }
    }

    /** All of them ask so often. */
    public Round ask(int times) {
        Map<String, Set<String>> versions = new ConcurrentHashMap<>();
        Queue<Long> micros = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            List<String> mine = new ArrayList<>();
            for (int user = i; user < users.size(); user += CLIENTS) {
                mine.add(users.get(user));
            }
            Thread client = new Thread(() -> ask(mine, times, versions, micros), "crowd-" + i);
            clients.add(client);
            client.start();
        }
        clients.forEach(Crowd::join);
        long[] sorted = micros.stream().mapToLong(each -> each).sorted().toArray();
        long slowest = Arrays.stream(sorted).max().orElse(0);
        return new Round(Map.copyOf(versions), sorted.length == 0 ? 0 : sorted[sorted.length * 99 / 100], slowest);
    }

    private void ask(List<String> mine, int times, Map<String, Set<String>> versions, Queue<Long> micros) {
        try (RawHttp client = RawHttp.connect(port)) {
            for (int i = 0; i < times; i++) {
                for (String user : mine) {
                    long start = System.nanoTime();
                    RawResponse answer = client.send(request.apply(user)).readResponse();
                    micros.add((System.nanoTime() - start) / 1_000);
                    asked.incrementAndGet();
                    if (answer.status() != 200) {
                        failures.add(user + " got " + answer);
                        continue;
                    }
                    versions.computeIfAbsent(user, name -> new TreeSet<>()).add(answer.body());
                    answers.computeIfAbsent(answer.body(), version -> new LongAdder())
                            .increment();
                    String before = last.put(user, answer.body());
                    if (before != null && !before.equals(answer.body())) {
                        moves.add(before + " to " + answer.body());
                    }
                }
            }
        } catch (RuntimeException e) {
            failures.add(e.toString());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every time somebody was answered by another version than before: {@code v1 to v2}. */
    public List<String> moves() {
        return List.copyOf(moves);
    }

    /** Answers that were no success. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** How often a version has answered. */
    public long answers(String version) {
        LongAdder count = answers.get(version);
        return count == null ? 0 : count.sum();
    }

    /** Requests so far. */
    public long asked() {
        return asked.get();
    }
}
