package dev.torii.control.stream;

import dev.torii.config.resource.ObjectKey;
import java.util.List;

/**
 * What the proxies of each Gateway have acknowledged; complete on the leader only, to whom the others pass on what they
 * hear. For any thread.
 */
public interface Programmed {

    /**
     * Whether a Gateway is served as it was in a generation or a later one.
     *
     * @param generation {@code metadata.generation} of the Gateway
     */
    State of(ObjectKey gateway, long generation);

    /** Has somebody told, soon, of every change of an answer, by a thread that must not be held; for good. */
    void onChange(Runnable told);

    /**
     * @param problems of {@link Kind#FAILED}, one line each; else empty
     */
    record State(Kind kind, List<String> problems) {

        public State {
            problems = List.copyOf(problems);
        }
    }

    enum Kind {
        /** Too early to say: this process began, or became the leader, a moment ago. What is written stays. */
        UNKNOWN,
        /** No proxy is connected. */
        NOBODY,
        /** Proxies are connected, and at least one has not yet told of that generation. */
        WAITING,
        /** All proxies serve it; those that have just connected do not count where others serve it already. */
        SERVED,
        /** At least one proxy could not. */
        FAILED
    }
}
