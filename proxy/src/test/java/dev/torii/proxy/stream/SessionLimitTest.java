package dev.torii.proxy.stream;

import static dev.torii.proxy.stream.TestStreams.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.proxy.http.Checkpoints;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.http.Worker;
import dev.torii.proxy.limit.RateLimits;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Listening;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TcpEchoServer;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An entrance takes so many connections and no more; whoever leaves makes room. */
class SessionLimitTest {

    private static final int LIMIT = 2;

    private final TestStreams streams = new TestStreams();
    private final BlockingQueue<ExchangeRecord> records = new LinkedBlockingQueue<>();
    private final AtomicReference<StreamEntrance> entrance = new AtomicReference<>();

    @AfterEach
    void close() {
        TestProxy.await(entrance.get().shutdown(Duration.ZERO));
        streams.close();
    }

    /** A second entrance to what the data plane serves, with a limit that a test can reach. */
    private int open() {
        int port = FreePort.find();
        Future<Integer> listening = TestProxy.await(streams.plane().ask(worker -> listen(worker, port)))
                .get(0);
        return TestProxy.await(listening);
    }

    private Future<Integer> listen(Worker worker, int port) {
        Plan plan = Plan.of(
                streams.plane().snapshot(),
                1,
                new Checkpoints(new RateLimits(
                        limit -> {
                            throw new AssertionError("nothing is shared here");
                        },
                        System::nanoTime)));
        StreamContext context = new StreamContext(
                (ContextInternal) streams.vertx().getOrCreateContext(),
                "gateway",
                () -> plan,
                worker.upstreams(),
                records::add);
        entrance.set(new StreamEntrance(streams.vertx(), context, TestStreams.PORT, null, null, LIMIT));
        return entrance.get().listen(Listening.HOST, port);
    }

    private ExchangeRecord record() throws InterruptedException {
        ExchangeRecord record = records.poll(10, TimeUnit.SECONDS);
        assertThat(record).as("a session that ended").isNotNull();
        return record;
    }

    private static RawHttp greeted(int port) {
        RawHttp client = RawHttp.connect(port);
        assertThat(client.readUntil("\n")).isEqualTo(TcpEchoServer.GREETING + "\n");
        return client;
    }

    @Test
    void oneTooManyIsClosedAndToldAndNobodyElseNotices() throws Exception {
        TcpEchoServer backend = TcpEchoServer.start(streams.vertx(), Pod.of("b"));
        streams.cluster("b", backend.port()).tcp(to("b")).apply();
        int port = open();
        RawHttp second = greeted(port);
        try (RawHttp first = greeted(port)) {
            for (int i = 0; i < 3; i++) {
                try (RawHttp tooMany = RawHttp.connect(port)) {
                    assertThat(tooMany.closedWithin(Duration.ofSeconds(10))).isTrue();
                }
                ExchangeRecord refused = record();
                assertThat(refused.fault()).isEqualTo(Fault.UO);
                assertThat(refused.detail()).isEqualTo("connection_limit");
            }
            assertThat(first.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");

            second.close();
            assertThat(record().fault()).isNull();
            TestProxy.eventually("sessions", () -> entrance.get().sessions(), 1);
            try (RawHttp next = greeted(port)) {
                assertThat(next.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
            }
        }
        TestProxy.eventually("sessions", () -> entrance.get().sessions(), 0);
    }
}
