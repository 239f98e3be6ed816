import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../src/registry';
import { eventCatalogue } from './event-catalogue';

writeFileSync(join(__dirname, '../../docs/events.md'), eventCatalogue(registry));
