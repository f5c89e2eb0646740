package dev.torii.config.source;

import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.RateLimitPolicy;
import dev.torii.config.resource.Resource;
import dev.torii.routing.HashKey;
import dev.torii.routing.RateLimit;
import dev.torii.routing.RateLimit.Store;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a RateLimitPolicy. */
final class RateLimitReader {

    private static final int MANY = 1_000_000_000;
    private static final int MOST_LIMITS = 64;
    private static final int MOST_MATCHES = 64;
    private static final int LONGEST_URI = 1024;

    /** A month: with more, what a bucket still owes would be counted in more nanoseconds than there are numbers. */
    private static final long LONGEST_MS = 744L * 3_600_000;

    /** Buckets count in nanoseconds. */
    private static final long MOST_PER_MS = 1_000_000;

    private RateLimitReader() {}

    static @Nullable Resource read(Metadata metadata, Fields root) {
        Refs refs = new Refs(metadata.namespace());
        String policy = metadata.namespace() + "/" + metadata.name();
        Set<String> names = new HashSet<>();
        return root.need("spec")
                .mapping(spec -> new RateLimitPolicy(
                        metadata,
                        refs.targets(spec, true),
                        spec.need("limits").list(1, MOST_LIMITS, limit -> limit(limit, policy, names))));
    }

    private static RateLimit limit(Fields limit, String policy, Set<String> names) {
        String name = distinctName(limit, names);
        int requests = limit.need("requests").integer(1, MANY, 1);
        long perMs = per(limit.need("per"), requests);
        HashKey key = limit.get("key").mapping(fields -> KeyReader.read(fields, "clientAddress"));
        return new RateLimit(
                policy + "/" + name,
                name,
                requests,
                perMs,
                burst(limit.get("burst"), requests, perMs),
                key,
                store(limit),
                limit.get("shadow").bool(false),
                limit.get("match").list(0, MOST_MATCHES, MatchReader::http));
    }

    /** A name by which one of a more specific policy replaces one of a wider policy. */
    static String distinctName(Fields fields, Set<String> names) {
        Cell cell = fields.need("name");
        String name = cell.text(Syntax.SECTION_NAME);
        if (!name.isEmpty() && !names.add(name)) {
            cell.error("the name `" + name + "` is there twice");
        }
        return name;
    }

    private static long per(Cell per, int requests) {
        long millis = per.positiveMillis(1000);
        if (millis > LONGEST_MS) {
            per.error("`per` must be at most `744h`, but is `" + per.text() + "`");
        } else if (requests > millis * MOST_PER_MS) {
            per.error("`requests` must be at most " + MOST_PER_MS + " for each millisecond of `per`");
        }
        return millis;
    }

    private static long burst(Cell burst, int requests, long perMs) {
        int many = burst.integer(1, MANY, requests);
        if ((double) many * perMs / requests > LONGEST_MS) {
            burst.error("`burst` must be filled again within `744h`, but " + many + " at " + requests + " in " + perMs
                    + " ms take longer");
        }
        return many;
    }

    /** @return null where each proxy counts for itself */
    private static @Nullable Store store(Fields limit) {
        boolean global = limit.get("scope").oneOf("Local", "Local", "Global").equals("Global");
        Cell onError = limit.get("onStoreError");
        boolean deny = onError.oneOf("Allow", "Allow", "Deny").equals("Deny");
        if (!global) {
            limit.get("store").error("`store` needs `scope: Global`");
            onError.error("`onStoreError` needs `scope: Global`");
            limit.get("store").mapping(RateLimitReader::redis);
            return null;
        }
        String uri = limit.need("store").mapping(RateLimitReader::redis);
        return uri == null ? null : new Store(uri, deny);
    }

    /** It may hold a password, so what is wrong with it is said without quoting it. */
    private static String redis(Fields store) {
        Cell redis = store.need("redis");
        String text = redis.text();
        if (redis.isEmptyText() || !text.isEmpty() && !isRedis(text)) {
            redis.error(
                    "`redis` must be a URI such as `redis://redis.shop:6379` or `rediss://user:password@redis.shop/1`,"
                            + " with `%40` for an `@` in a password");
        }
        return text;
    }

    private static boolean isRedis(String text) {
        try {
            URI uri = new URI(text);
            int port = uri.getPort();
            return text.length() <= LONGEST_URI
                    && List.of("redis", "rediss").contains(String.valueOf(uri.getScheme()))
                    && uri.getHost() != null
                    && (port == -1 || port > 0 && port <= 65_535)
                    && isDatabase(String.valueOf(uri.getPath()))
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (URISyntaxException none) {
            return false;
        }
    }

    private static boolean isDatabase(String path) {
        return path.isEmpty()
                || path.equals("/")
                || path.length() <= 6 && path.substring(1).chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
