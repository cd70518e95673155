package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.o2dlm.ResName;

/** Layouts that several messages have in common. */
final class Layouts {
  private Layouts() {}

  /** Makes a message of a node and something else. */
  interface Make<T, M> {
    M of(int node, T rest);
  }

  /** Node and domain name: struct dlm_assert_joined, dlm_cancel_join. */
  static final class NodeAndDomain {
    static final int LENGTH = 68;

    private NodeAndDomain() {}

    static void encode(ByteBuffer out, int node, String domain) {
      byte[] name = Wire.latin1(domain);
      out.put((byte) node);
      Wire.zeros(out, 2);
      out.put((byte) name.length);
      Wire.padded(out, name, Wire.NAME_FIELD);
    }

    static <M> M read(Wire.Reader in, Make<String, M> make) throws BadMessageException {
      in.need(LENGTH);
      int node = in.node();
      in.skip(2);
      int nameLength = in.u8();
      return make.of(node, in.domain(nameLength));
    }
  }

  /** Node and resource: struct dlm_deref_lockres, dlm_deref_lockres_done. */
  static final class NodeAndResource {
    static final int LENGTH = 72;

    private NodeAndResource() {}

    static void encode(ByteBuffer out, int node, ResName name) {
      Wire.zeros(out, 6);
      out.put((byte) node);
      out.put((byte) name.length());
      Wire.name(out, name);
    }

    static <M> M read(Wire.Reader in, Make<ResName, M> make) throws BadMessageException {
      in.need(LENGTH);
      in.skip(6);
      int node = in.node();
      int nameLength = in.u8();
      return make.of(node, in.name(nameLength, Wire.EINVAL));
    }
  }

  /**
   * Node and dead node, and padding: struct dlm_lock_request, dlm_begin_reco, dlm_reco_data_done.
   */
  static final class NodeAndDead {
    private NodeAndDead() {}

    static void encode(ByteBuffer out, int node, int deadNode, int length) {
      out.put((byte) node);
      out.put((byte) deadNode);
      Wire.zeros(out, length - 2);
    }

    static <M> M read(Wire.Reader in, int length, Make<Integer, M> make)
        throws BadMessageException {
      in.need(length);
      return make.of(in.node(), in.node());
    }
  }

  /** A node alone: struct dlm_exit_domain. */
  static final class NodeOnly {
    static final int LENGTH = 4;

    private NodeOnly() {}

    static void encode(ByteBuffer out, int node) {
      out.put((byte) node);
      Wire.zeros(out, 3);
    }

    static int read(Wire.Reader in) throws BadMessageException {
      in.need(LENGTH);
      return in.node();
    }
  }
}
