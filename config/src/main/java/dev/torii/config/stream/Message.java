package dev.torii.config.stream;

import dev.torii.config.resource.ObjectKey;
import java.util.List;

/**
 * What a proxy and control say to each other: each one text message of a WebSocket, one JSON object with one field that
 * tells which it is.
 *
 * <p>Control's {@link Put} and {@link Delete} change what a proxy has, and its {@link Commit} makes the changes live, all
 * at once. The proxy answers each commit with an {@link Ack}; before that, control commits nothing more, except after a
 * {@link Reset}.
 */
public sealed interface Message {

    /** The path of the WebSocket. */
    String PATH = "/v1/stream";

    /** Its subprotocol; what differs in another way than by a value gets another one. */
    String SUBPROTOCOL = "torii.v1";

    /** The version of {@link Hello}. */
    int PROTOCOL = 1;

    /** How many bytes a message to control may have. */
    int MOST_FROM_PROXY = 64 * 1024;

    /** How many bytes a message to a proxy may have. */
    int MOST_FROM_CONTROL = 4 * 1024 * 1024;

    /** How many places a proxy may want. */
    int MOST_WANTS = 4_096;

    /** As it is sent: JSON in one line. */
    default String text() {
        return MessageText.write(this);
    }

    /** Reads what a proxy said; whatever is wrong with it is a {@link MalformedMessage}. */
    static FromProxy fromProxy(String text) throws MalformedMessage {
        return MessageText.read(text, FromProxy.class);
    }

    /** Reads what control said; whatever is wrong with it is a {@link MalformedMessage}. */
    static FromControl fromControl(String text) throws MalformedMessage {
        return MessageText.read(text, FromControl.class);
    }

    /** What a proxy says. */
    sealed interface FromProxy extends Message {}

    /** What control says. */
    sealed interface FromControl extends Message {}

    /** Which kind of proxy. */
    enum Role {
        GATEWAY,
        SIDECAR
    }

    /**
     * The first word, and only that.
     *
     * @param protocol {@link Message#PROTOCOL}
     * @param version of the software, for people
     * @param pod {@code namespace/name}; {@code ""} when it does not know, as outside a cluster
     * @param gateway a gateway's Gateway, {@code namespace/name}; {@code ""} for a sidecar
     * @param service a sidecar's Service, {@code namespace/name}, when it was told; control knows better where it has a cluster
     * @param appPorts ports of the sidecar's app, as it was told
     * @param wants everything it has wanted so far, see {@link Want}
     * @param have version of the view that it has in full; {@code ""} for none
     */
    record Hello(
            int protocol,
            Role role,
            String version,
            String pod,
            String gateway,
            String service,
            List<Integer> appPorts,
            List<String> wants,
            String have)
            implements FromProxy {

        public Hello {
            appPorts = List.copyOf(appPorts);
            wants = List.copyOf(wants);
        }

        /** The same proxy, later. */
        public Hello with(List<String> wants, String have) {
            return new Hello(protocol, role, version, pod, gateway, service, appPorts, wants, have);
        }

        /** Whether it is the same proxy, whatever it wants, has, and runs. */
        public boolean isOf(Hello other) {
            return role == other.role
                    && pod.equals(other.pod)
                    && gateway.equals(other.gateway)
                    && service.equals(other.service)
                    && appPorts.equals(other.appPorts);
        }
    }

    /**
     * Places that the proxy's app called and the proxy does not know, besides those it has said.
     *
     * @param places canonical IP addresses, and names {@code service.namespace}
     */
    record Want(List<String> places) implements FromProxy {

        public Want {
            places = List.copyOf(places);
        }
    }

    /**
     * A commit has been dealt with.
     *
     * @param version the commit's
     * @param serving version of the snapshot that is served now; {@code ""} for none
     * @param problems why the commit, or what of it, is not served, one line each
     */
    record Ack(String version, String serving, List<String> problems) implements FromProxy {

        public Ack {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Whose sidecar control takes the proxy for. Once before the first commit, and whenever it changes.
     *
     * @param service without its namespace; {@code ""} for a pod that no Service selects
     */
    record You(String namespace, String service, List<Integer> appPorts) implements FromControl {

        public You {
            appPorts = List.copyOf(appPorts);
        }
    }

    /** What follows is everything: what the proxy has counts no more, though it serves until the next commit. */
    record Reset() implements FromControl {}

    /**
     * An object is new or different.
     *
     * @param json its manifest, an object in one line; not looked into here
     */
    record Put(String json) implements FromControl {}

    /** An object is no more. */
    record Delete(ObjectKey object) implements FromControl {}

    /**
     * What was put and deleted since the last one goes live.
     *
     * @param version of all that the proxy has now: a hash of the content, the same from every replica
     * @param answered wants that have been looked up; what is there for them has been put, and if nothing, it is nobody's
     */
    record Commit(String version, List<String> answered) implements FromControl {

        public Commit {
            answered = List.copyOf(answered);
        }
    }
}
