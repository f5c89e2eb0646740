package dev.torii.config.resource;

import java.util.Map;

/**
 * Core {@code Secret}. Values never show in {@link #toString()}.
 *
 * @param type say {@code kubernetes.io/tls}
 * @param data decoded, as UTF-8 text; {@code stringData} wins over {@code data}
 */
public record Secret(Metadata metadata, String type, Map<String, String> data) implements Resource {

    public Secret {
        data = Map.copyOf(data);
    }

    @Override
    public String group() {
        return CORE_GROUP;
    }

    @Override
    public String kind() {
        return "Secret";
    }

    @Override
    public String toString() {
        return "Secret[" + path() + ", " + data.keySet() + "]";
    }
}
