import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The widths that every page is looked at: a phone and a desk. */
export const widths = { phone: 390, desk: 1280 } as const;
export type Width = keyof typeof widths;

// A journey opens pages at several widths and takes their pictures; a busy machine takes its time.
jest.setTimeout(120_000);

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const flags = [
  '--no-sandbox',
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const screenshots = join(__dirname, '../../screenshots');

/** @throws Error when there is no chromium: a journey that is asked for is walked or fails */
export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(`There is no chromium at ${executablePath}. Install it, or say with CHROMIUM where it is.`);
  return chromium.launch({ executablePath, args: [...flags, ...more] });
}

export interface Visit {
  readonly width?: Width;
  readonly language?: 'en-US' | 'fr-CA';
  readonly dark?: boolean;
  readonly javaScript?: boolean;
}

/** A person with a fresh browser: no cookies, a given width and language. What the page complains about on its console fails the journey. */
export async function visitor(
  browser: Browser,
  baseURL: string,
  visit: Visit = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const width = widths[visit.width ?? 'desk'];
  const context = await browser.newContext({
    baseURL,
    viewport: { width, height: visit.width === 'phone' ? 844 : 900 },
    hasTouch: visit.width === 'phone',
    locale: visit.language ?? 'en-US',
    timezoneId: 'America/New_York',
    colorScheme: visit.dark ? 'dark' : 'light',
    javaScriptEnabled: visit.javaScript ?? true,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused form answers 4xx on purpose; the browser reports that as a failed resource.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/**
 * Every rule of axe-core that can be checked by a machine: WCAG 2.2 A and AA, and its best practices. Answers what is broken, in one line
 * each. No page of ours holds a frame of another origin, so the results need no window of their own to be put together (legacy mode).
 */
export async function inaccessible(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}

/** Anything that makes a page scroll sideways at this width, which 320 px up must not do. */
export async function overflowing(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll('*')].filter((each) => each.getBoundingClientRect().right > width + 1);
    return wide.slice(0, 5).map((each) => each.outerHTML.slice(0, 120));
  })()`);
}

/** Pictures for people to look at: `screenshots/<name>-390.png` and `-1280.png`, whole pages. The width is put back afterwards. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  const before = page.viewportSize();
  for (const width of Object.values(widths)) {
    await page.setViewportSize({ width, height: width === widths.phone ? 844 : 900 });
    await page.screenshot({ path: join(screenshots, `${name}-${width}.png`), fullPage: true });
  }
  if (before) await page.setViewportSize(before);
}

/** What every page must be, whatever it shows: accessible and within the screen at both widths. Takes its pictures on the way. */
export async function inspect(page: Page, name: string): Promise<readonly string[]> {
  await photograph(page, name);
  const found: string[] = [];
  const before = page.viewportSize();
  for (const width of [320, ...Object.values(widths)]) {
    await page.setViewportSize({ width, height: 844 });
    found.push(...(await overflowing(page)).map((each) => `${name} at ${width} px is too wide: ${each}`));
    if (width !== 320) found.push(...(await inaccessible(page)).map((each) => `${name} at ${width} px: ${each}`));
  }
  if (before) await page.setViewportSize(before);
  return found;
}
