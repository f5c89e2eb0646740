package dev.torii.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.DataPlane;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.HostPattern;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Port;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Target;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TcpEchoServer;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamSmokeTest {

    private final Vertx vertx = Vertx.vertx();
    private final TcpEchoServer echo = TcpEchoServer.start(vertx, Pod.of("tcp"));
    private final BlockingQueue<ExchangeRecord> records = new LinkedBlockingQueue<>();
    private final DataPlane plane = TestProxy.await(
            DataPlane.start(vertx, new DataPlane.Options("gateway", 1, "127.0.0.1", port -> 0, records::add)));

    @AfterEach
    void close() {
        TestProxy.await(plane.close());
        echo.close();
        TestProxy.await(vertx.close());
    }

    @Test
    void bytesGoAcrossBothWaysAndAreCounted() throws InterruptedException {
        StreamRoute route = new StreamRoute(
                new RouteId(RouteId.Kind.TCP, "default", "tcp", 0),
                "default/tcp/0",
                List.of(HostPattern.ANY),
                List.of(new Backend(1, new Target.ToCluster("c"), List.of())));
        Listener listener = new Listener(
                "default/gw/tcp",
                Listener.Protocol.TCP,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.DEFAULT,
                RouteTable.EMPTY,
                StreamTable.of(List.of(route)));
        Cluster cluster = new Cluster(
                "c",
                "default/tcp",
                Cluster.Protocol.AUTO,
                List.of(new Endpoint("127.0.0.1", echo.port())),
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                null,
                null);
        TestProxy.await(plane.apply(
                new Snapshot("v1", List.of(new Port(9000, Port.Wire.TCP, List.of(listener))), Map.of("c", cluster))));
        try (RawHttp client = RawHttp.connect(plane.boundPort(9000))) {
            assertThat(client.readUntil("\n")).contains(TcpEchoServer.GREETING);
            assertThat(client.send("PING\n").readUntil("\n")).contains("PONG");
            assertThat(client.send("IS_TLS\n").readUntil("\n")).contains("false");
        }
        ExchangeRecord record = records.poll(10, TimeUnit.SECONDS);
        assertThat(record).isNotNull();
        assertThat(record.protocol()).isEqualTo("TCP");
        assertThat(record.bytesIn()).isEqualTo(12);
        assertThat(record.service()).isEqualTo("default/tcp");
    }
}
