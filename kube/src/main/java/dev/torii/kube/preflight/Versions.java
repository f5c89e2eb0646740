package dev.torii.kube.preflight;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Major and minor of a version, which is all that matters here. */
record Versions(int major, int minor) {

    private static final Pattern NUMBERS = Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4})(?:[.+-].{0,100})?");

    /** Native sidecars: on by default since then. */
    private static final int SIDECARS = 29;

    /** matchConditions of webhooks: for good since then, and on by default a little longer. */
    private static final int CONDITIONS = 30;

    /** Of an image's tag, a bundle, a program; empty when it is none. */
    static Optional<Versions> read(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? Optional.of(new Versions(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2))))
                : Optional.empty();
    }

    static Finding apiServer(KubernetesClient client) {
        VersionInfo info = client.getKubernetesVersion();
        String text = info == null ? "" : String.valueOf(info.getGitVersion());
        Optional<Versions> version = read(text);
        if (version.isEmpty() || version.get().major == 0) {
            return Finding.warn(
                    "the API server's version is not known (" + text + ")", "Kubernetes must be 1.29 or newer");
        }
        int minor = version.get().major > 1 ? Integer.MAX_VALUE : version.get().minor;
        String what = "Kubernetes " + text;
        if (minor < SIDECARS) {
            return Finding.fail(what, "native sidecar containers need 1.29 or newer");
        }
        return minor < CONDITIONS
                ? Finding.warn(
                        what,
                        "matchConditions of webhooks, on by default, must not be switched off; 1.30 has them for good")
                : Finding.ok(what);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
