package dev.torii.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds a port that nobody listens on and that stays free until the one it was found for takes it. Binding port 0 does
 * not do: the kernel gives such a port to the next outgoing connection as readily, and sockets that share their port
 * (SO_REUSEPORT) may be given one that is taken. So these come from below the ports the kernel gives away by itself (on
 * Linux from 32768), and none is given twice, neither by one JVM nor by two that live at the same time: tests run side by
 * side, and many want a port that nobody listens on until they end. Each holds a lock on the byte of a common file whose
 * place is the port; the system takes it back when the process ends, however it does.
 */
public final class FreePort {

    private static final int FIRST = 20_000;
    private static final int END = 32_000;
    private static final int TRIES = 1_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();
    private static final FileChannel LOCKS = openLocks();

    private FreePort() {}

    /** A free port of 127.0.0.1. */
    public static int find() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            // Whether it is free can only be asked by taking it: not from one whose it is.
            if (GIVEN.add(port) && isOurs(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port among " + FIRST + " to " + END);
    }

    private static FileChannel openLocks() {
        String name = "torii-ports-" + System.getProperty("user.name");
        try {
            return FileChannel.open(
                    Path.of(System.getProperty("java.io.tmpdir"), name),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether no other JVM has been given it; from now on none is. */
    private static boolean isOurs(int port) {
        try {
            return LOCKS.tryLock(port, 1, false) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether all addresses have it free. */
    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress((InetAddress) null, port), 1);
            return true;
        } catch (BindException taken) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
