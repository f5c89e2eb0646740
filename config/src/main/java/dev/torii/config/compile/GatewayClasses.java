package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which Gateways are ours, and what their classes ask for. Where there is any GatewayClass, as in every cluster, only Gateways
 * of a class with our controller name are; where there is none, as in most files, all are.
 */
final class GatewayClasses {

    private final ResourceSet resources;
    private final Parameters parameters;
    private final Findings findings;
    private final Map<String, Outcome<GatewayParameters>> ofClass = new HashMap<>();

    GatewayClasses(ResourceSet resources, References references, Findings findings) {
        this.resources = resources;
        this.parameters = new Parameters(resources, references, findings);
        this.findings = findings;
        Outcome<GatewayParameters> usual = Outcome.of(GatewayParameters.DEFAULT);
        for (GatewayClass each : ours()) {
            ofClass.put(each.name(), parameters.read(each, "spec.parametersRef", each.parametersRef(), usual));
        }
    }

    List<GatewayClass> ours() {
        return resources.all(GatewayClass.class).stream()
                .filter(GatewayClass::isOurs)
                .toList();
    }

    boolean isCluster() {
        return !resources.all(GatewayClass.class).isEmpty();
    }

    boolean isOurs(Gateway gateway) {
        if (isCluster() && resources.find(GatewayClass.class, "", gateway.className()) == null) {
            List<String> names = resources.all(GatewayClass.class).stream()
                    .map(Resource::name)
                    .toList();
            String name = gateway.className();
            findings.warning(
                    gateway,
                    "spec.gatewayClassName",
                    "GatewayClassNotFound",
                    "there is no GatewayClass " + name + findings.didYouMean(name, () -> names));
        }
        return !isCluster() || ofClass.containsKey(gateway.className());
    }

    /** What a class of ours asks for. */
    Outcome<GatewayParameters> parametersOf(GatewayClass known) {
        return ofClass.getOrDefault(known.name(), Outcome.of(GatewayParameters.DEFAULT));
    }

    /** What a Gateway asks for itself, over what its class does. */
    Outcome<GatewayParameters> parametersOf(Gateway gateway) {
        Outcome<GatewayParameters> base =
                ofClass.getOrDefault(gateway.className(), Outcome.of(GatewayParameters.DEFAULT));
        return parameters.read(
                gateway,
                "spec.infrastructure.parametersRef",
                gateway.infrastructure().parametersRef(),
                base);
    }
}
