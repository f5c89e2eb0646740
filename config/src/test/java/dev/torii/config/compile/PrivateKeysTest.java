package dev.torii.config.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.testkit.Certificates;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The older forms of keys are what stands inside PKCS #8, so they are cut out of keys that the JDK wrote. */
class PrivateKeysTest {

    @Test
    void readsPkcs1() throws GeneralSecurityException {
        String pkcs8 = Certificates.authority("a").issueRsa("a.example").keyPem();
        byte[] der = PemBlocks.of(pkcs8).get(0).der();
        // SEQUENCE (4), version (3), algorithm (15), OCTET STRING (4)
        byte[] pkcs1 = Arrays.copyOfRange(der, 26, der.length);
        PrivateKey key = PrivateKeys.read(PemBlocks.write("RSA PRIVATE KEY", pkcs1));
        assertThat(key).isInstanceOf(RSAPrivateCrtKey.class).isEqualTo(PrivateKeys.read(pkcs8));
    }

    /** Of {@code openssl ecparam -name prime256v1 -genkey}. */
    @Test
    void readsSec1WithItsParametersBefore() throws GeneralSecurityException {
        String certificate = """
                -----BEGIN CERTIFICATE-----
                MIIBbjCCAROgAwIBAgIUeTOEUx0u8innbqzxYLdupd5XupcwCgYIKoZIzj0EAwIw
                DDEKMAgGA1UEAwwBdDAeFw0yNjExMjEyMzAyMjNaFw0zNjExMTgyMzAyMjNaMAwx
                CjAIBgNVBAMMAXQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARbrmAuImqDwSdX
                vLxe7F+JcYQr9U39zC5LRQcyZ1adWLSEpeHPAy/6BTn3uKokMGyWYeFAPm2VM9MH
                rUVg9cGQo1MwUTAdBgNVHQ4EFgQUuIXHW3arcM90NW3Q/O/QoPcyi7cwHwYDVR0j
                BBgwFoAUuIXHW3arcM90NW3Q/O/QoPcyi7cwDwYDVR0TAQH/BAUwAwEB/zAKBggq
                hkjOPQQDAgNJADBGAiEA4IgJSanrFuar5B/sdnakjImhPQlbfIYVCjG5O2TlY+gC
                IQC2pzixxgnWVVu+fj1PpZk1NyjSOKVxPWx6dTkLEYTc7Q==
                -----END CERTIFICATE-----
                """;
        String key = """
                -----BEGIN EC PARAMETERS-----
                BggqhkjOPQMBBw==
                -----END EC PARAMETERS-----
                -----BEGIN EC PRIVATE KEY-----
                MHcCAQEEIC27Thjv/kZKCrXp3z6lOO5enFbAp++w03RIGXSs0NZeoAoGCCqGSM49
                AwEHoUQDQgAEW65gLiJqg8EnV7y8XuxfiXGEK/VN/cwuS0UHMmdWnVi0hKXhzwMv
                +gU597iqJDBslmHhQD5tlTPTB61FYPXBkA==
                -----END EC PRIVATE KEY-----
                """;
        assertThat(PrivateKeys.read(key)).isInstanceOf(ECPrivateKey.class);
        assertThat(TlsMaterial.keyPair("made by openssl", certificate, key).keyPem())
                .startsWith("-----BEGIN PRIVATE KEY-----");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no pem",
                "-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMIL/\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\n\n-----END EC PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            })
    void refusesWhatIsNoKey(String pem) {
        assertThatThrownBy(() -> PrivateKeys.read(pem)).isInstanceOf(GeneralSecurityException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
            })
    void saysThatAKeyIsEncrypted(String pem) {
        assertThatThrownBy(() -> PrivateKeys.read(pem)).hasMessageContaining("encrypted");
    }
}
