package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables of the Gateway API conformance tests that are matching and nothing else, under their names. */
class RouteTableConformanceTest {

    @Test
    void httpRouteExactPathMatching() {
        check("""
                B1 <- =/one
                B2 <- =/two
                """, """
                GET /one -> B1
                GET /two -> B2
                GET / -> 404
                GET /one/example -> 404
                GET /two/ -> 404
                GET /Two -> 404
                """);
    }

    @Test
    void httpRouteHeaderMatching() {
        check("""
                B1 <- version:one
                B2 <- version:two
                B1 <- version:two color:orange
                B1 <- color:blue | color:green
                B2 <- color:red | color:yellow
                """, """
                GET / Version:one -> B1
                GET / Version:two -> B2
                GET / Version:two Color:orange -> B1
                GET / Version:two Color:blue -> B2
                GET / Color:orange -> 404
                GET / Some-Other-Header:one -> 404
                GET / Color:blue -> B1
                GET / Color:green -> B1
                GET / Color:red -> B2
                GET / Color:yellow -> B2
                GET / Color:purple -> 404
                """);
    }

    @Test
    void httpRouteMatching() {
        check("""
                B1 <- / | version:one
                B2 <- /v2 | version:two
                """, """
                GET / -> B1
                GET /example -> B1
                GET / Version:one -> B1
                GET /v2 -> B2
                GET /v2/example -> B2
                GET / Version:two -> B2
                GET /v2/ -> B2
                GET /v2example -> B1
                GET /foo/v2/example -> B1
                """);
    }

    @Test
    void httpRouteMatchingAcrossRoutes() {
        List<Rule> rules =
                new ArrayList<>(TestRules.route("part1", 0, "B1 @example.com,example.net <- / | version:one"));
        rules.addAll(TestRules.route("part2", 0, "B2 @example.com <- /v2 | version:two"));
        check(rules, """
                GET example.com/ -> B1
                GET example.com/example -> B1
                GET example.net/example -> B1
                GET example.com/example Version:one -> B1
                GET example.com/v2 -> B2
                GET example.net/v2 -> B1
                GET example.com/v2/example -> B2
                GET example.com/ Version:two -> B2
                """);
    }

    @Test
    void httpRoutePathMatchOrder() {
        check("""
                B1 <- =/match
                B2 <- =/match/exact
                B3 <- =/match/exact/one
                B3 <- /match/
                B1 <- /match/prefix/
                B2 <- /match/prefix/one
                """, """
                GET /match/exact/one -> B3
                GET /match/exact -> B2
                GET /match -> B1
                GET /match/prefix/one/any -> B2
                GET /match/prefix/any -> B1
                GET /match/any -> B3
                """);
    }

    @Test
    void httpRouteMethodMatching() {
        check("""
                B1 <- POST
                B2 <- GET
                B1 <- /path1 GET
                B2 <- version:one PUT
                B3 <- /path2 version:two POST
                B1 <- /path3 PATCH | /path4 version:three DELETE
                B1 <- /path5
                B2 <- PATCH
                B3 <- version:four
                """, """
                POST / -> B1
                GET / -> B2
                HEAD / -> 404
                GET /path1 -> B1
                PUT / version:one -> B2
                POST /path2 version:two -> B3
                PATCH /path3 -> B1
                DELETE /path4 version:three -> B1
                PUT / -> 404
                DELETE /path4 -> 404
                PATCH /path5 -> B1
                PATCH / version:four -> B2
                """);
    }

    @Test
    void httpRouteQueryParamMatching() {
        check("""
                B1 <- ?animal=whale
                B2 <- ?animal=dolphin
                B3 <- ?animal=dolphin ?color=blue | ?ANIMAL=Whale
                B1 <- /path1 ?animal=whale
                B2 <- version:one ?animal=whale
                B3 <- /path2 version:two ?animal=whale
                B1 <- /path3 ?animal=shark | /path4 version:three ?animal=kraken
                B1 <- /path5
                B2 <- ?animal=hydra
                B3 <- version:four
                """, """
                GET /?animal=whale -> B1
                GET /?animal=dolphin -> B2
                GET /?animal=dolphin&color=blue -> B3
                GET /?ANIMAL=Whale -> B3
                GET /?animal=whale&otherparam=irrelevant -> B1
                GET /?animal=dolphin&color=yellow -> B2
                GET /?color=blue -> 404
                GET /?animal=dog -> 404
                GET /?animal=whaledolphin -> 404
                GET / -> 404
                GET /path1?animal=whale -> B1
                GET /?animal=whale version:one -> B2
                GET /path2?animal=whale version:two -> B3
                GET /path3?animal=shark -> B1
                GET /path4?animal=kraken version:three -> B1
                GET /?animal=shark -> 404
                GET /path4?animal=kraken -> 404
                GET /path5?animal=hydra -> B1
                GET /?animal=hydra version:four -> B3
                """);
    }

    @Test
    void grpcExactMethodMatching() {
        String service = "/gateway_api_conformance.echo_basic.grpcecho.GrpcEcho";
        check(
                "v1 <- =" + service + "/Echo\nv2 <- =" + service + "/EchoTwo",
                "POST " + service + "/Echo -> v1\n"
                        + "POST " + service + "/EchoTwo -> v2\n"
                        + "POST " + service + "/EchoThree -> 404");
    }

    /** Section 3.6: service characters count before method characters, so a bare method comes last. */
    @Test
    void grpcPrecedence() {
        check("""
                method <- */Echo
                service <- /pkg.Svc
                both <- =/pkg.Svc/Echo
                """, """
                POST /pkg.Svc/Echo -> both
                POST /pkg.Svc/Other -> service
                POST /pkg.Other/Echo -> method
                POST /pkg.Other/echo -> 404
                POST /pkg/Other/Echo -> 404
                POST //Echo -> 404
                """);
    }

    private static void check(String rules, String cases) {
        check(TestRules.route("route", 0, rules), cases);
    }

    private static void check(List<Rule> rules, String cases) {
        RouteTable table = RouteTable.of(rules);
        for (String line : cases.strip().lines().toList()) {
            String[] sides = line.split(" -> ", -1);
            assertThat(TestRules.winner(table, sides[0])).as(line).isEqualTo(sides[1]);
        }
    }
}
