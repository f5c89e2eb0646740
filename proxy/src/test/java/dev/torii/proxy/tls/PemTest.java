package dev.torii.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.routing.KeyPair;
import dev.torii.testkit.Certificates;
import java.io.IOException;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    private static final Certificates CA = Certificates.authority("CA");

    @Test
    void readsPkcs8() throws Exception {
        Certificates.Leaf ec = CA.issue("a.example");
        Certificates.Leaf rsa = CA.issueRsa("a.example");
        assertThat(identity(ec, ec.keyPem()).keyType()).isEqualTo("EC");
        assertThat(identity(rsa, rsa.keyPem()).keyType()).isEqualTo("RSA");
    }

    @Test
    void readsPkcs1() throws Exception {
        Certificates.Leaf rsa = CA.issueRsa("a.example");
        byte[] bare = info(rsa).parsePrivateKey().toASN1Primitive().getEncoded();
        assertThat(identity(rsa, pem("RSA PRIVATE KEY", bare)).key())
                .isEqualTo(identity(rsa, rsa.keyPem()).key());
    }

    @Test
    void readsSec1EvenAfterItsParameters() throws Exception {
        Certificates.Leaf ec = CA.issue("a.example");
        String key = pem("EC PRIVATE KEY", sec1(ec, true));
        String parameters = pem("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded());
        ECPrivateKey expected = (ECPrivateKey) identity(ec, ec.keyPem()).key();
        assertThat(((ECPrivateKey) identity(ec, parameters + key).key()).getS()).isEqualTo(expected.getS());
    }

    @Test
    void readsAChainInOrder() throws Exception {
        Certificates.Leaf leaf = CA.issue("a.example");
        Identity identity =
                Identity.of("x", new KeyPair("ns/s", leaf.certificatePem() + "\n" + CA.caPem(), leaf.keyPem()));
        assertThat(identity.chain()).hasSize(2).startsWith(leaf.certificate());
    }

    @Test
    void saysWhatIsWrongWithAKey() throws Exception {
        Certificates.Leaf ec = CA.issue("a.example");
        Certificates.Leaf rsa = CA.issueRsa("a.example");
        byte[] sec1 = sec1(ec, true);
        assertProblem(ec, "", "no private key in PEM form");
        assertProblem(ec, ec.certificatePem(), "no private key in PEM form");
        assertProblem(ec, rsa.keyPem(), "the key is not a readable EC key");
        assertProblem(ec, CA.issue("b.example").keyPem(), "the key does not belong to the certificate");
        assertProblem(ec, pem("ENCRYPTED PRIVATE KEY", sec1), "the key is encrypted");
        assertProblem(ec, pem("EC PRIVATE KEY", sec1(ec, false)), "the EC key names no curve");
        assertProblem(ec, pem("EC PRIVATE KEY", Arrays.copyOf(sec1, 40)), "the EC key is cut short");
        assertProblem(rsa, pem("RSA PRIVATE KEY", sec1), "the key is not a readable RSA key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN ",
                "-----BEGIN CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\n=a=\n-----END CERTIFICATE-----",
                "-----BEGIN EC PRIVATE KEY-----\n\n-----END EC PRIVATE KEY-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END SOMETHING-----"
            })
    void garbageIsOneClearError(String pem) {
        assertThatThrownBy(() -> Pem.certificates(pem)).isInstanceOf(TlsMaterialException.class);
        assertThatThrownBy(() -> Pem.privateKey(pem, "EC")).isInstanceOf(TlsMaterialException.class);
    }

    private static void assertProblem(Certificates.Leaf leaf, String keyPem, String problem) {
        assertThatThrownBy(() -> identity(leaf, keyPem))
                .isInstanceOf(TlsMaterialException.class)
                .hasMessage(problem);
    }

    private static Identity identity(Certificates.Leaf leaf, String keyPem) throws TlsMaterialException {
        return Identity.of("alias", new KeyPair("ns/s", leaf.certificatePem(), keyPem));
    }

    private static PrivateKeyInfo info(Certificates.Leaf leaf) {
        String[] lines = leaf.keyPem().strip().split("\\R");
        String body = String.join("", Arrays.copyOfRange(lines, 1, lines.length - 1));
        return PrivateKeyInfo.getInstance(Base64.getDecoder().decode(body));
    }

    private static byte[] sec1(Certificates.Leaf leaf, boolean curve) throws TlsMaterialException, IOException {
        ECPrivateKey key = (ECPrivateKey) identity(leaf, leaf.keyPem()).key();
        var bare = curve
                ? new org.bouncycastle.asn1.sec.ECPrivateKey(256, key.getS(), SECObjectIdentifiers.secp256r1)
                : new org.bouncycastle.asn1.sec.ECPrivateKey(256, key.getS());
        return bare.getEncoded();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }
}
