package dev.torii.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code torii kube}: what people ask a cluster with a kubeconfig. */
@Command(
        name = "kube",
        mixinStandardHelpOptions = true,
        description = "Looks at a Kubernetes cluster.",
        synopsisSubcommandLabel = "COMMAND")
final class KubeCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Which cluster, and where in it. */
    static final class Where {

        @Option(
                names = "--namespace",
                paramLabel = "NAME",
                defaultValue = "torii-system",
                description = "Where Torii is installed (default: ${DEFAULT-VALUE}).")
        String namespace;

        @Option(
                names = "--probe",
                paramLabel = "NAME",
                defaultValue = "default",
                description = "A namespace in which a pod is created as a dry run (default: ${DEFAULT-VALUE}).")
        String probe;

        @Option(
                names = "--kubeconfig",
                paramLabel = "FILE",
                defaultValue = "",
                description = "Default: KUBECONFIG or ~/.kube/config; in a pod, its service account.")
        String kubeconfig;

        @Option(
                names = "--context",
                paramLabel = "NAME",
                defaultValue = "",
                description = "Of the kubeconfig (default: its current one).")
        String context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a command");
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Tells whether Torii can run in a cluster, or why it does not run well there: a line each,"
                    + " ok, warn or FAIL. Changes nothing.")
    int check(@Mixin Where where) {
        return InCluster.check(spec.commandLine().getOut(), where);
    }
}
