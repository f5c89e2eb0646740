package dev.torii.config.stream;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Connects to control: to one of the addresses of its name after the other, in no order that all proxies share. What it
 * shows and whom it trusts is read anew each time, because both are replaced while this process lives.
 */
final class Dialer {

    private static final int MOST_OF_TOKEN = 16 * 1024;

    private final ControlAddress control;
    private final Path token;
    private final Path authorities;
    private final Times times;

    /**
     * @param token a file; looked at with TLS only
     * @param authorities a file with certificates in PEM, one of which has signed control's
     */
    Dialer(ControlAddress control, Path token, Path authorities, Times times) {
        this.control = control;
        this.token = token;
        this.authorities = authorities;
        this.times = times;
    }

    /**
     * Opens the stream.
     *
     * @param opening is told of each socket before anything is waited for on it, so that it can be closed
     * @throws IOException with one line that says why that was not possible at any address
     */
    WebSocket open(Consumer<Socket> opening) throws IOException {
        String bearer = control.tls() ? token() : "";
        List<InetAddress> addresses = addresses();
        for (int i = 0; ; i++) {
            InetSocketAddress address = new InetSocketAddress(addresses.get(i), control.port());
            try {
                return open(address, bearer, opening);
            } catch (IOException e) {
                if (i + 1 == addresses.size()) {
                    throw e;
                }
            }
        }
    }

    private List<InetAddress> addresses() throws IOException {
        try {
            List<InetAddress> all = Arrays.asList(InetAddress.getAllByName(control.host()));
            Collections.shuffle(all);
            return all;
        } catch (UnknownHostException e) {
            throw new IOException("no address is known for " + control.host(), e);
        }
    }

    private WebSocket open(InetSocketAddress address, String bearer, Consumer<Socket> opening) throws IOException {
        Socket plain = new Socket();
        opening.accept(plain);
        try {
            plain.setTcpNoDelay(true);
            plain.connect(address, times.connectMillis());
            plain.setSoTimeout(times.answerMillis());
            Socket socket = control.tls() ? encrypted(plain) : plain;
            WebSocket opened = WebSocket.open(
                    socket,
                    plain,
                    control.authority(),
                    Message.PATH,
                    Message.SUBPROTOCOL,
                    bearer,
                    Message.MOST_FROM_CONTROL);
            plain.setSoTimeout(times.deadMillis());
            return opened;
        } catch (SocketTimeoutException e) {
            plain.close();
            throw new IOException("did not answer in time", e);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private Socket encrypted(Socket plain) throws IOException {
        SSLSocket socket =
                (SSLSocket) trusting().getSocketFactory().createSocket(plain, control.host(), control.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private SSLContext trusting() throws IOException {
        try (InputStream file = Files.newInputStream(authorities)) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int count = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                trusted.setCertificateEntry("ca-" + count++, each);
            }
            if (count == 0) {
                throw new IOException(authorities + ": no certificate in it");
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (NoSuchFileException e) {
            throw new IOException(authorities + ": no such file, so control cannot be trusted", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(authorities + ": cannot be used: " + e.getMessage(), e);
        }
    }

    private String token() throws IOException {
        try (InputStream file = Files.newInputStream(token)) {
            byte[] bytes = file.readNBytes(MOST_OF_TOKEN + 1);
            StringBuilder text = new StringBuilder(bytes.length);
            for (byte each : bytes) {
                if (each > ' ' && each < 0x7f) {
                    text.append((char) each);
                } else if (each != '\n' && each != '\r') {
                    throw new IOException(token + ": holds no token");
                }
            }
            if (text.length() == 0 || bytes.length > MOST_OF_TOKEN) {
                throw new IOException(token + ": holds no token");
            }
            return text.toString();
        } catch (NoSuchFileException e) {
            throw new IOException(token + ": no such file, so control cannot know who this is", e);
        }
    }
}
