package dev.torii.routing;

/**
 * The part of a request that a deterministic choice is made by.
 *
 * @param name of the header (lower case) or cookie; {@code ""} for the client's address
 */
public record HashKey(Source source, String name) {

    public enum Source {
        HEADER,
        COOKIE,
        CLIENT_ADDRESS
    }
}
