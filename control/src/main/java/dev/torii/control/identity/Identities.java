package dev.torii.control.identity;

import dev.torii.config.stream.Message.Hello;
import io.vertx.core.Future;

/** Finds out who somebody is who said hello. For any thread; blocks none. */
public interface Identities {

    /**
     * @param token the bearer token that came with the request; {@code ""} for none
     * @return fails with {@link Refused} when it is nobody, or somebody who may not have that; with anything else when it
     *     cannot be found out now
     */
    Future<Caller> identify(String token, Hello hello);

    /**
     * Whether somebody is a replica of control.
     *
     * @return its pod's name, {@code ""} when that is not known; fails as {@link #identify} does
     */
    Future<String> replica(String token);

    /** Why somebody gets nothing. */
    final class Refused extends Exception {

        private static final long serialVersionUID = 1;

        private final boolean known;

        private Refused(boolean known, String line) {
            super(line, null, false, false);
            this.known = known;
        }

        /** It did not prove who it is. */
        public static Refused stranger(String line) {
            return new Refused(false, line);
        }

        /** It did, and may not have what it asks for. */
        public static Refused forbidden(String line) {
            return new Refused(true, line);
        }

        /** Whether it is known who it is. */
        public boolean isKnown() {
            return known;
        }
    }
}
