package dev.torii.config.stream;

import dev.torii.config.resource.Service;
import dev.torii.config.source.Read;
import dev.torii.config.source.Source;
import dev.torii.config.source.Source.Taken;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Put;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A proxy of which only the following is real: it keeps what it is given. */
final class Follower implements AutoCloseable {

    static final Hello SIDECAR = new Hello(
            Message.PROTOCOL, Message.Role.SIDECAR, "0.1.0", "shop/web-1", "", "", List.of(8080), List.of(), "");
    /** Short pauses; what is not to pass within a test is long. */
    static final Times TIMES = new Times(2_000, 5_000, 10_000, 30_000, 20, 200, 60_000);

    final BlockingQueue<Read> reads = new LinkedBlockingQueue<>();
    /** By which places are forgotten; stands still by itself. */
    final AtomicLong clock = new AtomicLong();

    final StreamSource source;
    private final AtomicInteger taken = new AtomicInteger();
    private final Source.Following following;
    volatile List<String> problems = List.of();

    Follower(ControlAddress control, Path folder, @Nullable Path state, Times times) {
        source = new StreamSource(
                new StreamSource.Settings(control, SIDECAR, folder.resolve("token"), folder.resolve("ca.crt"), state),
                times,
                clock::get);
        following = source.follow(this::take);
    }

    private Taken take(Read read) {
        reads.add(read);
        return new Taken("snapshot-" + taken.incrementAndGet(), problems);
    }

    /** The names of the Services of what goes live next. */
    List<String> next() throws InterruptedException {
        return services(FakeControl.taken(reads, "something that goes live"));
    }

    static List<String> services(Read read) {
        return read.resources().all(Service.class).stream().map(Service::name).toList();
    }

    static Put service(String name, int port) {
        return new Put("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"namespace\":\"shop\",\"name\":\""
                + name + "\"},\"spec\":{\"ports\":[{\"name\":\"http\",\"port\":" + port + "}]}}");
    }

    @Override
    public void close() {
        following.close();
    }
}
