package org.lockstepfs.blockdev;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Bytes on the disk know nothing of locks, clusters or FUSE, and their layers do not loop. */
@AnalyzeClasses(
    packages = "org.lockstepfs.blockdev",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule STANDS_ALONE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.lockstepfs.locks..", "org.lockstepfs.stack..", "org.lockstepfs.fuse..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("org.lockstepfs.blockdev.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule FORMAT_DOES_NOT_CALL_THE_SYSTEM =
      noClasses()
          .that()
          .resideInAnyPackage("..format..", "..journal..", "..mkfs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jnr.ffi..");
}
