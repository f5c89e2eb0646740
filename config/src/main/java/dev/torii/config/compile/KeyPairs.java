package dev.torii.config.compile;

import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Secret;
import dev.torii.routing.KeyPair;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The certificates of Secrets. Finding out whether a key belongs to its certificate takes a millisecond or two, so what was
 * found is remembered for as long as the Secret is there and says the same. Safe on any thread.
 */
final class KeyPairs {

    private record Checked(String certificate, String key, Outcome<KeyPair> found) {}

    private final Map<ObjectRef, Checked> checked = new ConcurrentHashMap<>();

    /** Forgets those of Secrets that are no more. */
    void retain(ResourceSet resources) {
        checked.keySet().removeIf(ref -> resources.find(Secret.class, ref.namespace(), ref.name()) == null);
    }

    /** @param ref the Secret's, which the pair is named by */
    Outcome<KeyPair> of(ObjectRef ref, String certificate, String key) {
        Checked known = checked.get(ref);
        if (known == null
                || !known.certificate().equals(certificate)
                || !known.key().equals(key)) {
            known = new Checked(certificate, key, check(ref, certificate, key));
            checked.put(ref, known);
        }
        return known.found();
    }

    private static Outcome<KeyPair> check(ObjectRef ref, String certificate, String key) {
        try {
            return Outcome.of(TlsMaterial.keyPair(ref.path(), certificate, key));
        } catch (GeneralSecurityException unusable) {
            return Outcome.failed("", ref + ": " + unusable.getMessage());
        }
    }
}
