package dev.torii.routing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request written as {@code GET host/path?query=value header:value}. */
record TestRequest(String method, String host, String path, Map<String, String> headers, Map<String, String> parameters)
        implements RequestView {

    static TestRequest of(String text) {
        String[] words = text.trim().split(" +", -1);
        Map<String, String> headers = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            headers.put(words[i].substring(0, colon).toLowerCase(Locale.ROOT), words[i].substring(colon + 1));
        }
        int mark = words[1].indexOf('?');
        String target = mark < 0 ? words[1] : words[1].substring(0, mark);
        Map<String, String> parameters = new HashMap<>();
        if (mark >= 0) {
            for (String pair : words[1].substring(mark + 1).split("&", -1)) {
                parameters.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        int slash = target.indexOf('/');
        return new TestRequest(words[0], target.substring(0, slash), target.substring(slash), headers, parameters);
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public @Nullable String query(String name) {
        return parameters.get(name);
    }
}
