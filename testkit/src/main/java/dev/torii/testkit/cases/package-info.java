/**
 * Plays the files of {@code src/cases} (whose {@code README.md} describes their language) against whatever serves
 * manifests.
 *
 * <p>Start at {@link dev.torii.testkit.cases.CaseParser}, which reads a file into a
 * {@link dev.torii.testkit.cases.Case}. {@link dev.torii.testkit.cases.ConfigRun} plays its config half against a
 * {@link dev.torii.testkit.cases.CaseCompiler}, {@link dev.torii.testkit.cases.ClusterRun} its cluster half against a
 * {@link dev.torii.testkit.cases.CaseCluster}, {@link dev.torii.testkit.cases.TrafficRun} its traffic half against a
 * {@link dev.torii.testkit.cases.CaseTarget}; a module binds these seams in its tests. The requests are made with
 * clients that share no code with the proxy where that can be had (plain sockets for HTTP/1 and TCP, the JDK for TLS,
 * grpc-java). Nothing here may know a product module.
 */
@NullMarked
package dev.torii.testkit.cases;

import org.jspecify.annotations.NullMarked;
