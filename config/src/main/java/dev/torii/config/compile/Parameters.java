package dev.torii.config.compile;

import com.google.re2j.Pattern;
import dev.torii.config.Wording;
import dev.torii.config.resource.ConfigMap;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the ConfigMaps that {@code parametersRef} names: strictly, and all their keys or none. */
final class Parameters {

    private static final String INVALID = "InvalidParameters";
    private static final String DEPLOYMENT = "deployment";
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]?|100");
    /** Of the forms of a Kubernetes quantity those that people write. */
    private static final Pattern QUANTITY = Pattern.compile("[1-9][0-9]{0,11}(\\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?");

    private static final Map<String, Form> KEYS = keys();

    private final ResourceSet resources;
    private final References references;
    private final Findings findings;

    private record Form(Pattern pattern, String wanted) {

        static Form oneOf(String... words) {
            return new Form(Pattern.compile(String.join("|", words)), Wording.alternatives(List.of(words)));
        }
    }

    Parameters(ResourceSet resources, References references, Findings findings) {
        this.resources = resources;
        this.references = references;
        this.findings = findings;
    }

    private static Map<String, Form> keys() {
        Form quantity = new Form(QUANTITY, "a quantity such as `250m` or `256Mi`");
        Map<String, Form> keys = new LinkedHashMap<>();
        keys.put("service-type", Form.oneOf("LoadBalancer", "NodePort", "ClusterIP"));
        keys.put("external-traffic-policy", Form.oneOf("Cluster", "Local"));
        keys.put("replicas", new Form(COUNT, "a whole number from 1 to 100"));
        keys.put("cpu-request", quantity);
        keys.put("memory-request", quantity);
        keys.put("memory-limit", quantity);
        keys.put(DEPLOYMENT, Form.oneOf("own", "shared"));
        return keys;
    }

    /**
     * @param field where the reference stands in its object
     * @param base what holds where the ConfigMap says nothing
     */
    Outcome<GatewayParameters> read(
            Resource referrer, String field, @Nullable ObjectRef ref, Outcome<GatewayParameters> base) {
        if (ref == null) {
            return base;
        }
        ConfigMap map = ref.is(Resource.CORE_GROUP, "ConfigMap")
                ? resources.find(ConfigMap.class, ref.namespace(), ref.name())
                : null;
        if (map == null) {
            String message = ref.is(Resource.CORE_GROUP, "ConfigMap")
                    ? references.unknown(ConfigMap.class, ref)
                    : "parameters must be in a ConfigMap, not in a " + ref.kind();
            Problem problem = new Problem(INVALID, message);
            findings.error(referrer, field, problem);
            return Outcome.failed(problem);
        }
        Problem problem = problem(map, referrer);
        return problem != null
                ? Outcome.failed(problem)
                : base.value() == null ? base : Outcome.of(over(base.value(), map.data()));
    }

    /** Tells of all, answers with the first. */
    private @Nullable Problem problem(ConfigMap map, Resource referrer) {
        Problem first = null;
        for (Map.Entry<String, String> each : new TreeMap<>(map.data()).entrySet()) {
            String wrong = wrong(each.getKey(), each.getValue(), referrer);
            if (wrong != null) {
                findings.error(map, "data[" + each.getKey() + "]", INVALID, wrong);
                first = first == null ? new Problem(INVALID, map.describe() + ": " + wrong) : first;
            }
        }
        return first;
    }

    private @Nullable String wrong(String key, String value, Resource referrer) {
        Form form = KEYS.get(key);
        if (form == null) {
            return "a Gateway has no parameter " + Wording.quote(key) + findings.didYouMean(key, KEYS::keySet);
        }
        if (key.equals(DEPLOYMENT) && !(referrer instanceof GatewayClass)) {
            return "`" + DEPLOYMENT + "` is for a GatewayClass to say, not for a Gateway";
        }
        return form.pattern.matches(value)
                ? null
                : "`" + key + "` must be " + form.wanted + ", but is " + Wording.quote(value);
    }

    private static GatewayParameters over(GatewayParameters base, Map<String, String> data) {
        String replicas = data.get("replicas");
        return new GatewayParameters(
                said(data, "service-type", base.serviceType()),
                said(data, "external-traffic-policy", base.externalTrafficPolicy()),
                replicas == null ? base.replicas() : Integer.parseInt(replicas),
                said(data, "cpu-request", base.cpuRequest()),
                said(data, "memory-request", base.memoryRequest()),
                said(data, "memory-limit", base.memoryLimit()),
                said(data, DEPLOYMENT, base.shared() ? "shared" : "own").equals("shared"));
    }

    private static String said(Map<String, String> data, String key, String otherwise) {
        return Objects.requireNonNullElse(data.get(key), otherwise);
    }
}
