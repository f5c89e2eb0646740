package dev.torii.config.compile;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What of the Gateway API Torii serves, in the words of its conformance suite; {@code src/cases} shows it. */
final class Features {

    /**
     * Sorted, as {@code GatewayClass.status.supportedFeatures} has to be. Those of the mesh are not said there. Source:
     * {@code gateway-api.md}, section 2.
     */
    static final List<String> SUPPORTED = Stream.of(
                    "Gateway",
                    "ReferenceGrant",
                    "ListenerSet",
                    "GatewayPort8080",
                    "GatewayAddressEmpty",
                    "GatewayInfrastructurePropagation",
                    "GatewayStaticAddresses",
                    "GatewayHTTPListenerIsolation",
                    "GatewayHTTPSListenerDetectMisdirectedRequests",
                    "GatewayBackendClientCertificate",
                    "GatewayFrontendClientCertificateValidation",
                    "GatewayFrontendClientCertificateValidationInsecureFallback",
                    "HTTPRoute",
                    "HTTPRouteDestinationPortMatching",
                    "HTTPRouteBackendRequestHeaderModification",
                    "HTTPRouteQueryParamMatching",
                    "HTTPRouteMethodMatching",
                    "HTTPRouteResponseHeaderModification",
                    "HTTPRoutePortRedirect",
                    "HTTPRouteSchemeRedirect",
                    "HTTPRoutePathRedirect",
                    "HTTPRouteHostRewrite",
                    "HTTPRoutePathRewrite",
                    "HTTPRouteRequestMirror",
                    "HTTPRouteRequestMultipleMirrors",
                    "HTTPRouteRequestPercentageMirror",
                    "HTTPRouteRequestTimeout",
                    "HTTPRouteBackendTimeout",
                    "HTTPRouteParentRefPort",
                    "HTTPRouteBackendProtocolH2C",
                    "HTTPRouteBackendProtocolWebSocket",
                    "HTTPRouteNamedRouteRule",
                    "HTTPRouteCORS",
                    "HTTPRoute303RedirectStatusCode",
                    "HTTPRoute307RedirectStatusCode",
                    "HTTPRoute308RedirectStatusCode",
                    "HTTPRouteRetry",
                    "HTTPRouteRetryBackendTimeout",
                    "HTTPRouteRetryConnectionError",
                    "HTTPRouteBackendURLRewrite",
                    "HTTPRouteBackendRequestRedirect",
                    "GRPCRoute",
                    "GRPCRouteNamedRouteRule",
                    "GRPCRouteRequestHeaderModifier",
                    "TLSRoute",
                    "TLSRouteModeTerminate",
                    "TLSRouteModeMixed",
                    "TCPRoute",
                    "BackendTLSPolicy",
                    "BackendTLSPolicySANValidation")
            .sorted()
            .toList();

    private static final Pattern VERSION = Pattern.compile("v([0-9]{1,4})\\.([0-9]{1,4})\\..*");
    private static final int MAJOR = 1;
    /** The first in which all kinds that we read are served in the version that we read. */
    private static final int LEAST_MINOR = 5;

    private Features() {}

    /** Why CRDs of that version are none that we know, or null. They are read all the same, as well as it goes. */
    static @Nullable Problem unsupportedVersion(String bundleVersion) {
        Matcher matcher = VERSION.matcher(bundleVersion);
        boolean known = matcher.matches()
                && Integer.parseInt(matcher.group(1)) == MAJOR
                && Integer.parseInt(matcher.group(2)) >= LEAST_MINOR;
        return known
                ? null
                : new Problem(
                        "UnsupportedVersion",
                        "the CRDs of the Gateway API are " + bundleVersion + ", made for are v" + MAJOR + "."
                                + LEAST_MINOR + " and later; what can be read is served");
    }
}
