package dev.torii.config.resource;

import java.util.Map;

/** Core {@code ConfigMap}; {@code binaryData} is not kept. */
public record ConfigMap(Metadata metadata, Map<String, String> data) implements Resource {

    public ConfigMap {
        data = Map.copyOf(data);
    }

    @Override
    public String group() {
        return CORE_GROUP;
    }

    @Override
    public String kind() {
        return "ConfigMap";
    }
}
