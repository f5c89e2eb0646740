package dev.torii.cli.mesh;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.cli.mesh.MeshPods.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The other protocols that a mesh carries, through the kernel and a sidecar on both sides: web calls {@link ChatApp} by its
 * cluster address.
 */
@ExtendWith(SharedMesh.class)
@Timeout(180)
final class MeshProtocolsTest {

    private static final String CHAT = "10.96.0.50";
    /** How the kernel shows a connection that is established and came in at 127.0.0.1:15001, of a socket of either family. */
    private static final Pattern CAPTURED = Pattern.compile("0100007F:3A99 [0-9A-F]+:[0-9A-F]{4} 01 ");

    private final MeshPods mesh;

    MeshProtocolsTest(MeshPods mesh) {
        this.mesh = mesh;
    }

    private static String header(String answer, String name) {
        String start = name + ": ";
        return answer.lines()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError(answer))
                .substring(start.length());
    }

    private String bothLogged(String... parts) {
        return mesh.web.logged(parts) + "\n" + mesh.chat.logged(parts);
    }

    @Test
    void http2InClearStaysHttp2() {
        String answer = mesh.curl(mesh.web.host, "-i", "--http2-prior-knowledge", "http://" + CHAT + ":81/two");

        assertThat(answer).contains("HTTP/2 200", "\"pod\":\"chat\"", "\"proto\":\"HTTP/2");
        String id = header(answer, "x-request-id");
        assertThat(answer).as("the app has it too").containsIgnoringCase("\"x-request-id\":[\"" + id + "\"]");
        for (Pod pod : new Pod[] {mesh.web, mesh.chat}) {
            assertThat(pod.logged(id)).contains("\"protocol\":\"HTTP/2\"", "\"status\":200");
        }
    }

    @Test
    void grpcCallsOfEachShapePass() {
        String said = mesh.run(mesh.web.host, ChatClient.class, "grpc", CHAT, "82");

        assertThat(said.lines())
                .contains(
                        "unary OK",
                        "trailer kept",
                        "sum 499500",
                        "heard one two three end",
                        "refused FAILED_PRECONDITION not so");
        String id =
                said.lines().filter(line -> line.startsWith("id ")).findFirst().orElseThrow();
        assertThat(bothLogged(id.substring("id ".length()))).contains("/Echo\"", "\"grpc_status\":0");
        for (Pod pod : new Pod[] {mesh.web, mesh.chat}) {
            assertThat(pod.logged("/Chat\"")).contains("\"protocol\":\"HTTP/2\"", "\"grpc_status\":0");
            assertThat(pod.logged("/Fail\"")).contains("\"status\":200", "\"grpc_status\":9");
        }
    }

    @Test
    void aWebSocketIsOpenedAndClosedByItsEnds() {
        String said = mesh.run(mesh.web.host, ChatClient.class, "websocket", CHAT, "80");

        assertThat(said.lines()).containsExactly("same true", "same true", "same true", "closed 1000");
        for (Pod pod : new Pod[] {mesh.web, mesh.chat}) {
            assertThat(pod.logged("\"request_id\":\"websocket-1\"")).contains("\"status\":101", "\"path\":\"/ws\"");
        }
    }

    @Test
    void whoHasSaidAllStillHearsTheAnswer() {
        for (String port : new String[] {"7000", "7001"}) {
            for (String bytes : new String[] {"300000", "5", "0"}) {
                String said = mesh.run(mesh.web.host, ChatClient.class, "listener", CHAT, port, bytes);

                assertThat(said).as(bytes + " bytes to port " + port).isEqualTo("heard " + bytes + " bytes");
            }
            for (Pod pod : new Pod[] {mesh.web, mesh.chat}) {
                assertThat(pod.logged("\"endpoint\":\"", ":" + port + "\"", "\"bytes_in\":300000"))
                        .contains("\"protocol\":\"TCP\"");
            }
        }
    }

    @Test
    void aCallBeforeTheFirstConfigurationIsServedWhenThatComes() throws Exception {
        Path config = Files.createDirectory(mesh.home.resolve("late"));
        Path shop = serveLate(config, "kind: [");
        mesh.late.start(config, "late", "late");
        MeshPods.until("it is there", () -> mesh.late.admin("/live").contains("status 200"));
        CompletableFuture<String> early = CompletableFuture.supplyAsync(
                () -> mesh.curl(mesh.late.host, "-H", "x-request-id: early", "http://" + CHAT + "/early"));
        MeshPods.until(
                "it is called",
                () -> CAPTURED.matcher(mesh.late.kernelKnows("net/tcp") + mesh.late.kernelKnows("net/tcp6"))
                        .find());
        assertThat(mesh.late.admin("/ready")).contains("status 503");
        assertThat(early).isNotDone();

        Files.move(Files.copy(mesh.home.resolve("shop.yaml"), mesh.home.resolve("late.new")), shop, ATOMIC_MOVE);

        assertThat(early.get(1, TimeUnit.MINUTES)).contains("status 200", "\"pod\":\"chat\"");
        assertThat(mesh.late.logged("\"request_id\":\"early\"")).contains("\"status\":200");
        assertThat(mesh.late.admin("/ready")).contains("status 200");
    }

    private static Path serveLate(Path folder, String text) throws IOException {
        return Files.writeString(folder.resolve("shop.yaml"), text);
    }
}
