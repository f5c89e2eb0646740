package dev.torii.kube.preflight;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether control and the injector may do what they have to. The API server is asked about their service accounts, not
 * about who runs the check, who may do more or less than they.
 */
final class Rights {

    private static final String GATEWAY_API = "gateway.networking.k8s.io";

    /** {@code verbs group/resource[/subresource][=name]}, {@code *} for any namespace. */
    private static final List<String> CONTROLS = List.of(
            "list,watch * /services",
            "list,watch * /namespaces",
            "list,watch * /secrets",
            "list,watch,create * /configmaps",
            "patch * /configmaps=torii-ca",
            "list,watch * discovery.k8s.io/endpointslices",
            "list,watch * " + GATEWAY_API + "/gatewayclasses",
            "list,watch * " + GATEWAY_API + "/gateways",
            "list,watch * " + GATEWAY_API + "/httproutes",
            "patch * " + GATEWAY_API + "/gateways/status",
            "patch * " + GATEWAY_API + "/httproutes/status",
            "list,watch * torii.dev/backendpolicies",
            "patch * torii.dev/backendpolicies/status",
            "create * authentication.k8s.io/tokenreviews",
            "create,patch * apps/deployments",
            "create,patch * /services",
            "get,update own coordination.k8s.io/leases=torii-control",
            "list,watch,update own /secrets=torii-ca");

    private static final List<String> INJECTORS = List.of(
            "list,watch,patch * admissionregistration.k8s.io/mutatingwebhookconfigurations=torii-injector",
            "get,update own coordination.k8s.io/leases=torii-injector",
            "list,watch,update own /secrets=torii-ca");

    private final KubernetesClient client;
    private final String namespace;

    Rights(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    List<Finding> findings() {
        return List.of(of("torii-control", CONTROLS), of("torii-injector", INJECTORS));
    }

    private Finding of(String account, List<String> needed) {
        List<String> missing = new ArrayList<>();
        for (String line : needed) {
            String[] words = line.split(" ");
            for (String verb : words[0].split(",")) {
                if (!may(account, attributes(verb, words[1].equals("own") ? namespace : null, words[2]))) {
                    missing.add(verb + " " + words[2].replaceFirst("^/", ""));
                }
            }
        }
        String what = "ServiceAccount " + namespace + "/" + account;
        return missing.isEmpty()
                ? Finding.ok(what + " may do what it has to")
                : Finding.fail(
                        what + " may not " + String.join(", ", missing),
                        "apply the ClusterRole and the Role " + account + " again");
    }

    private static ResourceAttributes attributes(String verb, @Nullable String namespace, String what) {
        String[] named = what.split("=");
        String[] parts = named[0].split("/");
        return new ResourceAttributesBuilder()
                .withVerb(verb)
                .withNamespace(namespace)
                .withGroup(parts[0])
                .withResource(parts[1])
                .withSubresource(parts.length > 2 ? parts[2] : null)
                .withName(named.length > 1 ? named[1] : null)
                .build();
    }

    private boolean may(String account, ResourceAttributes attributes) {
        SubjectAccessReview asked = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser("system:serviceaccount:" + namespace + ":" + account)
                .withGroups("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated")
                .withResourceAttributes(attributes)
                .endSpec()
                .build();
        SubjectAccessReview answer = client.resource(asked).create();
        return answer.getStatus() != null
                && Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }
}
