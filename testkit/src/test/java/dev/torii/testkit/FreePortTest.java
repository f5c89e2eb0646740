package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {

    /** Of 12,000: two who do not know of each other would meet thirty times. */
    private static final int MANY = 600;

    /** Tells the ports it was given and keeps them until its input ends. */
    public static void main(String[] arguments) throws IOException {
        for (int i = 0; i < MANY; i++) {
            System.out.println(FreePort.find());
        }
        System.out.flush();
        int unused = System.in.read(); // the end
    }

    @Test
    void twoProcessesAreGivenDifferentOnes() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FreePortTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<Integer> theirs = new HashSet<>();
        try (var lines = other.inputReader()) {
            for (int i = 0; i < MANY; i++) {
                theirs.add(Integer.valueOf(lines.readLine()));
            }
            assertThat(IntStream.range(0, MANY).mapToObj(i -> FreePort.find()).toList())
                    .doesNotHaveDuplicates()
                    .doesNotContainAnyElementsOf(theirs);
        } finally {
            other.destroy();
        }
    }
}
