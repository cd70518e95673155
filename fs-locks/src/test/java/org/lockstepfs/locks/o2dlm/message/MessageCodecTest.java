package org.lockstepfs.locks.o2dlm.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.NodeMap;
import org.lockstepfs.locks.o2dlm.ResName;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;

/** Byte for byte against the kernel's structures; and what a hostile peer may send. */
class MessageCodecTest {
  private static final ResName NAME = ResName.of("M0000000000000abcd");
  private static final long COOKIE = 0x0300000000000007L;
  private static final Map<String, byte[]> VECTORS = vectors();

  private static byte[] lvb() {
    byte[] lvb = new byte[64];
    for (int i = 0; i < 64; i++) {
      lvb[i] = (byte) (i + 1);
    }
    return lvb;
  }

  private static Map<String, Message> messages() {
    Map<String, Message> all = new LinkedHashMap<>();
    all.put("MASTER_REQUEST", new MasterRequest(3, NAME));
    all.put("ASSERT_MASTER", new AssertMaster(3, NAME, 5));
    all.put("CREATE_LOCK", new CreateLock(COOKIE, 0x40000300, 3, LockMode.EX, NAME));
    all.put("CONVERT_LOCK", new ConvertLock(COOKIE, 0x20000500, 3, LockMode.NL, NAME, lvb()));
    all.put("PROXY_AST", new ProxyAst(COOKIE, 0x40000000, 200, false, LockMode.NL, NAME, lvb()));
    all.put("PROXY_BAST", new ProxyAst(COOKIE, 0, 200, true, LockMode.EX, NAME, null));
    all.put("UNLOCK_LOCK", new UnlockLock(COOKIE, 0x2000, 3, NAME, null));
    all.put("DEREF_LOCKRES", new DerefLockres(3, NAME));
    all.put("DEREF_LOCKRES_DONE", new DerefLockresDone(3, NAME));
    all.put("MIGRATE_REQUEST", new MigrateRequest(3, 4, NAME));
    all.put("MIG_LOCKRES", new MigLockres(3, 6, 2, 9, NAME, lvb(), migratedLocks()));
    all.put("QUERY_JOIN", new QueryJoin(3, 1, 3, 1, 2, "uuid", NodeMap.of(1, 3, 254)));
    all.put("ASSERT_JOINED", new AssertJoined(3, "uuid"));
    all.put("CANCEL_JOIN", new CancelJoin(3, "uuid"));
    all.put("EXIT_DOMAIN", new ExitDomain(3));
    all.put("BEGIN_EXIT_DOMAIN", new BeginExitDomain(3));
    all.put("MASTER_REQUERY", new MasterRequery(3, NAME));
    all.put("LOCK_REQUEST", new LockRequest(3, 4));
    all.put("RECO_DATA_DONE", new RecoDataDone(3, 4));
    all.put("BEGIN_RECO", new BeginReco(3, 4));
    all.put("FINALIZE_RECO", new FinalizeReco(3, 4, true));
    all.put(
        "QUERY_REGION",
        new QueryRegion(3, "uuid", List.of("0123456789ABCDEF0123456789ABCDEF", "short")));
    all.put(
        "QUERY_NODEINFO",
        new QueryNodeinfo(
            3,
            "uuid",
            List.of(new NodeInfo(3, 7777, 0x7f000001), new NodeInfo(4, 7787, 0x0a000002))));
    return all;
  }

  private static List<MigratableLock> migratedLocks() {
    return List.of(
        new MigratableLock(
            0x0400000000000001L, QueueIndex.CONVERTING, 4, LockMode.PR, LockMode.EX, null, 4),
        new MigratableLock(0x0500000000000002L, QueueIndex.BLOCKED, 0, LockMode.EX, null, null, 5));
  }

  static Stream<Map.Entry<String, Message>> entries() {
    return messages().entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void encodesAsTheKernelsStructureLies(Map.Entry<String, Message> entry) {
    byte[] expected = VECTORS.get(entry.getKey());
    assertThat(entry.getValue().length()).isEqualTo(expected.length);
    assertThat(HexFormat.of().formatHex(encode(entry.getValue())))
        .isEqualTo(HexFormat.of().formatHex(expected));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void decodesWhatTheKernelWrites(Map.Entry<String, Message> entry) throws IOException {
    byte[] wire = VECTORS.get(entry.getKey());
    int type = entry.getValue().type();
    assertThat(MessageType.of(type).name().replace("PROXY_AST", "PROXY"))
        .isEqualTo(entry.getKey().replaceAll("PROXY_B?AST", "PROXY"));
    Message decoded = MessageCodec.decode(type, ByteBuffer.wrap(wire));
    assertThat(decoded).usingRecursiveComparison().isEqualTo(entry.getValue());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void refusesWhatIsCutOff(Map.Entry<String, Message> entry) {
    byte[] wire = VECTORS.get(entry.getKey());
    ByteBuffer cut = ByteBuffer.wrap(wire, 0, wire.length - 1);
    assertThatThrownBy(() -> MessageCodec.decode(entry.getValue().type(), cut))
        .isInstanceOf(BadMessageException.class);
  }

  /** Whatever the bytes, the answer is a message or a BadMessageException. */
  @ParameterizedTest
  @MethodSource("entries")
  void survivesAnyBytes(Map.Entry<String, Message> entry) {
    SplittableRandom random = new SplittableRandom(entry.getKey().hashCode());
    byte[] original = VECTORS.get(entry.getKey());
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] wire = original.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        wire[random.nextInt(Math.min(wire.length, 120))] = (byte) random.nextInt(256);
      }
      try {
        Message message = MessageCodec.decode(entry.getValue().type(), ByteBuffer.wrap(wire));
        assertThat(encode(message)).hasSizeLessThanOrEqualTo(Message.MAX_LENGTH);
      } catch (BadMessageException e) {
        refused++;
      }
    }
    assertThat(refused).isLessThan(2_000);
  }

  @Test
  void answersBadNamesAndModesAsTheKernelDoes() {
    byte[] wire = VECTORS.get("CREATE_LOCK").clone();
    wire[15] = 33;
    assertStatus(503, wire, 22);
    wire[15] = 18;
    wire[14] = 4;
    assertStatus(503, wire, 24);
    byte[] both = VECTORS.get("CONVERT_LOCK").clone();
    both[8] = 0x60;
    assertStatus(504, both, 19);
    byte[] cancelWithValue = VECTORS.get("UNLOCK_LOCK").clone();
    cancelWithValue[8] = 0x20;
    assertStatus(506, cancelWithValue, 19);
  }

  private static void assertStatus(int type, byte[] wire, int status) {
    assertThatThrownBy(() -> MessageCodec.decode(type, ByteBuffer.wrap(wire)))
        .isInstanceOfSatisfying(
            BadMessageException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void joinReplyIsFourBytesInWireOrder() {
    JoinReply reply = new JoinReply(JoinReply.Code.OK, 3, 2);
    assertThat(reply.toStatus()).isEqualTo(0x01030200);
    assertThat(JoinReply.ofStatus(0x01030200)).isEqualTo(reply);
    assertThat(JoinReply.ofStatus(0x09000000).code()).isEqualTo(JoinReply.Code.DISALLOW);
  }

  private static byte[] encode(Message message) {
    ByteBuffer out = ByteBuffer.allocate(Message.MAX_LENGTH);
    message.encode(out);
    return Arrays.copyOf(out.array(), out.position());
  }

  private static Map<String, byte[]> vectors() {
    Map<String, byte[]> vectors = new LinkedHashMap<>();
    try (InputStream in = MessageCodecTest.class.getResourceAsStream("wire-vectors.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(
              line -> {
                String[] words = line.split(" ", 3);
                byte[] bytes = expand(words[2]);
                assertThat(bytes).as(words[0]).hasSize(Integer.parseInt(words[1]));
                vectors.put(words[0], bytes);
              });
      return vectors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] expand(String runs) {
    StringBuilder hex = new StringBuilder();
    for (String run : runs.split(" ")) {
      int star = run.indexOf('*');
      if (star < 0) {
        hex.append(run);
      } else {
        // "123400*6" repeats its last byte only.
        hex.append(run, 0, star - 2);
        hex.append(run.substring(star - 2, star).repeat(Integer.parseInt(run.substring(star + 1))));
      }
    }
    return HexFormat.of().parseHex(hex);
  }
}
