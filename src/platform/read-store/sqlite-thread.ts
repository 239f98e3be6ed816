import { parentPort, workerData } from 'node:worker_threads';
import type { ReadStoreFiles } from './sqlite-connection';
import { failure, SqliteOperations } from './sqlite-operations';
import type { Answer, Call } from './sqlite-operations';

/**
 * The thread beside the main one that waits for the disk. A writer gets groups of calls and commits each group at once; a reader
 * gets groups too, and answers them without a transaction. One message in, one message out.
 */
export interface ThreadData {
  readonly files: ReadStoreFiles;
  readonly access: 'read' | 'write';
}

const { files, access } = workerData as ThreadData;
const operations = new SqliteOperations(files, access);

function read({ name, args }: Call): Answer {
  try {
    return { value: operations.run(name, ...(args as never)) };
  } catch (error) {
    return failure(error);
  }
}

function write(calls: readonly Call[]): Answer[] {
  try {
    return operations.group(calls);
  } catch (error) {
    return calls.map(() => failure(error));
  }
}

parentPort?.on('message', (calls: readonly Call[] | 'close') => {
  if (calls === 'close') {
    operations.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(access === 'write' ? write(calls) : calls.map(read));
});
