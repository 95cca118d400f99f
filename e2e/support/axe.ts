import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { expect } from './test.ts';

/** Nothing serious or critical in what the page shows, in the dark and in the light. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await settled(page);
    const { violations } = await new AxeBuilder({ page })
      // The other mode opens a second page, which Electron does not have.
      .setLegacyMode(true)
      // Where React Aria says aloud what just happened, for a few seconds, perhaps of a button that is gone.
      .exclude('[data-live-announcer]')
      .analyze();
    const found = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    // Soft: one screen's fault does not hide the next one's.
    expect.soft(found).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Colors that are still on their way to the other theme would be measured as they are. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
  });
}
