package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import dev.torii.config.Wording;
import dev.torii.config.resource.Resource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What came of one text or file.
 *
 * @param texts the manifest of each resource as {@link Document} has it; empty when nobody asked for them
 * @param bytes how long it was; 0 also when it could not be read
 */
record FileRead(List<Resource> resources, List<String> texts, List<Finding> findings, int bytes) {

    /** Whether those who read after us will ask for the manifests. */
    enum Keep {
        RESOURCES,
        RESOURCES_AND_TEXTS
    }

    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    static final int MAX_BYTES = 8 * 1024 * 1024;

    FileRead {
        resources = List.copyOf(resources);
        texts = List.copyOf(texts);
        findings = List.copyOf(findings);
    }

    /** Reads the objects of a text. */
    static FileRead of(String name, String text) {
        return of(name, Keep.RESOURCES, new StringReader(text), () -> text, text.length());
    }

    /** Document by document: what is made of one is small beside what is needed to make it. */
    private static FileRead of(String name, Keep keep, Reader text, Supplier<String> again, int bytes) {
        List<Finding> findings = new ArrayList<>();
        List<Resource> resources = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        ObjectReader objects = new ObjectReader(Origin.text(name), findings::add, (resource, kind, document) -> {
            resources.add(resource);
            if (keep == Keep.RESOURCES_AND_TEXTS) {
                texts.add(JsonText.of(kind, document));
            }
        });
        YamlSyntax.documents(name, text, again, findings::add, objects::read);
        return new FileRead(resources, texts, findings, bytes);
    }

    /** Reads the objects of a file's content. */
    static FileRead of(Path file, byte[] content, Keep keep) {
        String name = Wording.position(file).file();
        if (content.length > MAX_BYTES) {
            return failed(Wording.position(file), "FileTooLarge", "larger than 8 MiB");
        }
        String before = beforeWhatIsNoText(content);
        if (before != null) {
            return failed(Wording.position(name, before, before.length()), "InvalidSyntax", "not UTF-8 text");
        }
        int start = content.length >= MARK.length && Arrays.equals(content, 0, MARK.length, MARK, 0, MARK.length)
                ? MARK.length
                : 0;
        int length = content.length - start;
        Reader text = new InputStreamReader(new ByteArrayInputStream(content, start, length), StandardCharsets.UTF_8);
        return of(name, keep, text, () -> new String(content, start, length, StandardCharsets.UTF_8), content.length);
    }

    /** What precedes the first bytes that are not UTF-8; null when all are. Makes a text only to tell. */
    private static @Nullable String beforeWhatIsNoText(byte[] content) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer some = CharBuffer.allocate(4096);
        CoderResult result = decoder.decode(bytes, some, true);
        while (result.isOverflow()) {
            some.clear();
            result = decoder.decode(bytes, some, true);
        }
        return result.isError() ? new String(content, 0, bytes.position(), StandardCharsets.UTF_8) : null;
    }

    /** The content of a file, cut one byte behind what is allowed. */
    static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        }
    }

    /** What came of a file that could not be read. */
    static FileRead failed(Path file, IOException e) {
        return e instanceof NoSuchFileException
                ? failed(Wording.position(file), "FileNotFound", "no such file or folder")
                : failed(Wording.position(file), "UnreadableFile", "cannot be read: " + Scan.cause(e));
    }

    private static FileRead failed(Position position, String reason, String message) {
        return new FileRead(List.of(), List.of(), List.of(Finding.error(position, reason, message, "")), 0);
    }
}
