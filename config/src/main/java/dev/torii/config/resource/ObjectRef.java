package dev.torii.config.resource;

/**
 * A reference to another object.
 *
 * @param group {@code ""} for core
 * @param namespace of the target; the referring object's own when the manifest names none
 */
public record ObjectRef(String group, String kind, String namespace, String name) {

    /** Whether it names {@code kind} of {@code group}. */
    public boolean is(String group, String kind) {
        return this.group.equals(group) && this.kind.equals(kind);
    }

    /** {@code namespace/name}. */
    public String path() {
        return namespace + "/" + name;
    }

    /** {@code Kind namespace/name}. */
    @Override
    public String toString() {
        return kind + " " + path();
    }
}
