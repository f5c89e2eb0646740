package dev.torii.proxy.limit.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The bucket in Redis: a token bucket in one string {@code "tokens microseconds"}, refilled by Redis' own clock and gone
 * when it would be full. One key a call, so any shard will do. Needs Redis 5 or later.
 *
 * <p>A clock that goes back (another machine has taken over) refills nothing twice but the time that it repeats. What is
 * not a bucket at that key is overwritten by a full one.
 */
final class Script {

    private static final String TEXT = """
            local requests, per, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
            local needed, extra = tonumber(ARGV[4]), tonumber(ARGV[5])
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local tokens = burst
            local kept = redis.pcall('GET', KEYS[1])
            if type(kept) == 'string' then
              local had, at = string.match(kept, '^(%S+) (%d+)$')
              had, at = tonumber(had), tonumber(at)
              if had and at then
                tokens = math.min(burst, had + math.max(0, now - at) * requests / per)
              end
            end
            local granted = math.max(0, math.min(needed, math.floor(tokens)))
            granted = granted + math.max(0, math.min(extra, math.floor((tokens - granted) / 4)))
            tokens = tokens - granted
            local full = math.ceil((burst - tokens) * per / requests)
            redis.call('SET', KEYS[1], string.format('%.17g %.0f', tokens, now),
              'PX', string.format('%.0f', math.min(math.ceil(full / 1000) + 1, 1e12)))
            local wait = 0
            if tokens < 1 then wait = math.ceil((1 - tokens) * per / requests) end
            return {granted, math.floor(tokens), wait, full}
            """;

    private static final String SHA1 = sha1(TEXT);

    private Script() {}

    /** Runs it if Redis remembers it, else fails with {@code NOSCRIPT}. */
    static Request known(String key, Terms terms, long needed, long extra) {
        return call(Request.cmd(Command.EVALSHA).arg(SHA1), key, terms, needed, extra);
    }

    /** Runs it, and Redis remembers it. */
    static Request whole(String key, Terms terms, long needed, long extra) {
        return call(Request.cmd(Command.EVAL).arg(TEXT), key, terms, needed, extra);
    }

    private static Request call(Request request, String key, Terms terms, long needed, long extra) {
        return request.arg(1)
                .arg(key)
                .arg(terms.requests())
                .arg(terms.perMicros())
                .arg(terms.burst())
                .arg(needed)
                .arg(extra);
    }

    static Answer answer(Response response) {
        return new Answer(
                response.get(0).toLong(),
                response.get(1).toLong(),
                response.get(2).toLong(),
                response.get(3).toLong());
    }

    private static String sha1(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
