package dev.torii.config.compile;

import java.util.List;

/**
 * Whose sidecar it is.
 *
 * @param namespace of the app: its consumer routes apply, and Services without a namespace are looked up in it
 * @param service the one that its callers call; its ports tell what the app's ports speak
 * @param appPorts ports of the app, besides those that the Service tells
 */
public record SidecarView(String namespace, String service, List<Integer> appPorts) {

    /** No sidecar's: for those who only want to know what is wrong. Has the destinations of routes, and no others. */
    public static final SidecarView NOBODY = new SidecarView("", "", List.of());

    public SidecarView {
        appPorts = List.copyOf(appPorts);
    }
}
