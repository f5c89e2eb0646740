package dev.torii.sidecar.capture;

import java.util.function.Function;

/** Capture options for tests: the command's defaults, and changes to them in the command's own words. */
final class Sample {

    private CaptureOptions.Inbound inbound = new CaptureOptions.Inbound(Subset.everything(), Subset.nothing());
    private Subset<PortRange> onlyPorts = Subset.everything();
    private Subset<PortRange> exceptPorts = Subset.nothing();
    private Subset<Cidr> onlyAddresses = Subset.everything();
    private Subset<Cidr> exceptAddresses = Subset.nothing();
    private Subset<Long> exceptUids = Subset.nothing();
    private Subset<Long> exceptGids = Subset.nothing();
    private boolean tcpDns;

    static CaptureOptions defaults() {
        return new Sample().options();
    }

    Sample inbound(String only, String except) {
        inbound = new CaptureOptions.Inbound(ports(only), ports(except));
        return this;
    }

    Sample outboundPorts(String only, String except) {
        onlyPorts = ports(only);
        exceptPorts = ports(except);
        return this;
    }

    Sample outboundCidrs(String only, String except) {
        onlyAddresses = Subset.parse(only, Cidr::parse);
        exceptAddresses = Subset.parse(except, Cidr::parse);
        return this;
    }

    Sample except(String uids, String gids) {
        Function<String, Long> id = CaptureOptions::parseId;
        exceptUids = Subset.parse(uids, id);
        exceptGids = Subset.parse(gids, id);
        return this;
    }

    Sample tcpDns() {
        tcpDns = true;
        return this;
    }

    CaptureOptions options() {
        CaptureOptions.Outbound outbound = new CaptureOptions.Outbound(
                onlyPorts, exceptPorts, onlyAddresses, exceptAddresses, exceptUids, exceptGids);
        return new CaptureOptions(15006, 15001, 15000, 1337, 1338, tcpDns, inbound, outbound);
    }

    private static Subset<PortRange> ports(String text) {
        return Subset.parse(text, PortRange::parse);
    }
}
