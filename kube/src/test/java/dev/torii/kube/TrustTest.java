package dev.torii.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the Secret holds, and what becomes of it as years pass. */
final class TrustTest {

    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final Secret EMPTY = new SecretBuilder()
            .withNewMetadata()
            .withName("torii-ca")
            .endMetadata()
            .build();

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Instant after(int days) {
        return START.plus(Duration.ofDays(days)).plusSeconds(1);
    }

    private static List<X509Certificate> bundle(Trust trust) throws Exception {
        return Pem.certificates(trust.bundle());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        Trust trust = Trust.fresh(START).at(after(2920));
        Secret secret = trust.into(EMPTY);
        assertThat(secret.getData()).containsOnlyKeys("ca.crt", "ca.key", "next.key");
        assertThat(Trust.read(secret)).isEqualTo(trust);
        Trust switched = trust.at(after(2922));
        assertThat(switched.into(secret).getData()).containsOnlyKeys("ca.crt", "ca.key");
        assertThat(Trust.read(switched.into(secret))).isEqualTo(switched);
    }

    @Test
    void aLeafIsSignedForItsNamesAndForServing() throws Exception {
        Issuer authority = Issuer.fresh(START);
        X509Certificate leaf = authority
                .leaf(List.of("torii-control", "*.torii-system.svc", "10.0.0.7"), START)
                .certificate();
        leaf.verify(authority.certificate().getPublicKey());
        assertThat(leaf.getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .containsExactly("torii-control", "*.torii-system.svc", "10.0.0.7");
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(((ECPublicKey) leaf.getPublicKey()).getParams().getOrder().bitLength())
                .isEqualTo(256);
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(START.plus(Duration.ofDays(30)));
        assertThat(authority.certificate().getBasicConstraints()).isZero();
        assertThat(authority.toString()).doesNotContain("PRIVATE").contains("CN=torii");
    }

    @Test
    void aLeafIsRenewedAfterTwoThirdsOrWhenAnotherSigns() throws Exception {
        Issuer authority = Issuer.fresh(START);
        Issuer leaf = authority.leaf(List.of("a"), START);
        assertThat(leaf.isGoodFor(authority, after(19))).isTrue();
        assertThat(leaf.isGoodFor(authority, after(20))).isFalse();
        assertThat(leaf.isGoodFor(Issuer.fresh(START), START)).isFalse();
        assertThat(leaf.isGoodFor(authority, after(-1)))
                .as("the clock was put back")
                .isFalse();
    }

    @Test
    void aYoungAuthorityIsLeftAlone() throws Exception {
        Trust trust = Trust.fresh(START);
        assertThat(trust.at(after(2919))).isSameAs(trust);
    }

    @Test
    void theNextIsTrustedADayBeforeItSignsAndTheFirstUntilItsLastLeafIsOver() throws Exception {
        Trust first = Trust.fresh(START);
        Trust announced = first.at(after(2920));
        assertThat(announced.signer()).isEqualTo(first.signer());
        assertThat(bundle(announced)).hasSize(2);
        assertThat(announced.at(after(2920))).isSameAs(announced);

        Trust switched = announced.at(after(2922));
        assertThat(switched.signer()).isEqualTo(announced.next().orElseThrow());
        assertThat(bundle(switched)).hasSize(2).containsAll(bundle(announced));
        assertThat(switched.at(after(2951))).isSameAs(switched);

        Trust done = switched.at(after(2953));
        assertThat(bundle(done)).containsExactly(switched.signer().certificate());
        assertThat(done.at(after(2954))).isSameAs(done);
    }

    @Test
    void whoSleptForTenYearsHasANewOne() throws Exception {
        Trust first = Trust.fresh(START);
        Trust woken = first.at(after(3651));
        assertThat(woken.signer()).isNotEqualTo(first.signer());
        assertThat(bundle(woken)).hasSize(1);
        Trust announced = first.at(after(3649));
        assertThat(announced.at(after(3650)).signer())
                .as("the one that is trusted already")
                .isEqualTo(announced.next().orElseThrow());
    }

    @Test
    void anOldOneOfAnUnknownTimeStaysUntilItRunsOut() throws Exception {
        Trust switched = Trust.fresh(START).at(after(2920)).at(after(2922));
        Secret secret = switched.into(EMPTY);
        secret.getMetadata().getAnnotations().clear();
        Trust read = Trust.read(secret);
        assertThat(read.at(after(3000))).isSameAs(read);
        assertThat(bundle(read.at(after(3651)))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ca.crt   |                | ca.crt holds 0 certificates",
                "ca.crt   | rubbish        | ca.crt holds no certificates",
                "ca.crt   | other          | ca.key is not the key of any authority in ca.crt",
                "ca.crt   | leaf           | ca.key is not the key of any authority in ca.crt",
                "ca.key   |                | ca.key is not an elliptic curve's key in PKCS #8",
                "ca.key   | rubbish        | ca.key is not an elliptic curve's key in PKCS #8",
                "ca.key   | !              | ca.key is not base 64",
                "next.key | rubbish        | next.key is not an elliptic curve's key in PKCS #8",
                "next.key | otherKey       | next.key is not the key of any authority in ca.crt",
            })
    void brokenContentIsALineWithoutTheContent(String name, String content, String line) throws Exception {
        Issuer other = Issuer.fresh(START);
        Trust trust = Trust.fresh(START);
        String pem = switch (content == null ? "" : content) {
            case "other" -> Pem.of(List.of(other.certificate()));
            case "leaf" ->
                Pem.of(List.of(trust.signer().leaf(List.of("a"), START).certificate()));
            case "otherKey" -> Pem.of(other.key());
            case "rubbish" -> "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
            default -> "";
        };
        Secret secret = trust.into(EMPTY);
        secret.getData().put(name, "!".equals(content) ? "!" : encoded(pem));
        assertThatThrownBy(() -> Trust.read(secret)).hasMessage(line);
    }

    @Test
    void anotherTypeIsNotOurs() throws Exception {
        Secret secret = Trust.fresh(START).into(EMPTY);
        secret.setType("Opaque");
        assertThatThrownBy(() -> Trust.read(secret)).hasMessage("its type is not torii.dev/certificate-authority");
        assertThatThrownBy(() -> Trust.read(EMPTY)).isInstanceOf(Trust.Broken.class);
    }
}
