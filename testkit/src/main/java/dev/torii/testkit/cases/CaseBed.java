package dev.torii.testkit.cases;

import io.vertx.core.Vertx;

/** All that cases need beside a gateway or sidecar, started once for a whole class of tests. */
public final class CaseBed implements AutoCloseable {

    private final CaseFiles files = CaseFiles.find();
    private final Vertx vertx = Vertx.vertx();
    private final CaseCertificates certificates = new CaseCertificates();
    private final CaseBackends backends = new CaseBackends(vertx, certificates);

    public CaseFiles files() {
        return files;
    }

    Vertx vertx() {
        return vertx;
    }

    CaseBackends backends() {
        return backends;
    }

    /**
     * A way to play cases here: those with requests to Gateways.
     *
     * @param alwaysHttp2 whether to speak HTTP/2 where a case leaves it to HTTP/1
     */
    public TrafficRun.Setting setting(CaseTarget.Factory targets, boolean alwaysHttp2) {
        return new TrafficRun.Setting(files, vertx, certificates, backends, targets, Way.DIRECT, alwaysHttp2);
    }

    /** The same for those with requests from Services, through their sidecars. */
    public TrafficRun.Setting sidecars(CaseTarget.Factory targets, Way way) {
        return new TrafficRun.Setting(files, vertx, certificates, backends, targets, way, false);
    }

    @Override
    public void close() {
        backends.close();
        vertx.close().await();
    }
}
