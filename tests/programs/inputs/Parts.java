// SPDX-License-Identifier: MIT
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.IntStream;

/** Threads, garbage, direct and mapped buffers, a child process; with an argument, ever more memory. */
public class Parts {
    static long churn(int seed) {
        Map<Integer, byte[]> kept = new HashMap<>();
        long sum = 0;
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            byte[] block = new byte[random.nextInt(2000)];
            kept.put(random.nextInt(500), block);
            sum += block.length;
        }
        return sum;
    }

    static void fill() {
        List<Object> all = new ArrayList<>();
        try {
            while (true) all.add(new byte[1 << 20]);
        } catch (OutOfMemoryError error) {
            int n = all.size();
            all = null;
            System.out.println("OutOfMemoryError after " + (n > 10 ? "many" : "few") + " MiB");
            System.exit(3);
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) fill();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<Long>> parts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int seed = i;
            parts.add(pool.submit(() -> churn(seed)));
        }
        for (Future<Long> part : parts) System.out.println(part.get());
        pool.shutdown();
        System.gc();
        ByteBuffer direct = ByteBuffer.allocateDirect(8 << 20);
        direct.putLong(4096, 42);
        Path file = Files.createTempFile("parts", "");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.map(FileChannel.MapMode.READ_WRITE, 0, 1 << 20).putInt(100, 7);
            System.out.println(channel.map(FileChannel.MapMode.PRIVATE, 0, 1 << 20).getInt(100) + direct.getLong(4096));
        }
        Files.delete(file);
        Process child = new ProcessBuilder("sh", "-c", "cat").redirectInput(Path.of(System.getenv("IN"), "words").toFile()).start();
        System.out.println(child.getInputStream().readAllBytes().length + " " + child.waitFor());
        System.out.println(IntStream.range(0, 2_000_000).parallel().mapToObj(i -> "" + i).mapToLong(String::length).sum());
    }
}
