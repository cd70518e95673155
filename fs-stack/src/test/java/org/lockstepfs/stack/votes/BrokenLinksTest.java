package org.lockstepfs.stack.votes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokenLinksTest {
  private final BrokenLinks links = new BrokenLinks();

  @Test
  void ofTwoTheHigherLosesOnceTheLinkHasBeenBrokenForLongEnough() {
    links.look();
    links.broken(5, 2);
    assertThat(links.losers(100, 30)).isEmpty();
    links.look();
    links.broken(2, 5);
    assertThat(links.losers(129, 30)).isEmpty();
    assertThat(links.losers(130, 30)).containsExactly(5);
  }

  @Test
  void aLinkThatWasWholeMeanwhileCountsAnew() {
    links.look();
    links.broken(1, 2);
    links.losers(0, 30);
    links.look();
    links.losers(20, 30);
    links.look();
    links.broken(1, 2);
    assertThat(links.losers(40, 30)).isEmpty();
  }

  @Test
  void whoHasTheMostBrokenLinksLosesFirst() {
    links.look();
    links.broken(1, 2);
    links.broken(1, 3);
    links.broken(4, 5);
    assertThat(links.losers(0, 0)).containsExactly(1, 5);
  }
}
