/**
 * An API server for tests: fabric8's mock, or a real kube-apiserver with its etcd when {@code KUBEBUILDER_ASSETS} names the
 * folder of their binaries. Start at {@link dev.torii.testkit.kube.ApiServer}.
 */
@NullMarked
package dev.torii.testkit.kube;

import org.jspecify.annotations.NullMarked;
