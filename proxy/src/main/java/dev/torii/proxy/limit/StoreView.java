package dev.torii.proxy.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A store that limits are shared by, as one proxy has seen it so far.
 *
 * @param name {@code host:port/database}
 * @param up whether it is asked at all
 * @param errors questions that it refused, or that were lost with the connection
 * @param timeouts questions not answered in time
 * @param unasked questions not asked, because it was down or too many were under way
 * @param granted permits that it gave
 * @param lost permits of these that nobody used in time
 * @param answerNanos how long all answers took together
 * @param boundsMs of {@code answers}: those that took at most that long, each counted once; the last count is of the slower ones
 */
public record StoreView(
        String name,
        boolean up,
        long errors,
        long timeouts,
        long unasked,
        long granted,
        long lost,
        long answerNanos,
        List<Integer> boundsMs,
        List<Long> answers) {

    public StoreView {
        boundsMs = List.copyOf(boundsMs);
        answers = List.copyOf(answers);
    }

    /** Those of a name as one: several users of one Redis, or several data planes of one process. */
    public static List<StoreView> merged(List<StoreView> views) {
        Map<String, StoreView> byName = new TreeMap<>();
        views.forEach(view -> byName.merge(view.name(), view, StoreView::plus));
        return List.copyOf(byName.values());
    }

    private StoreView plus(StoreView other) {
        List<Long> sums = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            sums.add(answers.get(i) + other.answers.get(i));
        }
        return new StoreView(
                name,
                up && other.up,
                errors + other.errors,
                timeouts + other.timeouts,
                unasked + other.unasked,
                granted + other.granted,
                lost + other.lost,
                answerNanos + other.answerNanos,
                boundsMs,
                sums);
    }
}
