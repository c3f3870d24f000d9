import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('npm run test:servers', () => {
  it('says which server does not answer and how one is started, without a password, instead of running on others', () => {
    const aims = {
      EVENTSTORE_URL: 'esdb+discover://admin:changeit@127.0.0.1:1,localhost:1?tls=false',
      MONGODB_URL: 'mongodb://sales:secret@127.0.0.1:1',
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'test-servers.mjs')], {
      ...{ encoding: 'utf8', env: { ...process.env, ...aims } },
    });
    expect({ status, stdout, stderr }).toEqual({
      ...{ status: 2, stdout: '' },
      stderr:
        'nobody listens at EVENTSTORE_URL (esdb+discover://127.0.0.1:1,localhost:1?tls=false) and MONGODB_URL (mongodb://127.0.0.1:1): docker compose -f docker/compose.test.yaml up --detach --wait\n',
    });
  });
});
