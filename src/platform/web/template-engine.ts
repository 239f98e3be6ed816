import Handlebars from 'handlebars';
import { readFileSync } from 'node:fs';
import { filesIn } from './assets';
import { registerHelpers } from './template-helpers';

let engine: typeof Handlebars | undefined;

/** Handlebars with the helpers and every `partials/*.hbs` of the product, by file name. Mails use it too. */
export function templateEngine(): typeof Handlebars {
  if (engine) return engine;
  engine = Handlebars.create();
  registerHelpers(engine);
  for (const { name, path } of filesIn('partials')) {
    const partial = name.replace(/\.hbs$/, '');
    if (partial in engine.partials) throw new Error(`Two partials are called ${partial}`);
    engine.registerPartial(partial, readFileSync(path, 'utf8').trimEnd());
  }
  return engine;
}
