package dev.torii.routing;

import java.util.Set;

/**
 * What the first bytes of a connection in the mesh are, as far as configuration tells. It decides how long a sidecar may
 * look before it acts: holding a connection on which the server speaks first would hang both sides.
 */
public enum Speaks {
    /** HTTP/1, h2c or gRPC, declared: wait for the request however long it takes. */
    HTTP,
    /** TLS, declared: wait for the client hello, and pass it on. */
    TLS,
    /** Bytes, either side may begin (databases, mail, message brokers): do not look, connect at once. */
    TCP,
    /** The client begins, with HTTP or TLS most likely: look without a limit of time. */
    CLIENT_FIRST,
    /** Nothing is known: look for a moment (about 100 ms), then pass the bytes on. */
    UNKNOWN;

    private static final Set<Integer> OPAQUE_PORTS = Set.of(
            21, 22, 25, 110, 143, 587, // FTP, SSH, mail
            1433, 1521, 3306, 5432, 9042, 27017, 27018, // SQL Server, Oracle, MySQL, PostgreSQL, Cassandra, MongoDB
            6379, 6380, 11211, // Redis, memcached
            2181, 4222, 4444, 5671, 5672, 9092, 9093, 9300,
            61616); // ZooKeeper, NATS, Galera, AMQP, Kafka, Elasticsearch

    private static final Set<Integer> CLIENT_FIRST_PORTS = Set.of(80, 443, 8080, 8443);

    /** What a port most likely carries when nobody declared it. */
    public static Speaks ofPort(int port) {
        if (OPAQUE_PORTS.contains(port)) {
            return TCP;
        }
        return CLIENT_FIRST_PORTS.contains(port) ? CLIENT_FIRST : UNKNOWN;
    }
}
