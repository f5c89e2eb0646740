package dev.torii.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That no test of the suite got lost: each is a case, or the README says why not. */
class CaseIndexTest {

    private static final int TESTS_OF_THE_SUITE = 162;
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");

    @Test
    void everyTestIsACaseOrLeftOutForAReason() throws IOException {
        List<Case> cases = CaseFiles.find().all("*");
        Set<String> names = new TreeSet<>();
        cases.stream().map(Case::name).filter(name -> !name.startsWith("Torii")).forEach(names::add); // ours are extra
        Set<String> leftOut = leftOut(cases.get(0).file().resolveSibling("README.md"));
        assertThat(names).doesNotContainAnyElementsOf(leftOut);
        assertThat(names.size() + leftOut.size()).isEqualTo(TESTS_OF_THE_SUITE);
    }

    private static Set<String> leftOut(Path readme) throws IOException {
        Set<String> names = new TreeSet<>();
        List<String> lines = Files.readAllLines(readme);
        for (String line : lines.subList(lines.indexOf("## Left out, and why"), lines.size())) {
            String[] cells = line.split("\\|");
            Matcher name = NAME.matcher(cells.length == 4 ? cells[2] : "");
            while (name.find()) {
                names.add(name.group(1));
            }
        }
        return names;
    }
}
