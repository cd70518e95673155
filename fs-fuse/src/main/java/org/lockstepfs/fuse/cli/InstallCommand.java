package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code lockstep install}: lets mount(8), umount(8) and fstab know the file system, and systemd,
 * if there is one, the daemon.
 */
@Command(
    name = "install",
    description = "Links mount(8)'s and umount(8)'s helpers to this program; tells systemd of it.",
    mixinStandardHelpOptions = true)
final class InstallCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final String UNIT = "lockstepd@.service";

  /** The program goes by the name it was called with; mountinfo has the type with "fuse.". */
  private static final List<String> HELPERS =
      List.of("mount.lockstep", "mount.fuse.lockstep", "umount.lockstep", "umount.fuse.lockstep");

  @Option(
      names = "--prefix",
      paramLabel = "DIR",
      description = "put the links under DIR/sbin, the unit under DIR/etc (default: /)")
  private Path prefix = Path.of("/");

  @Override
  public Integer call() throws IOException {
    String home = System.getProperty("lockstep.home");
    if (home == null) {
      throw new ControlException("started without its launcher, knows no program to link", FAILED);
    }
    Path program = Path.of(home, "bin", "lockstep");
    Path sbin = prefix.resolve("sbin");
    if (!Files.isDirectory(sbin)) {
      Files.createDirectories(sbin);
    }
    for (String helper : HELPERS) {
      link(sbin.resolve(helper), program);
    }
    Path units = prefix.resolve("etc/systemd/system");
    if (Files.isDirectory(units)) {
      Files.writeString(units.resolve(UNIT), unit(program));
    }
    return 0;
  }

  private static String unit(Path program) throws IOException {
    try (InputStream template = InstallCommand.class.getResourceAsStream(UNIT)) {
      String text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
      return text.replace("@PROGRAM@", program.toString());
    }
  }

  /** Replaces a link in one step; a helper that is something else than a link stays. */
  private static void link(Path link, Path program) throws IOException {
    if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(link)) {
      throw new ControlException(link + " exists and is no link", FAILED);
    }
    Path fresh = link.resolveSibling(link.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createSymbolicLink(fresh, program);
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
  }
}
