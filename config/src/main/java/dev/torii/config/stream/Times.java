package dev.torii.config.stream;

/**
 * How long a proxy waits for control, in milliseconds.
 *
 * @param connectMillis for a connection to one address
 * @param answerMillis for each step until the stream is open
 * @param pingMillis after so long a sign of life is asked for
 * @param deadMillis after so long without one, control is given up
 * @param firstPauseMillis before the first try again; each next pause is twice as long
 * @param lastPauseMillis no pause is longer
 * @param patienceMillis with a copy on disk, so long a start waits for control before it serves that
 */
record Times(
        int connectMillis,
        int answerMillis,
        int pingMillis,
        int deadMillis,
        int firstPauseMillis,
        int lastPauseMillis,
        int patienceMillis) {

    static final Times STANDARD = new Times(2_000, 5_000, 10_000, 30_000, 200, 10_000, 2_000);
}
