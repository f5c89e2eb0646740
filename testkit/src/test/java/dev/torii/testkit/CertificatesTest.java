package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificatesTest {

    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    @Test
    void issuesWhatItsAuthorityVouchesFor() throws Exception {
        Certificates authority = Certificates.authority("Test CA");
        Certificates.Leaf leaf = authority.issue("shop.example", "*.shop.example", "spiffe://mesh/shop", "127.0.0.1");

        leaf.certificate().verify(parse(authority.caPem()).getPublicKey());
        assertThat(parse(leaf.certificatePem())).isEqualTo(leaf.certificate());
        assertThat(leaf.keyPem()).contains("BEGIN PRIVATE KEY");
        assertThat(leaf.certificate().getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(DNS, "shop.example"),
                        List.of(DNS, "*.shop.example"),
                        List.of(URI, "spiffe://mesh/shop"),
                        List.of(IP, "127.0.0.1"));
    }

    @Test
    void anotherAuthorityDoesNotVouch() {
        Certificates.Leaf leaf = Certificates.authority("A").issue("shop.example");
        String other = Certificates.authority("A").caPem();
        assertThatThrownBy(() -> leaf.certificate().verify(parse(other).getPublicKey()))
                .isInstanceOf(java.security.SignatureException.class);
    }

    @Test
    void makesOtherKeysAndOtherTimes() {
        Certificates authority = Certificates.authority("Test CA");
        assertThat(authority.issue("a").certificate().getPublicKey().getAlgorithm())
                .isEqualTo("EC");
        assertThat(authority.issueRsa("a").certificate().getPublicKey().getAlgorithm())
                .isEqualTo("RSA");
        assertThatThrownBy(() -> authority.issueExpired("a").certificate().checkValidity())
                .isInstanceOf(CertificateExpiredException.class);
        assertThatThrownBy(() ->
                        parse(Certificates.expiredAuthority("Old CA").caPem()).checkValidity())
                .isInstanceOf(CertificateExpiredException.class);
        Certificates.Leaf self = Certificates.selfSigned("shop.example");
        assertThat(self.certificate().getIssuerX500Principal())
                .isEqualTo(self.certificate().getSubjectX500Principal());
    }

    private static X509Certificate parse(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
