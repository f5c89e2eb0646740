package dev.torii.cli;

import dev.torii.config.compile.Review;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Read;
import dev.torii.config.source.Source;
import dev.torii.control.Feed;
import dev.torii.control.LeaderWork;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** When a change came where for the first time, on its way from an API server to traffic and status. Safe on any thread. */
final class Milestones {

    private final Map<String, Long> passed = new LinkedHashMap<>();
    private long began = System.nanoTime();

    synchronized void begin() {
        passed.clear();
        began = System.nanoTime();
    }

    synchronized void at(String what) {
        passed.putIfAbsent(what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    synchronized long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    /** Milliseconds since the beginning. */
    @Override
    public synchronized String toString() {
        return passed.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", ", "", " ms"));
    }

    Feed feed(Feed feed) {
        return taker -> feed.follow(catalog -> {
            at("catalog");
            taker.accept(catalog);
        });
    }

    Source source(Source source) {
        return new Source() {
            @Override
            public Following follow(Function<Read, Taken> taker) {
                return source.follow(read -> {
                    at("proxy");
                    Taken taken = taker.apply(read);
                    at("serving");
                    return taken;
                });
            }

            @Override
            public boolean isReviewed() {
                return source.isReviewed();
            }
        };
    }

    LeaderWork.Maker reviews() {
        return (programmed, leads) -> new LeaderWork() {
            @Override
            public void catalog(Catalog catalog, Review review) {
                at("review");
            }

            @Override
            public void close() {}
        };
    }
}
