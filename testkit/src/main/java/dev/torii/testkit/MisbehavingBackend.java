package dev.torii.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A backend that does to each connection what a {@link Behaviour} says, byte for byte; {@link Behaviours} holds the
 * usual sins. It counts connections and requests, so that a test can tell whether a retry or a second connection
 * happened. A behaviour that throws {@link IOException} just ends its connection.
 */
public final class MisbehavingBackend implements Listening {

    /** What happens to one connection; runs on a thread of its own, and the connection is closed when it returns. */
    @FunctionalInterface
    public interface Behaviour {
        void serve(BackendConnection connection) throws IOException;
    }

    private final ServerSocket server;
    private final Behaviour behaviour;
    private final Thread acceptor;
    private final ExecutorService threads = Executors.newCachedThreadPool(MisbehavingBackend::daemon);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Journal<Integer> ended = new Journal<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Journal<Integer> connections = new Journal<>();
    private final Journal<String> requests = new Journal<>();

    private MisbehavingBackend(ServerSocket server, Behaviour behaviour) {
        this.server = server;
        this.behaviour = behaviour;
        this.acceptor = daemon(this::accept);
        acceptor.start();
    }

    public static MisbehavingBackend start(Behaviour behaviour) {
        try {
            return new MisbehavingBackend(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), behaviour);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port() {
        return server.getLocalPort();
    }

    /** Connections accepted so far. */
    public int connections() {
        return connections.all().size();
    }

    /** Connections that are open now. */
    public int openConnections() {
        return open.size();
    }

    /** The heads of all requests read so far. */
    public List<String> requests() {
        return requests.all();
    }

    /** Waits for the n-th connection; false when it does not come within 10 seconds. */
    public boolean awaitConnections(int n) {
        return connections.await(n, c -> true, Duration.ofSeconds(10)).size() >= n;
    }

    /** Waits for the n-th request; false when it does not come within 10 seconds. */
    public boolean awaitRequests(int n) {
        return requests.await(n, r -> true, Duration.ofSeconds(10)).size() >= n;
    }

    /** Waits until every connection accepted so far has ended; false when they do not within 10 seconds. */
    public boolean awaitClosed() {
        int accepted = connections();
        return ended.await(accepted, e -> true, Duration.ofSeconds(10)).size() >= accepted;
    }

    /**
     * Closes the listener, then every connection. The kernel goes on accepting until the thread that waits in
     * {@code accept} has woken, on a busy machine long after {@link ServerSocket#close}: so it is waited for, and a
     * connection that slipped in is closed too. Who connects from now on is refused.
     */
    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
            acceptor.join();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            threads.shutdownNow();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                int number = connections.all().size() + 1;
                connections.add(number);
                threads.execute(() -> serve(socket, number));
            } catch (IOException listenerClosed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            behaviour.serve(new BackendConnection(socket, number, requests, closed));
        } catch (IOException | UncheckedIOException peerGone) {
            // The proxy hung up on us, or the test is over.
        } finally {
            open.remove(socket);
            ended.add(number);
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "misbehaving-backend");
        thread.setDaemon(true);
        return thread;
    }
}
