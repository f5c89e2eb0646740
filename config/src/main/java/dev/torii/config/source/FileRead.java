package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Position;
import dev.torii.config.Wording;
import dev.torii.config.resource.Resource;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.List;

/**
 * What came of one text or file.
 *
 * @param bytes how long it was; 0 also when it could not be read
 */
record FileRead(List<Resource> resources, List<Finding> findings, int bytes) {

    static final int MAX_BYTES = 8 * 1024 * 1024;

    FileRead {
        resources = List.copyOf(resources);
        findings = List.copyOf(findings);
    }

    /** Reads the objects of a text. */
    static FileRead of(String name, String text, int bytes) {
        List<Finding> findings = new ArrayList<>();
        List<Resource> resources = new ArrayList<>();
        ObjectReader objects = new ObjectReader(name, findings::add, resources::add);
        YamlSyntax.documents(name, text, findings::add).forEach(objects::read);
        return new FileRead(resources, findings, bytes);
    }

    /** Reads the objects of a file's content. */
    static FileRead of(Path file, byte[] content) {
        String name = Wording.position(file).file();
        if (content.length > MAX_BYTES) {
            return failed(Wording.position(file), "FileTooLarge", "larger than 8 MiB");
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer text = CharBuffer.allocate(content.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(content), text, true);
        text.flip();
        if (result.isError()) {
            Position position = Wording.position(name, text.toString(), text.length());
            return failed(position, "InvalidSyntax", "not UTF-8 text");
        }
        return of(name, withoutByteOrderMark(text), content.length);
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
        return new FileRead(List.of(), List.of(Finding.error(position, reason, message, "")), 0);
    }

    private static String withoutByteOrderMark(CharBuffer text) {
        boolean marked = text.length() > 0 && text.charAt(0) == '\uFEFF';
        return (marked ? text.subSequence(1, text.length()) : text).toString();
    }
}
