package dev.torii.testkit.cases;

/** A namespace and a name; cases leave out the namespace that most objects are in. */
public record ObjectName(String namespace, String name) {

    /** Where objects are that a case names without a namespace. */
    public static final String DEFAULT_NAMESPACE = "gateway-conformance-infra";

    /** Reads {@code name} or {@code namespace/name}. */
    static ObjectName of(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ObjectName(DEFAULT_NAMESPACE, text)
                : new ObjectName(text.substring(0, slash), text.substring(slash + 1));
    }

    /** {@code namespace/name}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
