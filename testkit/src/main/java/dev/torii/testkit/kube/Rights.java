package dev.torii.testkit.kube;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the roles in a file of the installation allow, to be held against what was really asked for. */
public final class Rights {

    private final List<Right> all = new ArrayList<>();

    /** {@code ""} for a namespace or name is any. */
    private record Right(String namespace, String verb, String group, String resource, String name) {

        boolean covers(ApiRequest request, String verb) {
            return this.verb.equals(verb)
                    && group.equals(request.group())
                    && resource.equals(request.resource())
                    && (namespace.isEmpty() || namespace.equals(request.namespace()))
                    && (name.isEmpty() || name.equals(request.name()));
        }

        @Override
        public String toString() {
            return verb + " " + group + "/" + resource + (name.isEmpty() ? "" : "=" + name);
        }
    }

    /** Of the roles in {@code src/kubernetes/base}. */
    public static Rights of(String file) {
        Rights rights = new Rights();
        KubernetesSerialization model = new KubernetesSerialization();
        for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(ApiServer.installation(file))) {
            String kind = each instanceof Map<?, ?> object ? String.valueOf(object.get("kind")) : "";
            if (kind.equals("ClusterRole")) {
                rights.add("", model.convertValue(each, ClusterRole.class).getRules());
            } else if (kind.equals("Role")) {
                Role role = model.convertValue(each, Role.class);
                rights.add(role.getMetadata().getNamespace(), role.getRules());
            }
        }
        return rights;
    }

    private void add(String namespace, List<PolicyRule> rules) {
        for (PolicyRule rule : rules) {
            List<String> names = rule.getResourceNames().isEmpty() ? List.of("") : rule.getResourceNames();
            for (String verb : rule.getVerbs()) {
                for (String group : rule.getApiGroups()) {
                    for (String resource : rule.getResources()) {
                        names.forEach(name -> all.add(new Right(namespace, verb, group, resource, name)));
                    }
                }
            }
        }
    }

    /** Which of these requests, as far as they are for objects, the roles do not allow. */
    public List<ApiRequest> exceededBy(Collection<ApiRequest> requests) {
        return requests.stream()
                .filter(ApiRequest::isForObjects)
                .filter(request -> !request.needs().stream()
                        .allMatch(verb -> all.stream().anyMatch(right -> right.covers(request, verb))))
                .toList();
    }

    /** What is allowed though none of these requests needs it: {@code verb group/resource[=name]}. */
    public SortedSet<String> unusedBy(Collection<ApiRequest> requests) {
        SortedSet<String> unused = new TreeSet<>();
        all.stream()
                .filter(right -> requests.stream()
                        .filter(ApiRequest::isForObjects)
                        .noneMatch(request -> request.needs().stream().anyMatch(verb -> right.covers(request, verb))))
                .forEach(right -> unused.add(right.toString()));
        return unused;
    }
}
