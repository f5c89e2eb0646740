package dev.torii.proxy.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all limits together say of a request.
 *
 * @param refusal why it may not pass, one lower_snake word; null when it may
 * @param headers that the answer is to carry: name, value, name, value, …
 */
public record Verdict(@Nullable String refusal, List<String> headers) {

    /** Of a request that no limit is for. */
    static final Verdict FREE = new Verdict(null, List.of());
}
