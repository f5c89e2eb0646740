package dev.torii.proxy.admin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A large page, kept compressed whoever reads it: metrics of thousands of series are many megabytes, and a fiftieth of
 * that compressed.
 *
 * @param plainBytes how long it is when it is not compressed
 */
record RenderedPage(String contentType, byte[] gzip, long plainBytes) {

    /** A page to be written. */
    interface Source {

        /**
         * Writes the page.
         *
         * @return its media type
         * @throws IllegalArgumentException with a sentence for the user, who asked for something that makes no sense
         */
        String writeTo(OutputStream out) throws IOException;
    }

    static RenderedPage of(Source source) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        Counting plain = new Counting(new QuickGzip(compressed));
        String contentType;
        try (plain) {
            contentType = source.writeTo(plain);
        }
        return new RenderedPage(contentType, compressed.toByteArray(), plain.count);
    }

    /** @param compressed whether the reader takes it so */
    long length(boolean compressed) {
        return compressed ? gzip.length : plainBytes;
    }

    InputStream content(boolean compressed) throws IOException {
        InputStream stored = new ByteArrayInputStream(gzip);
        return compressed ? stored : new GZIPInputStream(stored, 4096);
    }

    private static final class QuickGzip extends GZIPOutputStream {
        QuickGzip(OutputStream out) throws IOException {
            super(out, 16 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private static final class Counting extends FilterOutputStream {

        private long count;

        Counting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }
}
