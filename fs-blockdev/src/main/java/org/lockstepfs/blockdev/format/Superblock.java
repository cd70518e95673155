package org.lockstepfs.blockdev.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.lockstepfs.blockdev.device.BlockDevice;

/**
 * The superblock: block 2, a dinode with its own signature, this structure at C0.
 *
 * <pre>
 * 00 s_major_rev_level le16  02 s_minor_rev_level le16  04 s_mnt_count le16  06 s_max_mnt_count le16
 * 08 s_state le16            0A s_errors le16           0C s_checkinterval le32
 * 10 s_lastcheck le64        18 s_creator_os le32       1C s_feature_compat le32
 * 20 s_feature_incompat le32 24 s_feature_ro_compat le32
 * 28 s_root_blkno le64       30 s_system_dir_blkno le64
 * 38 s_blocksize_bits le32   3C s_clustersize_bits le32
 * 40 s_max_slots le16        42 s_tunefs_flag le16      44 s_uuid_hash le32
 * 48 s_first_cluster_group le64
 * 50 s_label 64              90 s_uuid 16
 * A0 s_cluster_info: stack 4, flags u8, reserved 3, cluster 16
 * B8 s_xattr_inline_size le16  BC s_dx_seed 3 × le32
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_super_block; checks as ocfs2_verify_volume
 * (super.c).
 */
public final class Superblock {
  /** Bytes of a label. */
  public static final int LABEL_LENGTH = 64;

  private static final int MAJOR_REV = Dinode.ID2;
  private static final int MINOR_REV = Dinode.ID2 + 0x02;
  private static final int MAX_MNT_COUNT = Dinode.ID2 + 0x06;
  private static final int STATE = Dinode.ID2 + 0x08;
  private static final int ERRORS = Dinode.ID2 + 0x0A;
  private static final int CHECK_INTERVAL = Dinode.ID2 + 0x0C;
  private static final int LAST_CHECK = Dinode.ID2 + 0x10;
  private static final int FEATURE_COMPAT = Dinode.ID2 + 0x1C;
  private static final int FEATURE_INCOMPAT = Dinode.ID2 + 0x20;
  private static final int FEATURE_RO_COMPAT = Dinode.ID2 + 0x24;
  private static final int ROOT_BLKNO = Dinode.ID2 + 0x28;
  private static final int SYSTEM_DIR_BLKNO = Dinode.ID2 + 0x30;
  private static final int BLOCKSIZE_BITS = Dinode.ID2 + 0x38;
  private static final int CLUSTERSIZE_BITS = Dinode.ID2 + 0x3C;
  private static final int MAX_SLOTS = Dinode.ID2 + 0x40;
  private static final int TUNEFS_FLAG = Dinode.ID2 + 0x42;
  private static final int UUID_HASH = Dinode.ID2 + 0x44;
  private static final int FIRST_CLUSTER_GROUP = Dinode.ID2 + 0x48;
  private static final int LABEL = Dinode.ID2 + 0x50;
  private static final int UUID_BYTES = Dinode.ID2 + 0x90;
  private static final int STACK = Dinode.ID2 + 0xA0;
  private static final int STACK_FLAGS = Dinode.ID2 + 0xA4;
  private static final int CLUSTER = Dinode.ID2 + 0xA8;
  private static final int XATTR_INLINE_SIZE = Dinode.ID2 + 0xB8;
  private static final int DX_SEED = Dinode.ID2 + 0xBC;

  private static final int MAJOR_REV_LEVEL = 0;
  private static final int MINOR_REV_LEVEL = 90;
  private static final int LAST_BLOCK_SIZE_BITS = 12;

  private final ByteBuffer block;

  private Superblock(ByteBuffer block) {
    this.block = Check.littleEndian(block);
  }

  /**
   * Views a superblock read from disk. The volume's block size is not known before, so the caller
   * tries each: a superblock found at the wrong one is refused here.
   *
   * @param block at least 512 bytes, its capacity being the block size under which it was read
   * @param blkno 2, or the place of a backup in blocks
   * @throws CorruptBlockException if it is not a superblock of that block size, or its numbers are
   *     out of range
   */
  public static Superblock open(ByteBuffer block, long blkno) throws CorruptBlockException {
    Superblock sb = new Superblock(block);
    Check.signature(block, blkno, "i_signature", Signatures.SUPER_BLOCK);
    Check.equal(blkno, "i_blkno", sb.dinode().blkno(), blkno);
    Check.equal(
        blkno,
        "s_major_rev_level",
        Short.toUnsignedInt(block.getShort(MAJOR_REV)),
        MAJOR_REV_LEVEL);
    Check.equal(
        blkno,
        "s_minor_rev_level",
        Short.toUnsignedInt(block.getShort(MINOR_REV)),
        MINOR_REV_LEVEL);
    int blockBits = block.getInt(BLOCKSIZE_BITS);
    Check.that(
        blockBits >= 9 && blockBits <= LAST_BLOCK_SIZE_BITS && block.capacity() == 1 << blockBits,
        blkno,
        "s_blocksize_bits",
        blockBits + " in a block of " + block.capacity() + " bytes");
    int clusterBits = block.getInt(CLUSTERSIZE_BITS);
    Check.that(
        clusterBits >= 12 && clusterBits <= 20, blkno, "s_clustersize_bits", "" + clusterBits);
    Check.that(
        sb.maxSlots() > 0 && sb.maxSlots() <= Limits.MAX_SLOTS,
        blkno,
        "s_max_slots",
        "" + sb.maxSlots());
    long blocks = sb.clusters() << (clusterBits - blockBits);
    checkPlace(blkno, "s_root_blkno", sb.rootBlock(), blocks);
    checkPlace(blkno, "s_system_dir_blkno", sb.systemDirBlock(), blocks);
    checkPlace(blkno, "s_first_cluster_group", sb.firstClusterGroup(), blocks);
    return sb;
  }

  /**
   * Finds and reads the superblock of a device.
   *
   * @throws CorruptBlockException if there is one and its numbers are out of range, or the volume
   *     is larger than the device
   * @throws IOException if there is none, or the device fails
   */
  public static Superblock read(BlockDevice device) throws IOException {
    for (int blockSize = Limits.MIN_BLOCK_SIZE;
        blockSize <= Limits.MAX_BLOCK_SIZE;
        blockSize *= 2) {
      long offset = Limits.SUPER_BLOCK_BLKNO * blockSize;
      int span = Math.max(blockSize, device.sectorSize());
      long from = offset - offset % span;
      if (from + span > device.size()) {
        break;
      }
      ByteBuffer sectors = Blocks.allocate(span);
      device.read(from, sectors);
      ByteBuffer block =
          sectors.slice((int) (offset - from), blockSize).order(ByteOrder.LITTLE_ENDIAN);
      if (isAt(block, blockSize)) {
        Superblock sb = open(block, Limits.SUPER_BLOCK_BLKNO);
        Check.that(
            sb.clusters() <= device.size() / sb.clusterSize(),
            Limits.SUPER_BLOCK_BLKNO,
            "i_clusters",
            "the volume has "
                + sb.clusters() * sb.clusterSize()
                + " bytes but the device only "
                + device.size());
        return sb;
      }
    }
    throw new IOException(device.name() + ": no OCFS2 superblock");
  }

  private static boolean isAt(ByteBuffer block, int blockSize) {
    return block.getLong(0) == Signatures.SUPER_BLOCK
        && block.getInt(BLOCKSIZE_BITS) == Integer.numberOfTrailingZeros(blockSize);
  }

  private static void checkPlace(long blkno, String field, long place, long blocks)
      throws CorruptBlockException {
    Check.that(
        place > Limits.SUPER_BLOCK_BLKNO && place < blocks,
        blkno,
        field,
        "block " + place + " of " + blocks);
  }

  /** Views a block that {@link #open} accepted before. */
  public static Superblock of(ByteBuffer block) {
    return new Superblock(block);
  }

  /**
   * Makes a superblock without label, features and places.
   *
   * @param fsGeneration the volume's generation
   */
  public static Superblock init(
      ByteBuffer block, int fsGeneration, int blockBits, int clusterBits, int maxSlots) {
    Superblock sb = new Superblock(block);
    Dinode di =
        Dinode.init(
            block,
            Limits.SUPER_BLOCK_BLKNO,
            fsGeneration,
            fsGeneration,
            0,
            new SubAllocation(Limits.INVALID_SLOT, 0xFFFF, 0));
    Blocks.zero(block, Dinode.ID2, block.capacity());
    block.putLong(0, Signatures.SUPER_BLOCK);
    di.setFlags(InodeFlags.VALID | InodeFlags.SYSTEM | InodeFlags.SUPER_BLOCK);
    block.putShort(MAJOR_REV, (short) MAJOR_REV_LEVEL);
    block.putShort(MINOR_REV, (short) MINOR_REV_LEVEL);
    block.putShort(MAX_MNT_COUNT, (short) 20);
    block.putInt(BLOCKSIZE_BITS, blockBits);
    block.putInt(CLUSTERSIZE_BITS, clusterBits);
    block.putShort(MAX_SLOTS, (short) maxSlots);
    return sb;
  }

  /** Returns the dinode around it: generation, clusters of the volume. */
  public Dinode dinode() {
    return Dinode.of(block);
  }

  /** Sets the block that the superblock says it stands in; for its copies. */
  public void setBlkno(long blkno) {
    dinode().setBlkno(blkno);
  }

  /** Returns the generation that every metadata block of the volume carries. */
  public int fsGeneration() {
    return dinode().fsGeneration();
  }

  /** Returns the clusters of the volume. */
  public long clusters() {
    return dinode().clusters();
  }

  /** Returns the block size, bytes. */
  public int blockSize() {
    return 1 << block.getInt(BLOCKSIZE_BITS);
  }

  /** Returns the cluster size, bytes. */
  public int clusterSize() {
    return 1 << block.getInt(CLUSTERSIZE_BITS);
  }

  /** Returns the feature words. */
  public FeatureSet features() {
    return new FeatureSet(compat(), incompat(), roCompat());
  }

  /** Returns the compat feature word. */
  public int compat() {
    return block.getInt(FEATURE_COMPAT);
  }

  /** Returns the incompat feature word. */
  public int incompat() {
    return block.getInt(FEATURE_INCOMPAT);
  }

  /** Returns the ro-compat feature word. */
  public int roCompat() {
    return block.getInt(FEATURE_RO_COMPAT);
  }

  /** Sets the feature words. */
  public void setFeatures(FeatureSet features) {
    block.putInt(FEATURE_COMPAT, features.compat());
    block.putInt(FEATURE_INCOMPAT, features.incompat());
    block.putInt(FEATURE_RO_COMPAT, features.roCompat());
  }

  /** Returns whether errors were seen and fsck is wanted. */
  public boolean hasErrors() {
    return (block.getShort(STATE) & 1) != 0;
  }

  /** Returns {@code s_errors}: 1 go on, 2 read-only, 3 panic; 0 when unset. */
  public int errorsBehaviour() {
    return block.getShort(ERRORS) & 0xFFFF;
  }

  /** Sets {@code s_errors}. */
  public void setErrorsBehaviour(int behaviour) {
    block.putShort(ERRORS, (short) behaviour);
  }

  /** Sets when the volume was last checked and how many seconds later it wants to be again. */
  public void setCheckTimes(long lastCheckSeconds, int intervalSeconds) {
    block.putLong(LAST_CHECK, lastCheckSeconds);
    block.putInt(CHECK_INTERVAL, intervalSeconds);
  }

  /** Returns the root directory's dinode. */
  public long rootBlock() {
    return block.getLong(ROOT_BLKNO);
  }

  /** Returns the system directory's dinode. */
  public long systemDirBlock() {
    return block.getLong(SYSTEM_DIR_BLKNO);
  }

  /** Returns the first group descriptor of the global bitmap. */
  public long firstClusterGroup() {
    return block.getLong(FIRST_CLUSTER_GROUP);
  }

  /** Sets the three places from which everything is found. */
  public void setPlaces(long root, long systemDir, long firstClusterGroup) {
    block.putLong(ROOT_BLKNO, root);
    block.putLong(SYSTEM_DIR_BLKNO, systemDir);
    block.putLong(FIRST_CLUSTER_GROUP, firstClusterGroup);
  }

  /** Returns how many nodes can mount the volume at the same time. */
  public int maxSlots() {
    return block.getShort(MAX_SLOTS) & 0xFFFF;
  }

  /** Returns which tunefs operation was cut short; see {@link Feature#TUNEFS_INPROG}. */
  public int tunefsFlag() {
    return block.getShort(TUNEFS_FLAG) & 0xFFFF;
  }

  /** Returns the hash of the UUID that mkfs stored. */
  public int uuidHash() {
    return block.getInt(UUID_HASH);
  }

  /** Returns the label, up to 64 bytes of UTF-8. */
  public String label() {
    return text(LABEL, LABEL_LENGTH);
  }

  /** Sets the label; the caller has checked that it fits. */
  public void setLabel(String label) {
    putText(LABEL, LABEL_LENGTH, label);
  }

  /** Returns the volume's UUID. */
  public UUID uuid() {
    return new UUID(
        Long.reverseBytes(block.getLong(UUID_BYTES)),
        Long.reverseBytes(block.getLong(UUID_BYTES + 8)));
  }

  /** Returns the UUID as the ocfs2-tools and the lock domain spell it: 32 upper-case hex digits. */
  public String uuidString() {
    UUID uuid = uuid();
    return String.format(
        "%016X%016X", uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  /** Sets UUID and hash. */
  public void setUuid(UUID uuid, int hash) {
    block.putLong(UUID_BYTES, Long.reverseBytes(uuid.getMostSignificantBits()));
    block.putLong(UUID_BYTES + 8, Long.reverseBytes(uuid.getLeastSignificantBits()));
    block.putInt(UUID_HASH, hash);
  }

  /** Returns the cluster; see {@link ClusterInfo} for when it means anything. */
  public ClusterInfo clusterInfo() {
    return new ClusterInfo(
        text(STACK, ClusterInfo.STACK_LENGTH),
        block.get(STACK_FLAGS) & 0xFF,
        text(CLUSTER, ClusterInfo.CLUSTER_LENGTH));
  }

  /** Sets the cluster; the caller has checked that the names fit. */
  public void setClusterInfo(ClusterInfo info) {
    putText(STACK, ClusterInfo.STACK_LENGTH, info.stack());
    block.put(STACK_FLAGS, (byte) info.flags());
    putText(CLUSTER, ClusterInfo.CLUSTER_LENGTH, info.cluster());
  }

  /**
   * Sets the cluster and the feature bit that makes it count. A volume that names its cluster with
   * {@link Feature#CLUSTERINFO} goes on so; one without needs that bit for the classic stack only.
   *
   * <p>Source: what o2cluster(8) does.
   */
  public void stampCluster(ClusterInfo info) {
    setClusterInfo(info);
    boolean named =
        info.stack().equals(ClusterInfo.CLASSIC_STACK) || features().has(Feature.CLUSTERINFO);
    int bits = Feature.CLUSTERINFO.bit() | Feature.USERSPACE_STACK.bit();
    int bit = (named ? Feature.CLUSTERINFO : Feature.USERSPACE_STACK).bit();
    setFeatures(new FeatureSet(compat(), incompat() & ~bits | bit, roCompat()));
  }

  /** Returns the bytes of a new inode that are set aside for attributes. */
  public int xattrInlineSize() {
    return block.getShort(XATTR_INLINE_SIZE) & 0xFFFF;
  }

  /** Returns one of the three words that key the directory hash. */
  public int dxSeed(int index) {
    return block.getInt(DX_SEED + 4 * index);
  }

  private String text(int at, int length) {
    byte[] bytes = new byte[length];
    block.get(at, bytes);
    int end = 0;
    while (end < length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private void putText(int at, int length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > length) {
      throw new IllegalArgumentException("\"" + text + "\" exceeds " + length + " bytes");
    }
    Blocks.zero(block, at, at + length);
    block.put(at, bytes);
  }
}
