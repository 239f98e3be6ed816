import { join } from 'node:path';
import type { Config } from '../../platform/config';
import { type Demo, demoIn } from '../demo/seed';
import { table } from '../terminal';
import type { Verb } from '../verb';

/** A network with five months of believable history, made through the same pages and API that everybody uses. */
export const seedDemo: Verb<Demo> = {
  words: ['seed', 'demo'],
  summary: 'Makes the demo network in DATA_DIR, or else in data/demo (or finds it there). --serve then runs the server on it.',
  positionals: [],
  options: { serve: { type: 'boolean' } },
  files: 'alone',
  async run({ config, options, progress }) {
    const dataFolder = process.env.DATA_DIR ? config.dataFolder : join(config.dataFolder, 'demo');
    const demo = await demoIn({ ...config, dataFolder }, progress);
    if (options.serve) await serveDemo({ ...config, dataFolder, demo: true });
    return demo;
  },
  show: ({ folder, url, password, people, shopKey, cardLink, cardCode, till }) => [
    '',
    `  Largesse, the demo. Everything is in ${folder}; remove it to begin anew.`,
    '',
    `  The network        ${url}`,
    `  A recipient’s card ${cardLink}`,
    `  Its code           ${cardCode}`,
    `  Where it is taken  ${url}/directory`,
    ...activation(till),
    `  Redeem cards       ${url}/redeem   in a browser that was activated`,
    `  For till partners  ${new URL('/pos-partners', url).href}`,
    `  API and Swagger    ${new URL('/docs', url).href}   key ${shopKey}`,
    `  Mails              ${new URL('/dev/mailbox', url).href}`,
    '',
    `  Sign in with any of these, password: ${password}`,
    ...table(
      ['name', 'e-mail', 'role'],
      people.map(({ name, email, roles }) => [name, email, roles.join(', ')]),
    ).map((line) => `    ${line}`),
    '',
  ],
};

/** A link works for three days; a demo may be kept for longer. */
function activation(till: Demo['till']): readonly string[] {
  if (!till) return [];
  if (Date.parse(till.until) <= Date.now()) return [`  Activate a till    sign in as the owner and make a new link: ${till.devices}`];
  return [`  Activate a till    ${till.link}`, '                     in a private window; then redeem the code above'];
}

async function serveDemo(config: Config): Promise<void> {
  const { serve } = await import('../../serve.js');
  await serve({ ...config, logLevel: 'warn' });
}
