package dev.torii.config.cluster;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.DocumentReader.Parsed;
import dev.torii.config.source.RawObject;
import dev.torii.config.source.ServedKind;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an informer holds of an object: its names, and what was read of it. Nothing else of its JSON outlives the moment it
 * came in.
 */
final class ClusterObject extends GenericKubernetesResource {

    private static final long serialVersionUID = 1;

    /** Of Secrets and ConfigMaps, which hold what is no business of ours. Of a ConfigMap also what is short: parameters. */
    private static final Set<String> DATA = Set.of("tls.crt", "tls.key", "ca.crt");

    private static final Set<String> SECRETS = Set.of("", "Opaque", "kubernetes.io/tls");

    private final String namespace;
    private final String name;
    private final String resourceVersion;
    private transient @Nullable RawObject raw;
    private transient @Nullable Parsed parsed;

    private ClusterObject(RawObject raw) {
        this.namespace = raw.text("metadata", "namespace");
        this.name = raw.text("metadata", "name");
        this.resourceVersion = raw.text("metadata", "resourceVersion");
        this.raw = raw;
    }

    /** Makes objects of JSON as it streams in. */
    static final class Deserializer extends JsonDeserializer<GenericKubernetesResource> {

        @Override
        public GenericKubernetesResource deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            return new ClusterObject(RawObject.take(parser));
        }
    }

    /** Made anew for each who asks: there are tens of thousands of objects. */
    @Override
    public ObjectMeta getMetadata() {
        return new ObjectMetaBuilder()
                .withNamespace(namespace.isEmpty() ? null : namespace)
                .withName(name)
                .withResourceVersion(resourceVersion)
                .build();
    }

    ObjectKey key(ServedKind kind) {
        return new ObjectKey(kind.name(), namespace, name);
    }

    /** Reads it, and lets go of its JSON. Before this object is handed to another thread. */
    void read(ServedKind kind, String apiVersion) {
        RawObject json = raw;
        if (json != null) {
            parsed = wanted(json, kind).as(apiVersion, kind.name()).read();
            raw = null;
        }
    }

    /** What stands at a path of it, and lets go of the rest; {@code ""} for nothing, or the second time. */
    String only(String... path) {
        RawObject json = raw;
        raw = null;
        return json == null ? "" : json.text(path);
    }

    private static RawObject wanted(RawObject json, ServedKind kind) {
        return switch (kind.name()) {
            case "Secret" -> json.keeping(SECRETS.contains(json.text("type")) ? DATA::contains : key -> false);
            case "ConfigMap" -> json.keeping(key -> DATA.contains(key) || isShort(json.text("data", key)));
            default -> json;
        };
    }

    private static boolean isShort(String value) {
        return value.length() <= 1_000;
    }

    /** After {@link #read}. */
    Parsed parsed() {
        Parsed done = parsed;
        if (done == null) {
            throw new IllegalStateException("not read yet: " + name);
        }
        return done;
    }
}
