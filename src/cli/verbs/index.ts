import type { Verb } from '../verb';
import { auditVerbs } from './audit';
import { folderVerbs } from './folder';
import { networkVerbs } from './network';
import { operationVerbs } from './operations';
import { seedDemo } from './seed';

export const verbs = [...auditVerbs, ...operationVerbs, ...networkVerbs, ...folderVerbs, seedDemo] as readonly Verb[];
