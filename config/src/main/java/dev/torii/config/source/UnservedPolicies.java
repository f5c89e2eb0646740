package dev.torii.config.source;

/** Checks the shape of policies that are understood and not served yet, so that a typo is told today. */
final class UnservedPolicies {

    private static final int MANY = 1_000_000_000;
    private static final int MOST = 64;

    private UnservedPolicies() {}

    static boolean limit(Fields limit) {
        limit.need("name").text(Syntax.SECTION_NAME);
        limit.need("requests").integer(1, MANY, 1);
        limit.need("per").millis(0);
        limit.get("burst").integer(1, MANY, 1);
        limit.get("key").mapping(key -> Boolean.valueOf(KeyReader.read(key, "clientAddress") != null));
        boolean global = limit.get("scope").oneOf("Local", "Local", "Global").equals("Global");
        Cell store = global ? limit.need("store") : limit.get("store");
        store.mapping(fields -> fields.need("redis").text(Syntax.URI));
        limit.get("onStoreError").oneOf("Allow", "Allow", "Deny");
        limit.get("shadow").bool(false);
        limit.get("match").list(0, MOST, MatchReader::http);
        return true;
    }
}
