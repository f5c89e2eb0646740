package dev.torii.bench;

import java.util.Map;

/** The one request that every proxy gets, and what the backend answers. */
final class Traffic {

    static final int ROUTES = 100;
    static final String HOST = "shop.example";
    /** In the middle, for those who look through their routes one by one. */
    static final String HIT = route(ROUTES / 2);

    static final String PATH = HIT + "/items";
    /** Answers with what the backend was sent. */
    static final String ECHO = HIT + "/echo";

    static final Map<String, String> HEADERS = Map.of(
            "x-env", "prod",
            "x-tenant-id", "tenant-7",
            "x-user", "u-12345",
            "x-internal", "must not pass",
            "user-agent", "torii-bench/1",
            "accept", "application/json");
    /** 1 KiB. */
    static final String BODY = "0123456789abcdef".repeat(64);

    private Traffic() {}

    /** The path prefix of a route, from 0. */
    static String route(int number) {
        return "/api/r" + number;
    }
}
