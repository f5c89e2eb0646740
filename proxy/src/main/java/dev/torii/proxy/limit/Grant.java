package dev.torii.proxy.limit;

/**
 * What a bucket says to one request.
 *
 * @param left how many more would be admitted now
 * @param waitNanos when it is refused, until the next is admitted; else 0
 * @param fullNanos until the bucket is full again, when nothing more is taken
 */
public record Grant(Answer answer, long left, long waitNanos, long fullNanos) {

    /** When it cannot be known: the store does not answer, or not in time. */
    public static final Grant UNKNOWN = new Grant(Answer.UNKNOWN, 0, 0, 0);

    public enum Answer {
        ADMITTED,
        REFUSED,
        UNKNOWN
    }

    public static Grant admitted(long left, long fullNanos) {
        return new Grant(Answer.ADMITTED, left, 0, fullNanos);
    }

    public static Grant refused(long waitNanos, long fullNanos) {
        return new Grant(Answer.REFUSED, 0, waitNanos, fullNanos);
    }
}
