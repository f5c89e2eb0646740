package dev.torii.testkit;

/**
 * What a TLS backend presents, PEM, and whether it asks its clients for a certificate. It takes any certificate and
 * reports it: judging is the test's affair.
 */
public record ServerTls(String certificatePem, String keyPem, boolean asksForClientCertificate) {

    /** Asks for nothing. */
    public static ServerTls of(String certificatePem, String keyPem) {
        return new ServerTls(certificatePem, keyPem, false);
    }
}
