package dev.torii.testkit.cases;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One file of {@code src/cases}, read.
 *
 * @param name of the file, without its ending
 * @param uses names of the files in {@code base} that it rests on
 * @param steps in the order of the file
 */
public record Case(String name, Path file, List<String> uses, List<Step> steps) {

    public Case {
        uses = List.copyOf(uses);
        steps = List.copyOf(steps);
    }

    /** Whether any step is of that kind. */
    public boolean has(Class<? extends Step> kind) {
        return steps.stream().anyMatch(kind::isInstance);
    }

    /** Whether any request is plain HTTP: neither gRPC nor a stream nor a WebSocket. */
    public boolean hasHttp() {
        return steps.stream()
                .flatMap(
                        step -> step instanceof Step.Requests requests ? requests.exchanges().stream() : Stream.empty())
                .anyMatch(Exchange::isHttp);
    }

    /** {@code file:line}, as an editor can follow it. */
    String at(int line) {
        return file + ":" + line;
    }
}
