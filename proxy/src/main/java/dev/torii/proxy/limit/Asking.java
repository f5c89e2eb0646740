package dev.torii.proxy.limit;

import dev.torii.proxy.limit.Grant.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request before its limits, which are asked one after the other. When one refuses, the others get back what they
 * gave, so it costs the request nothing with them; who asked them in between may have been refused for it. On the
 * request's event loop.
 */
public final class Asking {

    private final List<LiveLimit> limits;
    private final Asker asker;
    private final Executor loop;
    private final Consumer<Verdict> done;
    private final List<Asked> asked = new ArrayList<>(2);
    private int next;
    private boolean over;

    private record Asked(LiveLimit limit, Buckets from, String key, Grant grant) {

        boolean took() {
            return grant.answer() == Answer.ADMITTED;
        }

        void giveBack() {
            if (took()) {
                from.giveBack(key);
            }
        }
    }

    Asking(List<LiveLimit> limits, Asker asker, Executor loop, Consumer<Verdict> done) {
        this.limits = limits;
        this.asker = asker;
        this.loop = loop;
        this.done = done;
    }

    /** Asks on, to the end or until it has to wait. */
    public void begin() {
        while (next < limits.size() && !over) {
            LiveLimit limit = limits.get(next++);
            if (limit.isFor(asker.request())) {
                String key = KeyOf.key(limit.limit().key(), asker);
                Buckets from = limit.buckets();
                Grant grant = from.take(key, late -> loop.execute(() -> late(limit, from, key, late)));
                if (grant == null) {
                    return;
                }
                note(limit, from, key, grant);
            }
        }
        if (!over) {
            over = true;
            pass();
        }
    }

    private void late(LiveLimit limit, Buckets from, String key, Grant grant) {
        if (!over) {
            note(limit, from, key, grant);
            begin();
        } else if (grant.answer() == Answer.ADMITTED) {
            from.giveBack(key);
        }
    }

    private void note(LiveLimit limit, Buckets from, String key, Grant grant) {
        Asked one = new Asked(limit, from, key, grant);
        if (grant.answer() == Answer.UNKNOWN) {
            limit.errors.increment();
            LocalBuckets here = limit.whenUnknown();
            one = here == null ? one : new Asked(limit, here, key, here.take(key, nobody -> {}));
        }
        if (limit.isShadow() || one.took()) {
            asked.add(one);
        } else {
            over = true;
            refuse(one);
        }
    }

    private void pass() {
        for (int i = 0; i < asked.size(); i++) {
            Asked one = asked.get(i);
            if (one.took()) {
                one.limit.allowed.increment();
            } else if (one.grant.answer() == Answer.REFUSED) {
                one.limit.shadowed.increment();
            }
        }
        done.accept(asked.isEmpty() ? Verdict.FREE : new Verdict(null, headers(null)));
    }

    private void refuse(Asked by) {
        by.limit.refused.increment();
        giveBack();
        boolean known = by.grant.answer() == Answer.REFUSED;
        done.accept(new Verdict(known ? "rate_limited" : "rate_limit_store_unavailable", headers(by)));
    }

    private void giveBack() {
        asked.forEach(Asked::giveBack);
    }

    /** The request has ended, so nothing is wanted any more. */
    public void gone() {
        if (!over) {
            over = true;
            giveBack();
        }
    }

    /** Shadows are told to nobody. */
    private List<String> headers(@Nullable Asked refusal) {
        if (refusal != null) {
            asked.add(refusal);
        }
        String policy = "";
        String state = "";
        for (int i = 0; i < asked.size(); i++) {
            Asked one = asked.get(i);
            if (!one.limit.isShadow()) {
                Quota quota = one.limit.quota();
                policy = listed(policy, quota.policy());
                state = one.grant.answer() == Answer.UNKNOWN ? state : listed(state, quota.state(one.grant));
            }
        }
        List<String> headers = new ArrayList<>(6);
        add("ratelimit-policy", policy, headers);
        add("ratelimit", state, headers);
        if (refusal != null) {
            add("retry-after", Long.toString(Math.max(1, Quota.seconds(refusal.grant.waitNanos()))), headers);
        }
        return headers;
    }

    private static String listed(String list, String member) {
        return list.isEmpty() ? member : list + ", " + member;
    }

    private static void add(String name, String value, List<String> headers) {
        if (!value.isEmpty()) {
            headers.add(name);
            headers.add(value);
        }
    }
}
