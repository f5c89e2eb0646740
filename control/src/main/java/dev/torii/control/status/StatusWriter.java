package dev.torii.control.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.resource.ObjectKey;
import dev.torii.control.api.Answer;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.api.Worklist;
import dev.torii.control.api.Worklist.Next;
import dev.torii.control.status.DesiredStatus.Told;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Writes status, and only what is not there yet: reads an object, merges ({@link StatusMerge}) and patches what differs of
 * its {@code status}, bound to the version that was read. Whoever changes the object meanwhile makes that fail, and it is
 * read again. So neither two leaders nor other controllers ever lose a word. What is written is looked at again now and
 * then, as others may have destroyed it.
 *
 * <p>Holds one small record for each object. {@link #want} may be called on any thread and does not wait.
 */
public final class StatusWriter implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int CONFLICTS = 3;
    private static final String VERSION = "/metadata/resourceVersion";

    private final ClusterApi api;
    private final InstantSource clock;
    private final Duration repeat;
    private final Pace pace;
    private final Map<ObjectKey, Wanted> wanted = new ConcurrentHashMap<>();
    private final Worklist<ObjectKey> worklist;
    private final LongAdder writes = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /**
     * @param pause after failures
     * @param perSecond so many writes, and at first twice as many at once
     * @param repeat how long after it was written a status is looked at again
     */
    public record Limits(Worklist.Pause pause, int perSecond, Duration repeat) {

        public static final Limits USUAL = new Limits(Worklist.Pause.USUAL, 200, Duration.ofMinutes(10));
    }

    public StatusWriter(ClusterApi api, InstantSource clock, Limits limits) {
        this.api = api;
        this.clock = clock;
        this.repeat = limits.repeat();
        this.pace = new Pace(limits.perSecond(), 2 * limits.perSecond());
        this.worklist = new Worklist<>("writing status", THREADS, limits.pause(), this::write);
    }

    /** Takes all that there is to say; what is equal to what was wanted before costs nothing. */
    public void want(Map<ObjectKey, Wanted> all) {
        wanted.keySet().retainAll(all.keySet());
        all.forEach((key, each) -> {
            if (!each.equals(wanted.put(key, each))) {
                worklist.add(key);
            }
        });
    }

    /** How many writes the API server has taken. */
    public long writes() {
        return writes.sum();
    }

    /** How often something could not be read or written, and is tried again. */
    public long failures() {
        return failures.sum();
    }

    /** Nothing is written after. */
    @Override
    public void close() {
        worklist.close();
    }

    private Next write(ObjectKey key) throws InterruptedException {
        Wanted what = wanted.get(key);
        StatusKind kind = StatusKind.of(key.kind());
        if (what == null || kind == null) {
            pace.forget(key);
            return Next.done();
        }
        DesiredStatus desired = DesiredStatuses.of(what, kind.shape());
        Answer answer = null;
        for (int i = 0; i < CONFLICTS; i++) {
            answer = api.get(what.path());
            if (!answer.isGood()) {
                break;
            }
            if (answer.body().at(VERSION).isMissingNode()) {
                return Next.failed("an answer that is no object");
            }
            ObjectNode changes = StatusMerge.changes(answer.body(), desired, clock.instant());
            if (changes.isEmpty()) {
                return Next.later(nextLook(desired));
            }
            Duration delay = pace.take(key);
            if (!delay.isZero()) {
                return Next.later(delay);
            }
            answer = api.merge(what.path() + "/status", patch(answer.body(), changes));
            if (answer.isGood()) {
                writes.increment();
                return Next.later(nextLook(desired));
            }
            if (!answer.isConflict()) {
                break;
            }
        }
        return failure(key, what, Objects.requireNonNull(answer));
    }

    private static ObjectNode patch(ObjectNode object, ObjectNode changes) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").set("resourceVersion", object.at(VERSION));
        patch.set("status", changes);
        return patch;
    }

    private Next failure(ObjectKey key, Wanted what, Answer answer) {
        if (answer.isGone()) {
            // What comes by that name is another, and is told of again.
            wanted.remove(key, what);
            return Next.done();
        }
        failures.increment();
        return Next.after(answer);
    }

    /** When there will be something to do though nobody says anything: a condition has been True long enough, or repair. */
    private Duration nextLook(DesiredStatus desired) {
        Instant now = clock.instant();
        Optional<Instant> end = Stream.concat(
                        desired.conditions().stream(),
                        desired.entries().stream()
                                .map(DesiredStatus.Entry::conditions)
                                .flatMap(List::stream))
                .map(Told::keepTrueUntil)
                .filter(each -> each.isAfter(now) && each.isBefore(now.plus(repeat)))
                .min(Comparator.naturalOrder());
        return end.map(each -> Duration.between(now, each)).orElse(repeat);
    }
}
