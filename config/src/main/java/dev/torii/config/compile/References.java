package dev.torii.config.compile;

import dev.torii.config.Position;
import dev.torii.config.resource.ConfigMap;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Secret;
import dev.torii.config.resource.Service;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Snapshot;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Follows references to certificates and CAs: kind, grant, existence, content. Each Secret is read once. */
final class References {

    static final String NOT_PERMITTED = "RefNotPermitted";

    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";
    private static final String AUTHORITIES = "ca.crt";

    private final ResourceSet resources;
    private final Snapshot serving;
    private final Instant now;
    private final KeyPairs checked;
    private final Findings findings;
    private final Map<String, Outcome<KeyPair>> keyPairs = new HashMap<>();
    private final Map<String, Outcome<String>> authorities = new HashMap<>();

    /**
     * @param serving what is served now
     * @param checked what is known of certificates from before
     */
    References(ResourceSet resources, Snapshot serving, Instant now, KeyPairs checked, Findings findings) {
        this.resources = resources;
        this.serving = serving;
        this.now = now;
        this.checked = checked;
        this.findings = findings;
        checked.retain(resources);
    }

    /**
     * The certificate of a Secret.
     *
     * @param invalid the reason to give when it is none
     */
    Outcome<KeyPair> keyPair(Resource referrer, ObjectRef ref, String invalid) {
        if (!ref.is(Resource.CORE_GROUP, "Secret")) {
            return Outcome.failed(invalid, "a certificate must be in a Secret, not in a " + ref.kind());
        }
        if (!resources.permits(referrer, ref)) {
            return Outcome.failed(notPermitted(referrer, ref));
        }
        Outcome<KeyPair> read = keyPairs.computeIfAbsent(ref.path(), path -> read(ref));
        return read.problem() == null
                ? read
                : Outcome.failed(invalid, read.problem().message());
    }

    private Outcome<KeyPair> read(ObjectRef ref) {
        Secret secret = resources.find(Secret.class, ref.namespace(), ref.name());
        if (secret == null) {
            return Outcome.failed("", unknown(Secret.class, ref));
        }
        String certificate = secret.data().get(CERTIFICATE);
        String key = secret.data().get(KEY);
        if (certificate == null || key == null) {
            return Outcome.failed("", ref + " must have `" + CERTIFICATE + "` and `" + KEY + "`");
        }
        return checked.of(ref, certificate, key);
    }

    /** An expired certificate is served all the same: its clients decide. */
    void warnOfValidity(Resource referrer, String field, KeyPair pair) {
        String invalidity = TlsMaterial.invalidity(pair, now);
        if (invalidity != null) {
            findings.warning(referrer, field, "CertificateNotValid", "Secret " + pair.name() + ": " + invalidity);
        }
    }

    /** The certificate that a listener got from a Secret before that went missing or bad; null when there is none. */
    @Nullable
    KeyPair served(String listener, ObjectRef ref) {
        return serving.ports().stream()
                .flatMap(port -> port.listeners().stream())
                .filter(each -> each.name().equals(listener))
                .flatMap(each -> each.certificates().stream())
                .filter(each -> each.name().equals(ref.path()))
                .findFirst()
                .orElse(null);
    }

    /**
     * The CA certificates of a ConfigMap.
     *
     * @param invalidKind the reason to give when it is none
     */
    Outcome<String> authorities(Resource referrer, ObjectRef ref, String invalidKind) {
        if (!ref.is(Resource.CORE_GROUP, "ConfigMap")) {
            return Outcome.failed(invalidKind, "CA certificates must be in a ConfigMap, not in a " + ref.kind());
        }
        if (!resources.permits(referrer, ref)) {
            return Outcome.failed(notPermitted(referrer, ref));
        }
        return authorities.computeIfAbsent(ref.path(), path -> readAuthorities(ref));
    }

    private Outcome<String> readAuthorities(ObjectRef ref) {
        ConfigMap map = resources.find(ConfigMap.class, ref.namespace(), ref.name());
        if (map == null) {
            return Outcome.failed("InvalidCACertificateRef", unknown(ConfigMap.class, ref));
        }
        try {
            return Outcome.of(TlsMaterial.authorities(map.data().getOrDefault(AUTHORITIES, "")));
        } catch (GeneralSecurityException unusable) {
            return Outcome.failed("InvalidCACertificateRef", ref + ", `" + AUTHORITIES + "`: " + unusable.getMessage());
        }
    }

    /** A sidecar of a Service that nobody has (yet) is told, and serves all the same. */
    void check(SidecarView view) {
        if (!view.service().isEmpty() && resources.find(Service.class, view.namespace(), view.service()) == null) {
            ObjectRef ref = new ObjectRef("", "Service", view.namespace(), view.service());
            findings.warning(Position.of("--service"), "ServiceNotFound", unknown(Service.class, ref));
        }
    }

    /** {@code there is no Service shop/reviws, did you mean `reviews`?}. */
    String unknown(Class<? extends Resource> type, ObjectRef ref) {
        return "there is no " + ref
                + findings.didYouMean(
                        ref.name(),
                        () -> resources.all(type).stream()
                                .filter(each -> each.namespace().equals(ref.namespace()))
                                .map(Resource::name)
                                .toList());
    }

    static Problem notPermitted(Resource referrer, ObjectRef ref) {
        return new Problem(
                NOT_PERMITTED,
                "no ReferenceGrant in namespace `" + ref.namespace() + "` lets a " + referrer.kind() + " of namespace `"
                        + referrer.namespace() + "` refer to " + ref);
    }
}
