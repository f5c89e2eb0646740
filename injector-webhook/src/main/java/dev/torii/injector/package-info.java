/**
 * Puts a sidecar into pods: by an admission webhook as they are created, or offline into manifests.
 *
 * <p>Start at {@link dev.torii.injector.Injector}, which is what becomes of one pod; {@code PodSettings} is what its
 * annotations say, {@code Containers} what it gets. {@link dev.torii.injector.Webhook} speaks {@code AdmissionReview} around
 * it, {@link dev.torii.injector.ManifestInjection} reads and writes YAML around it.
 *
 * <p>It may not touch the rest of Torii: what it knows of a sidecar is its command line (DESIGN 5.1) and its ports. Pods
 * stay trees of JSON, so that fields of a newer Kubernetes than ours survive.
 */
@NullMarked
package dev.torii.injector;

import org.jspecify.annotations.NullMarked;
