/**
 * Spring Cloud Gateway as a team would run it for the duties of the benchmark: routes, weights and header filters are its
 * own, in YAML written by the harness; what it does not have (request id, JSON access log, a local rate limit) is one
 * filter here, kept cheap so that the comparison is fair to it.
 */
package dev.torii.bench.scg;
