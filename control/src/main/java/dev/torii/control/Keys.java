package dev.torii.control;

import java.util.function.Consumer;

/** What control proves with that it is control: a certificate, which is renewed while it runs. */
public interface Keys extends AutoCloseable {

    /** @param taker is given what there is as soon as there is any, and every change; must not be held */
    void follow(Consumer<Pair> taker);

    @Override
    void close();

    /**
     * PEM.
     *
     * @param certificate the chain
     * @param authorities by which other replicas are trusted; {@code ""} where there are none
     */
    record Pair(String certificate, String key, String authorities) {

        /** Without the key. */
        @Override
        public String toString() {
            return "Pair[" + certificate.length() + " characters of certificates]";
        }
    }
}
