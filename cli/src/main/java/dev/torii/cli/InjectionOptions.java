package dev.torii.cli;

import dev.torii.injector.InjectorSettings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What holds for every pod, for {@code injector} and {@code inject} alike. */
final class InjectionOptions {

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description =
                    "The image of sidecars (default: with --kube that of this pod, else torii: and this version).")
    private @Nullable String image;

    @Option(
            names = "--control",
            paramLabel = "URL",
            defaultValue = "https://torii-control.torii-system:15010",
            description = "Where sidecars get their configuration (default: ${DEFAULT-VALUE}).")
    private String control;

    @Option(names = "--cni", description = "A CNI plugin sets capture up: no container gets NET_ADMIN.")
    private boolean cni;

    @Option(
            names = "--never-in",
            split = ",",
            paramLabel = "NAMESPACE",
            description = "More namespaces in which no pod is touched, beside the cluster's own.")
    private List<String> neverIn = List.of();

    InjectorSettings settings() {
        return settings(Optional::empty);
    }

    /** @param own tells the image of this process, and is asked only if nobody named one */
    InjectorSettings settings(Supplier<Optional<String>> own) {
        Set<String> never = new LinkedHashSet<>(InjectorSettings.SYSTEM_NAMESPACES);
        never.addAll(neverIn);
        String named = image != null ? image : own.get().orElse("torii:" + Torii.Version.number());
        return new InjectorSettings(Torii.Version.number(), named, control, cni, never);
    }
}
