package dev.torii.testkit.cases;

import java.util.Map;

/** A gateway or sidecar process under test: the seam between the cases and whatever serves them. */
public interface CaseTarget extends AutoCloseable {

    /**
     * Serves these manifests and no others. Returns when a connection made from now on is treated by them.
     *
     * @param manifests text by file name
     */
    void serve(Map<String, String> manifests) throws Exception;

    /** Where it really listens for connections to a port of the manifests; -1 when it does not. */
    int port(int configured);

    @Override
    void close();

    /**
     * Starts one that serves nothing yet: for a Gateway that requests go to, or beside the app of a Service that they come
     * from.
     */
    @FunctionalInterface
    interface Factory {
        CaseTarget start(ObjectName whose) throws Exception;
    }
}
