package org.lockstepfs.stack;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which part of the stack may know what. */
@AnalyzeClasses(
    packages = "org.lockstepfs.stack",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NOTHING_KNOWS_THE_FILE_SYSTEM =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.lockstepfs.fuse..");

  @ArchTest
  static final ArchRule ONLY_O2NET_KNOWS_NETTY =
      noClasses()
          .that()
          .resideOutsideOfPackage("..stack.o2net..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule ONLY_MEMBER_KNOWS_HAZELCAST =
      noClasses()
          .that()
          .resideOutsideOfPackage("..stack.member..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.hazelcast..");

  @ArchTest
  static final ArchRule THE_CONTRACT_KNOWS_NO_STACK =
      noClasses()
          .that()
          .resideInAPackage("..stack.glue..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..stack.node..",
              "..stack.o2cb..",
              "..stack.user..",
              "..stack.o2net..",
              "..stack.o2hb..");

  @ArchTest
  static final ArchRule ONLY_THE_PLUG_IN_KNOWS_LOCK_ENGINES =
      noClasses()
          .that()
          .resideInAnyPackage("..stack.o2net..", "..stack.o2hb..", "..stack.member..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.lockstepfs.locks.o2dlm..", "org.lockstepfs.locks.plock..");
}
