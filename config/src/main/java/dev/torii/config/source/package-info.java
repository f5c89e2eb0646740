/**
 * Where manifests come from: text and files. Strict: what is unknown or wrong is a finding at its file, line and column.
 *
 * <p>Start at {@link dev.torii.config.source.ManifestReader}, then {@link dev.torii.config.source.FileSource} for the
 * following of changes. On the way from text to a resource: {@code YamlSyntax} makes {@code Value}s, {@code ObjectReader}
 * finds the kind, and a reader of that kind asks {@code Fields} and {@code Cell}s for what it knows. Nothing here looks at
 * more than one object at a time: what references mean is not known here.
 *
 * <p><b>What goes live.</b> All or nothing: one file that is not YAML, or one object that an API server would refuse,
 * makes the whole read unreadable, and what serves stays as it was. (To take the rest, or an older version of the one
 * object, would mix states that nobody wrote.) References that lead nowhere are no such error: they are the compiler's,
 * and get the answer that the Gateway API prescribes. Kinds that are not served here are skipped with a warning.
 */
@NullMarked
package dev.torii.config.source;

import org.jspecify.annotations.NullMarked;
