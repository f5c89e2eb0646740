package dev.torii.cli.stress;

/**
 * What became of one request.
 *
 * @param due when it was to be sent
 * @param nanos from then until its answer was there, whenever it was really sent
 * @param status 0 when there was no answer in time
 * @param reason the header {@code x-torii-reason}, or the failure, or empty
 */
record Answer(long due, long nanos, int status, String reason) {

    boolean isGood() {
        return status == 200;
    }
}
