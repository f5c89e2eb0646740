package dev.torii.cli;

import dev.torii.config.cluster.ClusterSource;
import dev.torii.control.Control;
import dev.torii.control.Reconciliation;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.injector.ClusterInjector;
import dev.torii.injector.InjectorSettings;
import dev.torii.kube.Cluster;
import dev.torii.kube.Election;
import dev.torii.kube.OwnPod;
import dev.torii.kube.preflight.Finding;
import dev.torii.kube.preflight.Preflight;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of commands that speaks to a Kubernetes cluster. It is apart from them because every process, a sidecar too,
 * loads all commands with whatever their methods name, and a Kubernetes client is large.
 */
final class InCluster {

    /** That of control's Service. */
    private static final int CONTROL_PORT = 15_010;

    private InCluster() {}

    /** The webhook, until it is told to end. */
    static int injector(PrintWriter out, HostPort listen, InjectionOptions injection) throws InterruptedException {
        OwnPod pod = OwnPod.of(System.getenv());
        ClusterInjector injector;
        try {
            KubernetesClient client = Cluster.connect(Cluster.Access.USUAL);
            InjectorSettings settings = injection.settings(() -> pod.image(client));
            injector = ClusterInjector.start(
                    client,
                    new ClusterInjector.Options(listen.host(), listen.port(), pod, settings, InstantSource.system()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
        injector.serving().onSuccess(serves -> out.println("torii: the injector listens on port " + injector.port()));
        return Running.untilStopped(Future.succeededFuture(injector), ClusterInjector::close, ClusterInjector::stopped);
    }

    /** What control is made of there. */
    static Control.Parts control(HostPort listen, @Nullable String image, Path token, Duration lease) {
        OwnPod pod = OwnPod.of(System.getenv());
        try {
            KubernetesClient client = Cluster.connect(Cluster.Access.USUAL);
            var proxies = new ProvisionSettings(
                    pod.namespace(),
                    Optional.ofNullable(image)
                            .or(() -> pod.image(client))
                            .orElseThrow(() -> new Failure("outside of a pod it has to be told the proxies' --image")),
                    "https://" + dev.torii.control.InCluster.NAME + "." + pod.namespace() + ":" + CONTROL_PORT);
            return dev.torii.control.InCluster.parts(
                    client,
                    pod,
                    listen.port(),
                    token,
                    Election.Timing.of(lease),
                    taker -> ClusterSource.watch(client, ClusterSource.Settings.USUAL, taker),
                    List.of(Reconciliation.maker(client, proxies)));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
    }

    /** A line for each thing that was looked at. */
    static int check(PrintWriter out, KubeCommand.Where where) {
        boolean[] failed = new boolean[1];
        try (KubernetesClient client = Cluster.connect(new Cluster.Access(where.kubeconfig, where.context))) {
            new Preflight(client, new Preflight.Options(where.namespace, where.probe)).run(finding -> {
                failed[0] |= finding.level() == Finding.Level.FAIL;
                out.println(finding);
            });
        } catch (IllegalArgumentException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
        return failed[0] ? Torii.FAILURE : Torii.CLEAN;
    }
}
