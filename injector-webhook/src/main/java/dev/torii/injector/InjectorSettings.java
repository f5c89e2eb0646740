package dev.torii.injector;

import java.util.Set;

/**
 * What holds for every pod unless its annotations say otherwise.
 *
 * @param version of Torii, noted in {@code torii.dev/status}
 * @param image of the sidecar and of the step that sets capture up
 * @param control where sidecars get their configuration, a URL
 * @param cni whether a CNI plugin sets capture up, so that no container needs NET_ADMIN
 * @param neverIn namespaces in which no pod is ever touched
 */
public record InjectorSettings(String version, String image, String control, boolean cni, Set<String> neverIn) {

    /** What a cluster needs to come up, and to mend itself, when the mesh does not. */
    public static final Set<String> SYSTEM_NAMESPACES =
            Set.of("kube-system", "kube-public", "kube-node-lease", "torii-system");

    public InjectorSettings {
        neverIn = Set.copyOf(neverIn);
    }
}
