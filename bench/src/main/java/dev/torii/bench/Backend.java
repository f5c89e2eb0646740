package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The nginx that every proxy forwards to, and the certificate that they all present. */
final class Backend {

    private Backend() {}

    static Running start(Site site) throws IOException {
        Path folder = Files.createDirectories(site.dir().resolve("backend"));
        Files.createDirectories(folder.resolve("tmp"));
        Path config = site.write(
                "backend.conf", folder, new Ports(0, 0, 0), Map.of("body", Traffic.BODY, "hit", Traffic.HIT));
        return Running.start(
                List.of("nginx", "-p", folder.toString(), "-c", config.toString()),
                Map.of(),
                folder.resolve("out"),
                folder.resolve("errors"));
    }

    /** A self-signed certificate on P-256, so that handshakes stay small beside the requests. */
    static void makeCertificate(Site site) throws IOException, InterruptedException {
        Tool.run(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=" + Traffic.HOST,
                "-addext",
                "subjectAltName=DNS:" + Traffic.HOST,
                "-keyout",
                site.key().toString(),
                "-out",
                site.certificate().toString()));
        Files.writeString(site.both(), Files.readString(site.certificate()) + Files.readString(site.key()));
    }
}
