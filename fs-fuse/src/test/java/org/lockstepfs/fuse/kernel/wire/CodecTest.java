package org.lockstepfs.fuse.kernel.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.TimeSpec;

class CodecTest {
  private static final Attr ATTR =
      new Attr(
          11,
          12,
          13,
          new TimeSpec(14, 17),
          new TimeSpec(15, 18),
          new TimeSpec(16, 19),
          20,
          21,
          22,
          23,
          24,
          25);

  private final ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());

  @Test
  void attributesLieAtTheKernelsOffsets() {
    assertThat(ReplyEncoder.attr(out, 0, ATTR)).isEqualTo(88);
    for (int i = 0; i < 6; i++) {
      assertThat(out.getLong(8 * i)).isEqualTo(11 + i);
    }
    for (int i = 0; i < 9; i++) {
      assertThat(out.getInt(48 + 4 * i)).isEqualTo(17 + i);
    }
  }

  @Test
  void entriesCarrySplitTimeouts() {
    assertThat(ReplyEncoder.entry(out, 0, new Entry(11, 2, ATTR, 1500, 250))).isEqualTo(128);
    assertThat(out.getLong(0)).isEqualTo(11);
    assertThat(out.getLong(8)).isEqualTo(2);
    assertThat(out.getLong(16)).isEqualTo(1);
    assertThat(out.getLong(24)).isZero();
    assertThat(out.getInt(32)).isEqualTo(500_000_000);
    assertThat(out.getInt(36)).isEqualTo(250_000_000);
    assertThat(out.getLong(40)).isEqualTo(11);
  }

  @Test
  void openFlagsAreTheKernels() {
    ReplyEncoder.open(out, 0, new OpenFile(7, true, true));
    assertThat(out.getLong(0)).isEqualTo(7);
    assertThat(out.getInt(8)).isEqualTo(3);
  }

  @Test
  void setattrTakesWhatIsMarkedValid() throws IOException {
    Clock clock = Clock.fixed(Instant.ofEpochSecond(1000, 5), ZoneOffset.UTC);
    int valid = 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 11;
    RequestView rq =
        new RequestBytes(4)
            .u32(valid, 0)
            .u64(3, 4096, 0xee, 50, 60, 70)
            .u32(51, 61, 71, 0100644, 0, 8, 9, 0)
            .view();
    assertThat(SetAttrCodec.decode(rq, clock))
        .isEqualTo(
            new SetAttr(
                OptionalLong.of(3),
                OptionalInt.of(0644),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.of(4096),
                new TimeSpec(50, 51),
                new TimeSpec(1000, 5),
                null,
                OptionalLong.of(0xee),
                true));
  }

  @Test
  void listingEndsBeforeTheEntryThatDoesNotFit() {
    DirentWriter writer = new DirentWriter(out, 70, false);
    assertThat(writer.add(Name.of("abc"), 5, 1, 8, null)).isTrue();
    assertThat(writer.used()).isEqualTo(32);
    assertThat(writer.add(Name.of("123456789"), 6, 2, 4, null)).isFalse();
    assertThat(writer.add(Name.of("12345678"), 6, 2, 4, null)).isTrue();
    assertThat(writer.used()).isEqualTo(64);
    assertThat(out.getLong(32)).isEqualTo(6);
    assertThat(out.getLong(40)).isEqualTo(2);
    assertThat(out.getInt(48)).isEqualTo(8);
    assertThat(out.getInt(52)).isEqualTo(4);
    assertThat(out.get(27)).isZero();
  }

  @Test
  void listingGivesNoNodeForDots() {
    DirentWriter writer = new DirentWriter(out, 4096, true);
    Entry entry = new Entry(11, 0, ATTR, 0, 0);
    assertThat(writer.add(Name.of(".."), 5, 1, 4, entry)).isTrue();
    assertThat(writer.add(Name.of("..."), 5, 2, 4, entry)).isTrue();
    assertThat(out.getLong(0)).isZero();
    assertThat(out.getLong(160)).isEqualTo(11);
  }

  @Test
  void initTakesOnlyWhatBothSidesWant() throws IOException {
    RequestView rq =
        new RequestBytes(26).u32(7, 45, 1 << 17, -1, -1).u64(0, 0, 0, 0, 0).u32(0).view();
    Negotiation agreed = Negotiation.of(rq);
    assertThat(agreed.minor()).isEqualTo(39);
    assertThat(InitFlags.in(agreed.flags()))
        .contains(InitFlags.POSIX_LOCKS, InitFlags.FLOCK_LOCKS, InitFlags.EXPLICIT_INVAL_DATA)
        .doesNotContain(
            InitFlags.WRITEBACK_CACHE, InitFlags.ATOMIC_O_TRUNC, InitFlags.DIRECT_IO_ALLOW_MMAP);
    assertThat(agreed.encode(out, 16)).isEqualTo(64);
    assertThat(out.getInt(36)).isEqualTo(1 << 20);
    assertThat(out.getShort(44)).isEqualTo((short) 256);

    Negotiation little = Negotiation.of(new RequestBytes(26).u32(7, 31, 1 << 30, 2).view());
    assertThat(little).isEqualTo(new Negotiation(31, 1 << 20, InitFlags.POSIX_LOCKS.mask()));
  }

  @Test
  void initRefusesAnOldKernel() throws IOException {
    RequestView rq = new RequestBytes(26).u32(7, 12, 0, 0).view();
    assertThatThrownBy(() -> Negotiation.of(rq)).hasMessageContaining("FUSE 7.12, 7.31 is needed");
  }

  @Test
  void notificationsNameTheirLength() {
    assertThat(Notification.invalidateInode(out, 5, -1, 0)).isEqualTo(40);
    assertThat(out.getInt(0)).isEqualTo(40);
    assertThat(out.getInt(4)).isEqualTo(2);
    assertThat(out.getLong(24)).isEqualTo(-1);
    assertThat(Notification.invalidateEntry(out, 1, Name.of("abc"))).isEqualTo(36);
    assertThat(out.getInt(0)).isEqualTo(36);
    assertThat(out.getInt(24)).isEqualTo(3);
    assertThat(out.get(35)).isZero();
  }

  @Test
  void printsRequestsReadably() throws IOException {
    RequestView rename = new RequestBytes(45).u64(6).u32(1, 0).text("old\0new\0").view();
    assertThat(FusePrinter.request(rename))
        .isEqualTo("rx 77: RENAME2 n5 {to n6 flags 1 \"old\" -> \"new\"} 24b u1000 g100 p4321");
    RequestView lock = new RequestBytes(32).u64(9, 0xabc, 0, 9).u32(0, 4321, 0, 0).view();
    assertThat(FusePrinter.request(lock))
        .isEqualTo(
            "rx 77: SETLK n5 {fh 9 posix READ [0..9] pid 4321 owner abc} 48b u1000 g100 p4321");
    assertThat(FusePrinter.reply(77, Opcode.OPEN, 2, 0)).isEqualTo("tx 77: OPEN ENOENT, 0b");
  }

  @Test
  void printsEveryRequestHoweverDamaged() throws IOException {
    for (int code = 0; code < 64; code++) {
      RequestBytes bytes = new RequestBytes(code);
      for (int i = 0; i < 11; i++) {
        bytes.u64(-1);
      }
      assertThat(FusePrinter.request(bytes.view())).startsWith("rx 77: ");
    }
  }
}
