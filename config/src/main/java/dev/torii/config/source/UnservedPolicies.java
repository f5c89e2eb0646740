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

    static boolean tracing(Fields tracing) {
        percent(tracing.get("samplingPercent"));
        tracing.get("propagation")
                .items(0, MOST)
                .forEach(each -> each.oneOf("", "tracecontext", "baggage", "b3", "b3multi"));
        tracing.get("force").list(0, MOST, force -> {
            force.need("header").text(Syntax.HEADER_NAME);
            return force.get("value").text(Syntax.HEADER_VALUE, "");
        });
        tracing.get("tagHeaders").texts(0, MOST, Syntax.HEADER_NAME);
        return true;
    }

    static boolean accessLog(Fields log) {
        log.get("requestHeaders").list(0, MOST, UnservedPolicies::loggedHeader);
        log.get("responseHeaders").list(0, MOST, UnservedPolicies::loggedHeader);
        log.get("when").mapping(when -> {
            when.get("minStatus").integer(0, 599, 0);
            when.get("slowerThan").millis(0);
            percent(when.get("samplePercent"));
            return true;
        });
        return true;
    }

    private static boolean loggedHeader(Fields header) {
        header.need("name").text(Syntax.HEADER_NAME);
        header.get("mode").oneOf("Plain", "Plain", "Hash", "Mask");
        return true;
    }

    private static void percent(Cell cell) {
        cell.decimal(0, 100, 0);
    }
}
