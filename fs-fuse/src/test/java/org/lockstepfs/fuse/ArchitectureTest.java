package org.lockstepfs.fuse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which part of the file system may know what. */
@AnalyzeClasses(
    packages = "org.lockstepfs.fuse",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule THE_LOCK_CACHE_KNOWS_THE_GLUE_ONLY =
      noClasses()
          .that()
          .resideInAPackage("..fuse.dlmglue..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..stack.node..",
              "..stack.o2cb..",
              "..stack.user..",
              "..stack.o2net..",
              "..locks.o2dlm..",
              "..locks.fsdlm..",
              "..locks.plock..");

  @ArchTest
  static final ArchRule NOTHING_HERE_KNOWS_A_LOCK_ENGINE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..locks.o2dlm..", "..locks.plock..");

  @ArchTest
  static final ArchRule THE_FRONT_ENDS_KNOW_OPERATIONS_ONLY =
      noClasses()
          .that()
          .resideInAnyPackage("..fuse.kernel..", "..fuse.path..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..fuse.volume..", "..fuse.ops..", "..fuse.dlmglue..");

  @ArchTest
  static final ArchRule THE_FILE_SYSTEM_KNOWS_NO_FRONT_END =
      noClasses()
          .that()
          .resideInAnyPackage("..fuse.volume..", "..fuse.ops..", "..fuse.inode..", "..fuse.file..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..fuse.kernel..", "..fuse.path..", "..fuse.node..", "..fuse.cli..");
}
