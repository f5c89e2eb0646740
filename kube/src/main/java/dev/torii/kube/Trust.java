package dev.torii.kube;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the Secret holds: who signs, who will sign next, and whose signatures are still good. Pure.
 *
 * <p>A change of authority has three steps, so that at no time somebody meets a certificate that he does not trust yet: the
 * next authority is trusted beside the first; a day later it signs; when the last certificate of the first has run out,
 * that is no longer trusted.
 *
 * @param signer of all new certificates
 * @param next will sign after {@link #SPREAD}
 * @param older signed before, trusted still
 * @param since when the signer began to sign; empty when it is the first, or nobody knows
 */
record Trust(Issuer signer, Optional<Issuer> next, List<X509Certificate> older, Optional<Instant> since) {

    static final String CERTIFICATES = "ca.crt";

    /** A Secret's type cannot be changed, so it tells this one from others that have the same keys. */
    static final String TYPE = "torii.dev/certificate-authority";

    /** A ConfigMap is in all pods within minutes; leaders may be away for hours. */
    static final Duration SPREAD = Duration.ofDays(1);

    private static final String KEY = "ca.key";
    private static final String NEXT_KEY = "next.key";
    private static final String SINCE = "torii.dev/signs-since";
    private static final int MOST_CERTIFICATES = 16;

    Trust {
        older = List.copyOf(older);
    }

    /** The Secret does not hold what it should; the message says what, and nothing of it. */
    static final class Broken extends Exception {

        private static final long serialVersionUID = 1L;

        private Broken(String message) {
            super(message, null, false, false);
        }
    }

    static Trust fresh(Instant now) throws GeneralSecurityException {
        return new Trust(Issuer.fresh(now), Optional.empty(), List.of(), Optional.of(now));
    }

    static Trust read(Secret secret) throws Broken {
        if (!TYPE.equals(secret.getType())) {
            throw new Broken("its type is not " + TYPE);
        }
        List<X509Certificate> certificates = new ArrayList<>(certificates(text(secret, CERTIFICATES)));
        Issuer signer = issuer(secret, KEY, certificates);
        certificates.remove(signer.certificate());
        Optional<Issuer> next = Optional.empty();
        if (!text(secret, NEXT_KEY).isEmpty()) {
            next = Optional.of(issuer(secret, NEXT_KEY, certificates));
            certificates.remove(next.get().certificate());
        }
        return new Trust(signer, next, certificates, since(secret));
    }

    private static List<X509Certificate> certificates(String pem) throws Broken {
        List<X509Certificate> certificates;
        try {
            certificates = Pem.certificates(pem);
        } catch (GeneralSecurityException e) {
            throw new Broken(CERTIFICATES + " holds no certificates");
        }
        if (certificates.isEmpty() || certificates.size() > MOST_CERTIFICATES) {
            throw new Broken(CERTIFICATES + " holds " + certificates.size() + " certificates");
        }
        return certificates;
    }

    private static Issuer issuer(Secret secret, String name, List<X509Certificate> certificates) throws Broken {
        PrivateKey key;
        try {
            key = Pem.key(text(secret, name));
        } catch (GeneralSecurityException e) {
            throw new Broken(name + " is not an elliptic curve's key in PKCS #8");
        }
        for (X509Certificate each : certificates) {
            if (each.getBasicConstraints() >= 0 && Issuer.fits(each, key)) {
                return new Issuer(each, key);
            }
        }
        throw new Broken(name + " is not the key of any authority in " + CERTIFICATES);
    }

    private static String text(Secret secret, String name) throws Broken {
        String value = secret.getData() == null ? null : secret.getData().get(name);
        try {
            return value == null ? "" : new String(Base64.getDecoder().decode(value), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw new Broken(name + " is not base 64");
        }
    }

    private static Optional<Instant> since(Secret secret) {
        Map<String, String> annotations = secret.getMetadata().getAnnotations();
        String text = annotations == null ? "" : annotations.getOrDefault(SINCE, "");
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException unknown) {
            return Optional.empty();
        }
    }

    /** The same Secret with this in it. */
    Secret into(Secret secret) throws GeneralSecurityException {
        Map<String, String> data = new LinkedHashMap<>();
        if (secret.getData() != null) {
            data.putAll(secret.getData());
        }
        data.put(CERTIFICATES, encoded(bundle()));
        data.put(KEY, encoded(Pem.of(signer.key())));
        data.remove(NEXT_KEY);
        next.ifPresent(issuer -> data.put(NEXT_KEY, encoded(Pem.of(issuer.key()))));
        SecretBuilder builder = new SecretBuilder(secret).withType(TYPE).withData(data);
        since.ifPresent(at -> builder.editOrNewMetadata()
                .addToAnnotations(SINCE, at.toString())
                .endMetadata());
        return builder.build();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** All that are trusted, PEM, the signer first. */
    String bundle() throws GeneralSecurityException {
        List<X509Certificate> all = new ArrayList<>();
        all.add(signer.certificate());
        next.ifPresent(issuer -> all.add(issuer.certificate()));
        all.addAll(older);
        return Pem.of(all);
    }

    /** What it should be at this time; itself when it is right. */
    Trust at(Instant now) throws GeneralSecurityException {
        boolean over = now.isAfter(signer.until());
        if (next.isPresent() && (over || !now.isBefore(next.get().from().plus(SPREAD)))) {
            List<X509Certificate> signed = new ArrayList<>(older);
            signed.add(0, signer.certificate());
            return new Trust(next.get(), Optional.empty(), signed, Optional.of(now));
        }
        if (over) {
            return fresh(now);
        }
        if (next.isEmpty()
                && !now.isBefore(signer.from().plus(Issuer.LIFE.multipliedBy(4).dividedBy(5)))) {
            return new Trust(signer, Optional.of(Issuer.fresh(now)), older, since);
        }
        List<X509Certificate> needed =
                older.stream().filter(each -> isNeeded(each, now)).toList();
        return needed.size() == older.size() ? this : new Trust(signer, next, needed, since);
    }

    /** When nobody knows since when it does not sign, until it runs out itself. */
    private boolean isNeeded(X509Certificate old, Instant now) {
        boolean itsLeavesRan = since.isPresent() && now.isAfter(since.get().plus(Issuer.LEAF_LIFE));
        return !itsLeavesRan && now.isBefore(old.getNotAfter().toInstant());
    }
}
