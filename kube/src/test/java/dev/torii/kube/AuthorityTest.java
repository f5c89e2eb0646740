package dev.torii.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several processes, one Secret, and a clock in the test's hand. */
final class AuthorityTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Logger LOG = Logger.getLogger(Authority.class.getName());

    private final MockApi api = new MockApi();
    private final KubernetesClient client = api.client();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T10:00:00Z"));
    private final List<Authority> started = new ArrayList<>();
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler journal = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** One process. */
    private final class Replica {

        final List<Authority.Credentials> given = new CopyOnWriteArrayList<>();
        final Authority authority;

        Replica(String name) {
            authority = Authority.start(client, "torii-system", List.of(name), now::get, given::add);
            started.add(authority);
        }

        Authority.Credentials last() {
            return given.get(given.size() - 1);
        }

        X509Certificate certificate() throws Exception {
            return Pem.certificates(last().certificate()).get(0);
        }

        List<X509Certificate> bundle() throws Exception {
            return Pem.certificates(last().bundle());
        }

        void awaitGiven(int times) {
            assertThat(Await.until(LIMIT, () -> given.size() >= times))
                    .as("given %s times", times)
                    .isTrue();
        }
    }

    private Resource<Secret> secret() {
        return client.secrets().inNamespace("torii-system").withName("torii-ca");
    }

    private void pass(int days) {
        now.updateAndGet(at -> at.plus(Duration.ofDays(days)));
        started.forEach(Authority::look);
    }

    @BeforeEach
    void listen() {
        LOG.addHandler(journal);
    }

    @AfterEach
    void stop() {
        api.settle();
        LOG.removeHandler(journal);
        started.forEach(Authority::close);
        client.close();
        api.close();
    }

    @Test
    void ofReplicasThatRaceOneMakesIt() throws Exception {
        List<Replica> replicas = List.of(new Replica("a"), new Replica("b"), new Replica("c"), new Replica("d"));
        for (Replica each : replicas) {
            each.awaitGiven(1);
            each.certificate().verify(replicas.get(0).bundle().get(0).getPublicKey());
            assertThat(each.last().bundle()).isEqualTo(replicas.get(0).last().bundle());
        }
        assertThat(replicas.get(1).certificate().getSubjectAlternativeNames()).hasToString("[[2, b]]");
        assertThat(secret().require().getType()).isEqualTo("torii.dev/certificate-authority");
    }

    @Test
    void theLeafIsRenewedAndNothingElseIsWritten() throws Exception {
        Replica replica = new Replica("a");
        replica.awaitGiven(1);
        X509Certificate first = replica.certificate();
        Secret made = secret().require();
        pass(19);
        pass(2);
        replica.awaitGiven(2);
        assertThat(replica.given).hasSize(2);
        assertThat(replica.certificate()).isNotEqualTo(first);
        assertThat(replica.last().bundle()).isEqualTo(replica.given.get(0).bundle());
        assertThat(secret().require()).isEqualTo(made); // an attempt may have been refused: the watch tells late
    }

    @Test
    void allReplicasGoThroughARotationTogether() throws Exception {
        Replica a = new Replica("a");
        Replica b = new Replica("b");
        a.awaitGiven(1);
        b.awaitGiven(1);
        X509Certificate old = a.bundle().get(0);
        pass(2921); // the next one is announced; leaves are renewed by the old one
        for (Replica each : List.of(a, b)) {
            assertThat(Await.until(LIMIT, () -> bundleSize(each) == 2)).isTrue();
            each.certificate().verify(old.getPublicKey());
        }
        pass(2);
        for (Replica each : List.of(a, b)) {
            assertThat(Await.until(LIMIT, () -> !issuedBy(each, old))).isTrue();
            assertThat(each.bundle()).hasSize(2).contains(old);
        }
        pass(31);
        for (Replica each : List.of(a, b)) {
            assertThat(Await.until(LIMIT, () -> bundleSize(each) == 1)).isTrue();
            assertThat(each.bundle()).doesNotContain(old);
        }
        assertThat(a.last().bundle()).isEqualTo(b.last().bundle());
    }

    private static int bundleSize(Replica replica) {
        try {
            return replica.bundle().size();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean issuedBy(Replica replica, X509Certificate authority) {
        try {
            return replica.certificate().getIssuerX500Principal().equals(authority.getSubjectX500Principal());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void brokenContentIsToldOnceLeftAloneAndWhatWasReadStaysInForce() throws Exception {
        Replica replica = new Replica("a");
        replica.awaitGiven(1);
        Secret good = secret().require();
        secret().edit(broken -> {
            broken.getData().put("ca.key", "cnViYmlzaA==");
            return broken;
        });
        assertThat(Await.until(LIMIT, () -> told().size() == 1)).isTrue();
        Replica late = new Replica("late");
        pass(21);
        replica.awaitGiven(2);
        assertThat(replica.last().bundle()).isEqualTo(replica.given.get(0).bundle());
        assertThat(secret().require().getData()).containsEntry("ca.key", "cnViYmlzaA==");
        assertThat(late.given).as("who never read a good one has none").isEmpty();
        assertThat(told().get(0))
                .startsWith(
                        "Secret torii-system/torii-ca: ca.key is not an elliptic curve's key in PKCS #8; it is left")
                .doesNotContain("cnViYmlzaA")
                .hasLineCount(1);

        secret().edit(broken -> {
            broken.setData(good.getData());
            return broken;
        });
        late.awaitGiven(1);
        assertThat(late.last().bundle()).isEqualTo(replica.last().bundle());
        assertThat(told().stream().distinct()).hasSize(1);
    }

    private List<String> told() {
        return logged.stream().filter(line -> line.contains("is left as it is")).toList();
    }

    @Test
    void aSecretThatIsDeletedIsMadeAnew() throws Exception {
        Replica replica = new Replica("a");
        replica.awaitGiven(1);
        secret().delete();
        replica.awaitGiven(2);
        assertThat(replica.last().bundle()).isNotEqualTo(replica.given.get(0).bundle());
        replica.certificate().verify(replica.bundle().get(0).getPublicKey());
    }

    @Test
    void anApiServerThatIsNotThereYetIsWaitedFor() {
        api.answers(500);
        Replica replica = new Replica("a");
        assertThat(Await.until(LIMIT, () -> !logged.isEmpty())).isTrue();
        api.answers(0);
        replica.awaitGiven(1);
    }

    @Test
    void noKeyIsInAnyText() {
        Replica replica = new Replica("a");
        replica.awaitGiven(1);
        assertThat(replica.last().toString()).doesNotContain("PRIVATE");
        assertThat(String.join("\n", logged)).doesNotContain("PRIVATE", "BEGIN");
    }
}
