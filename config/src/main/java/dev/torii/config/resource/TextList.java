package dev.torii.config.resource;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Short texts in the space of one, for lists of which there are many and few are read. Immutable. */
final class TextList extends AbstractList<String> {

    private static final char END = '\n';

    private final String texts;
    private final int size;

    private TextList(String texts, int size) {
        this.texts = texts;
        this.size = size;
    }

    /** @param list of texts of one line each */
    static List<String> copyOf(Collection<String> list) {
        if (list instanceof TextList same) {
            return same;
        }
        StringBuilder texts = new StringBuilder();
        for (String text : list) {
            if (text.indexOf(END) >= 0) {
                throw new IllegalArgumentException("more than one line");
            }
            texts.append(text).append(END);
        }
        return new TextList(texts.toString(), list.size());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String get(int index) {
        return unpacked().get(index);
    }

    @Override
    public Iterator<String> iterator() {
        return unpacked().iterator();
    }

    private List<String> unpacked() {
        List<String> all = new ArrayList<>(size);
        for (int from = 0; from < texts.length(); ) {
            int end = texts.indexOf(END, from);
            all.add(texts.substring(from, end));
            from = end + 1;
        }
        return List.copyOf(all);
    }
}
