package dev.torii.kube.preflight;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The kinds that Torii reads: the Gateway API's and its own. */
final class Kinds {

    private static final String GATEWAY_API = "gateway.networking.k8s.io";
    private static final String BUNDLE = GATEWAY_API + "/bundle-version";
    private static final String CHANNEL = GATEWAY_API + "/channel";

    /** The bundle that Torii is made for. */
    private static final Versions MADE_FOR = new Versions(1, 6);

    private static final List<String> NEEDED = List.of("gatewayclasses", "gateways", "httproutes");
    private static final List<String> WELCOME =
            List.of("backendtlspolicies", "grpcroutes", "listenersets", "referencegrants", "tcproutes", "tlsroutes");
    private static final List<String> OWN =
            List.of("backendpolicies", "faultpolicies", "ratelimitpolicies", "telemetrypolicies");

    private final KubernetesClient client;

    Kinds(KubernetesClient client) {
        this.client = client;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        gatewayApi(findings);
        List<String> missing = OWN.stream()
                .filter(name -> definition(name + ".torii.dev").isEmpty())
                .toList();
        findings.add(
                missing.isEmpty()
                        ? Finding.ok("Torii's own kinds")
                        : Finding.fail(
                                "Torii's own kinds are not there: " + String.join(", ", missing),
                                "kubectl apply -k src/kubernetes/crds"));
        return findings;
    }

    private void gatewayApi(List<Finding> findings) {
        List<String> missing = new ArrayList<>();
        SortedSet<String> bundles = new TreeSet<>();
        for (String name : NEEDED) {
            definition(name + "." + GATEWAY_API)
                    .ifPresentOrElse(each -> bundles.add(bundle(each)), () -> missing.add(name));
        }
        if (!missing.isEmpty()) {
            findings.add(
                    Finding.fail(
                            "kinds of the Gateway API are not there: " + String.join(", ", missing),
                            "kubectl apply -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.6.1/standard-install.yaml"));
            return;
        }
        findings.add(bundles(bundles));
        List<String> without = WELCOME.stream()
                .filter(name -> definition(name + "." + GATEWAY_API).isEmpty())
                .toList();
        if (!without.isEmpty()) {
            findings.add(Finding.warn(
                    "kinds of the Gateway API are not there: " + String.join(", ", without),
                    "install them if you need them; Torii begins to read them by itself"));
        }
    }

    private static Finding bundles(SortedSet<String> bundles) {
        String what = "Gateway API " + String.join(" and ", bundles);
        Optional<Versions> version = Versions.read(bundles.first().split(" ")[0]);
        if (bundles.size() > 1) {
            return Finding.warn(what, "its kinds are of several bundles: install one of them whole");
        }
        return version.isEmpty() || !version.get().equals(MADE_FOR)
                ? Finding.warn(
                        what, "Torii is made for " + MADE_FOR + ": fields that one of both does not know are left out")
                : Finding.ok(what);
    }

    private static String bundle(CustomResourceDefinition definition) {
        Map<String, String> annotations = definition.getMetadata().getAnnotations();
        return annotations == null
                ? "of an unknown version"
                : annotations.getOrDefault(BUNDLE, "of an unknown version") + " "
                        + annotations.getOrDefault(CHANNEL, "");
    }

    /** Only one that is served. */
    private Optional<CustomResourceDefinition> definition(String name) {
        CustomResourceDefinition found = client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(name)
                .get();
        return Optional.ofNullable(found)
                .filter(each ->
                        each.getSpec().getVersions().stream().anyMatch(CustomResourceDefinitionVersion::getServed));
    }
}
