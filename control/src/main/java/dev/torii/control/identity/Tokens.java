package dev.torii.control.identity;

import dev.torii.control.identity.Identities.Refused;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the API server say whose a token is. What it said is remembered for a moment, by the token's hash, so that proxies that
 * all come again at once do not ask it as often. Blocks; safe on any thread.
 */
final class Tokens {

    /** What a token must be for, so that one for somebody else cannot be used here, and ours nowhere else. */
    static final String AUDIENCE = "torii-control";

    static final Duration KNOWN = Duration.ofMinutes(1);
    static final Duration UNKNOWN = Duration.ofSeconds(10);

    private static final String SERVICE_ACCOUNT = "system:serviceaccount:";
    private static final String POD = "authentication.kubernetes.io/pod-name";
    private static final int MOST = 20_000;

    private final KubernetesClient client;
    private final LongSupplier nanos;
    private final Map<String, Answer> answers = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
            return size() > MOST;
        }
    };

    /**
     * Whose a token is.
     *
     * @param account name of the ServiceAccount
     * @param pod that it was made for; {@code ""} for none
     */
    record Bearer(String namespace, String account, String pod) {}

    /** @param bearer null for nobody's */
    private record Answer(@Nullable Bearer bearer, long until) {}

    Tokens(KubernetesClient client, LongSupplier nanos) {
        this.client = client;
        this.nanos = nanos;
    }

    Bearer bearer(String token) throws Refused {
        if (token.isEmpty()) {
            throw Refused.stranger("no token");
        }
        String hash = hash(token);
        Answer answer = known(hash);
        if (answer == null) {
            Bearer bearer = ask(token);
            answer = new Answer(bearer, nanos.getAsLong() + (bearer == null ? UNKNOWN : KNOWN).toNanos());
            synchronized (answers) {
                answers.put(hash, answer);
            }
        }
        if (answer.bearer() == null) {
            throw Refused.stranger("not a token of this cluster for " + AUDIENCE);
        }
        return answer.bearer();
    }

    private @Nullable Answer known(String hash) {
        synchronized (answers) {
            Answer answer = answers.get(hash);
            return answer != null && nanos.getAsLong() - answer.until() < 0 ? answer : null;
        }
    }

    private @Nullable Bearer ask(String token) {
        TokenReview review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(AUDIENCE)
                .endSpec()
                .build();
        TokenReviewStatus status =
                client.authentication().v1().tokenReviews().create(review).getStatus();
        boolean good = status != null
                && Boolean.TRUE.equals(status.getAuthenticated())
                && status.getAudiences() != null
                && status.getAudiences().contains(AUDIENCE)
                && status.getUser() != null
                && status.getUser().getUsername() != null;
        if (!good) {
            return null;
        }
        String user = status.getUser().getUsername();
        String[] parts = user.startsWith(SERVICE_ACCOUNT)
                ? user.substring(SERVICE_ACCOUNT.length()).split(":", -1)
                : new String[0];
        Map<String, List<String>> extra = status.getUser().getExtra();
        List<String> pods = extra == null ? List.of() : extra.getOrDefault(POD, List.of());
        return parts.length == 2 ? new Bearer(parts[0], parts[1], pods.isEmpty() ? "" : pods.get(0)) : null;
    }

    private static String hash(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
