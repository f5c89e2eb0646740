package dev.torii.proxy.tls;

import dev.torii.routing.KeyPair;
import dev.torii.routing.UpstreamTls;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/**
 * Turns {@link UpstreamTls} into something that connects, once for all equal ones. {@link #of} reads certificates, so it
 * belongs off the event loop (where the plan of a snapshot is made); {@link #built} may be asked anywhere.
 */
public final class UpstreamTlsOptions {

    private final InstantSource clock;
    private final Supplier<TlsEngine> engine;
    private final Map<UpstreamTls, Result> built = new ConcurrentHashMap<>();

    /** @param engine is asked for with the first certificate: whoever needs none shall not load one */
    public UpstreamTlsOptions(InstantSource clock, Supplier<TlsEngine> engine) {
        this.clock = clock;
        this.engine = engine;
    }

    /** What became of one {@link UpstreamTls}. */
    public sealed interface Result {

        /** It can be used. */
        record Ready(ClientTls tls) implements Result {}

        /**
         * It cannot: no request may go to that backend.
         *
         * @param problem one line for people, without secrets
         */
        record Invalid(String problem) implements Result {}
    }

    /** Reads the certificates, or answers from before. Milliseconds of work: not for an event loop. Never throws. */
    public Result of(UpstreamTls tls) {
        return built.computeIfAbsent(tls, this::build);
    }

    /** The answer of an earlier {@link #of}, or null. */
    public @Nullable Result built(UpstreamTls tls) {
        return built.get(tls);
    }

    /** Forgets all others, when a new snapshot no longer names them. Connections that are open do not notice. */
    public void retain(Collection<UpstreamTls> inUse) {
        built.keySet().retainAll(inUse);
    }

    private Result build(UpstreamTls tls) {
        try {
            new SNIHostName(tls.serverName());
            List<X509Certificate> authorities = authorities(tls.caPem());
            Identity identity = identity(tls.clientCertificate());
            return new Result.Ready(new ClientTls(engine.get(), tls, BackendTrust.of(authorities, tls), identity));
        } catch (IllegalArgumentException e) {
            return new Result.Invalid("\"" + tls.serverName() + "\" cannot be a server name");
        } catch (TlsMaterialException e) {
            return new Result.Invalid(e.problem());
        }
    }

    private @Nullable List<X509Certificate> authorities(@Nullable String caPem) throws TlsMaterialException {
        if (caPem == null) {
            return null;
        }
        List<X509Certificate> all = read(caPem);
        Instant now = clock.instant();
        List<X509Certificate> valid = all.stream()
                .filter(ca -> !now.isAfter(ca.getNotAfter().toInstant()))
                .toList();
        if (valid.isEmpty()) {
            X509Certificate one = all.get(0);
            throw new TlsMaterialException("CA certificate " + one.getSubjectX500Principal() + " expired on "
                    + one.getNotAfter().toInstant());
        }
        return valid;
    }

    private static List<X509Certificate> read(String caPem) throws TlsMaterialException {
        try {
            return Pem.certificates(caPem);
        } catch (TlsMaterialException e) {
            throw new TlsMaterialException("CA certificate: " + e.problem());
        }
    }

    private static @Nullable Identity identity(@Nullable KeyPair pair) throws TlsMaterialException {
        if (pair == null) {
            return null;
        }
        try {
            return Identity.of(pair.name(), pair);
        } catch (TlsMaterialException e) {
            throw new TlsMaterialException("client certificate " + pair.name() + ": " + e.problem());
        }
    }
}
