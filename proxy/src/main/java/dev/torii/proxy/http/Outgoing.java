package dev.torii.proxy.http;

import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.routing.Filter;
import dev.torii.routing.RouteTable;
import org.jspecify.annotations.Nullable;

/** Makes the head that a backend sees: rewrites and framing. */
final class Outgoing {

    private Outgoing() {}

    static UpstreamRequest of(
            RequestHead head,
            RulePlan rule,
            RulePlan.BackendPlan backend,
            RouteTable.Candidate match,
            boolean bodyless) {
        Rewritten to = new Rewritten(head.authority, head.path)
                .by(rule.filters().rewrite(), match)
                .by(backend.filters().rewrite(), match);
        String target = head.query.isEmpty() ? to.path : to.path + "?" + head.query;
        if (bodyless && head.contentLength < 0 && mayExpectBody(head.method)) {
            head.headers.add("content-length", "0");
        }
        boolean chunked = !bodyless && head.contentLength < 0;
        return new UpstreamRequest(
                head.method, head.scheme, to.authority, target, head.headers, bodyless, chunked, head.upgrade);
    }

    private record Rewritten(String authority, String path) {

        Rewritten by(Filter.@Nullable Rewrite rewrite, RouteTable.Candidate match) {
            if (rewrite == null) {
                return this;
            }
            return new Rewritten(
                    rewrite.hostname() != null ? rewrite.hostname() : authority,
                    rewrite.path() != null
                            ? rewrite.path().apply(path, match.match().path())
                            : path);
        }
    }

    private static boolean mayExpectBody(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }
}
