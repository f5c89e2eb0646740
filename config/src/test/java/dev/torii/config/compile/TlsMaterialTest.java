package dev.torii.config.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TlsMaterialTest {

    /** Whatever a Secret holds, it is read or refused, and nothing else happens. */
    @Test
    void damagedMaterialIsReadOrRefused() throws GeneralSecurityException {
        long seed = Long.getLong("torii.seed", System.nanoTime());
        System.out.println("TlsMaterialTest: -Dtorii.seed=" + seed);
        Random random = new Random(seed);
        Certificates authority = Certificates.authority("ca");
        int refused = 0;
        for (Leaf leaf : List.of(authority.issue("a.example"), authority.issueRsa("b.example"))) {
            for (int round = 0; round < 1_000; round++) {
                String certificate = damaged(leaf.certificatePem(), random, round % 2 == 0 ? 1 : 0);
                String key = damaged(leaf.keyPem(), random, round % 2);
                try {
                    TlsMaterial.keyPair("damaged", certificate, key);
                } catch (GeneralSecurityException expected) {
                    assertThat(expected.getMessage()).as("seed %d", seed).isNotBlank();
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static String damaged(String pem, Random random, int bytes) throws GeneralSecurityException {
        PemBlocks.Block block = PemBlocks.of(pem).get(0);
        byte[] der = block.der();
        for (int i = 0; i < bytes; i++) {
            der[random.nextInt(Math.min(der.length, 400))] ^= (byte) (1 << random.nextInt(8));
        }
        return PemBlocks.write(block.label(), der);
    }

    @Test
    void theFirstCertificateOfAChainIsTheKeysOwn() throws GeneralSecurityException {
        Certificates authority = Certificates.authority("ca");
        Leaf leaf = authority.issue("a.example");
        String chain = "# comments stay out\n" + leaf.certificatePem() + authority.caPem();
        String written = TlsMaterial.keyPair("chain", chain, leaf.keyPem()).certificatePem();
        assertThat(PemBlocks.of(written)).hasSize(2);
        assertThat(written).startsWith("-----BEGIN CERTIFICATE-----").doesNotContain("#");
        assertThatThrownBy(() -> TlsMaterial.keyPair("chain", authority.caPem() + leaf.certificatePem(), leaf.keyPem()))
                .hasMessage("the private key does not belong to the (first) certificate");
    }
}
