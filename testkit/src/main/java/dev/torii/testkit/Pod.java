package dev.torii.testkit;

/** Who a backend says it is: what an echoed answer carries, so that a test can tell who answered. */
public record Pod(String namespace, String service, String name) {

    /** The first pod of a service in a namespace of no importance. */
    public static Pod of(String service) {
        return new Pod("default", service, service + "-0");
    }
}
