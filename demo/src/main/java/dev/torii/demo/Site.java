package dev.torii.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where the pods of the shop are, and with that how their processes are started and reached. */
interface Site {

    /** What {@link #maker} prints when the place is made. */
    String MADE = "made";

    /**
     * The command that makes the place, says so by the line {@link #MADE}, and takes it away when it is told to end. When it
     * cannot, it ends, and its last line says why. Empty when nothing has to be made.
     */
    List<String> maker();

    /** The ports of this machine that the pods need, with what opens each. */
    Map<Integer, String> ports();

    /** The manifests for the gateway, of which those in the folder may be edited. */
    List<String> config(Path folder);

    /** Starts the service, which knows nothing of Torii. */
    List<String> app(Pod pod);

    /** @param folder as for {@link #config} */
    List<String> sidecar(Pod pod, Path folder);

    /** Host and port where what is for the pod's service comes in, seen from this machine. */
    String inbound(Pod pod);

    /** Host and port of the sidecar's admin pages, seen from this machine. */
    String admin(Pod pod);

    /** An address of this machine that the pods reach. */
    String machine();

    /** What else to try here, in lines for people. */
    String toTry();

    /** Tries what only this place has. */
    void tour(Checks checks, LogTail log);
}
