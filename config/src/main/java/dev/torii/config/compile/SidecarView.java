package dev.torii.config.compile;

import dev.torii.routing.AccessLogging.LoggedHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose sidecar it is.
 *
 * @param namespace of the app: its consumer routes apply, and Services without a namespace are looked up in it
 * @param service the one that its callers call; its ports tell what the app's ports speak
 * @param appPorts ports of the app, besides those that the Service tells
 * @param pod what the pod's owner says of this very sidecar
 */
public record SidecarView(String namespace, String service, List<Integer> appPorts, Pod pod) {

    /** No sidecar's: for those who only want to know what is wrong. Has the destinations of routes, and no others. */
    public static final SidecarView NOBODY = new SidecarView("", "", List.of());

    public SidecarView {
        appPorts = List.copyOf(appPorts);
    }

    /** Of a pod whose owner says nothing. */
    public SidecarView(String namespace, String service, List<Integer> appPorts) {
        this(namespace, service, appPorts, Pod.SILENT);
    }

    /**
     * What the owner of a pod says of its sidecar; more specific than any policy.
     *
     * @param opaquePorts of the app, on which bytes are passed on unseen, whatever is declared
     * @param logged request headers in the log, besides those that policies name and tell how to show
     * @param samplingPercent null when it is not for the pod to say
     */
    public record Pod(
            List<Integer> opaquePorts,
            List<LoggedHeader> logged,
            @Nullable Double samplingPercent) {

        /** Says nothing. */
        public static final Pod SILENT = new Pod(List.of(), List.of(), null);

        public Pod {
            opaquePorts = List.copyOf(opaquePorts);
            logged = List.copyOf(logged);
        }
    }
}
