package dev.torii.control.identity;

/**
 * {@code namespace/name} taken apart.
 *
 * @param namespace {@code ""} when there is none
 */
record NamespacedName(String namespace, String name) {

    static NamespacedName of(String text) {
        int slash = text.indexOf('/');
        return new NamespacedName(text.substring(0, Math.max(0, slash)), text.substring(slash + 1));
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
