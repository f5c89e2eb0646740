package dev.torii.console.otlp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes equal short texts one object, for spans say the same few things again and again. Forgets all when full, and learns
 * what is common anew. Safe on any thread.
 */
final class StringPool {

    private static final int MAX_LENGTH = 80;
    private static final int MAX_TEXTS = 20_000;

    private final Map<String, String> known = new ConcurrentHashMap<>();

    String one(String text) {
        if (text.length() > MAX_LENGTH) {
            return text;
        }
        if (known.size() > MAX_TEXTS) {
            known.clear();
        }
        String before = known.putIfAbsent(text, text);
        return before == null ? text : before;
    }
}
