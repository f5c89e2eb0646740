package dev.torii.testkit.cases;

import dev.torii.testkit.cases.CaseCompiler.SeenStatus;
import java.util.List;

/** Whatever has objects and writes their statuses: the seam of the cases' cluster half. */
public interface CaseCluster {

    /** Creates an object, or replaces the one of its kind and name. */
    void apply(String manifest);

    void delete(String kind, ObjectName object);

    /**
     * What the status of an object says at the moment, as far as it speaks of the object as it stands.
     *
     * @return with one element for the object, for each listener and for each parent or ancestor
     */
    List<SeenStatus> statuses(String kind, ObjectName object);
}
