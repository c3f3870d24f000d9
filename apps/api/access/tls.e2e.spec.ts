import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { pino } from 'pino';
import { eventually } from '../../../libs/testing/projecting.js';
import { once } from 'node:events';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { certificateFiles } from '../../testing/certificate.js';
import { exchange } from '../../testing/http.js';
import { startProcess } from '../../testing/processes.js';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';
import { bearing, tokenFile } from '../../testing/tokens.js';
import { ConfigError } from '../../wiring/config.js';

describe('a server with a certificate', () => {
  const data = temporaryFolder();
  const { all } = tokenFile(join(data.folder, 'tokens.yaml'), { all: {} });
  let running: Running;
  let certificate: string;
  let environment: Readonly<Record<string, string>>;
  const told: string[] = [];
  beforeAll(async () => {
    const files = await certificateFiles(data.folder, '127.0.0.1');
    certificate = files.certificate;
    environment = {
      DEALTRAIL_TOKENS: join(data.folder, 'tokens.yaml'),
      DEALTRAIL_TLS_CERT: certificate,
      DEALTRAIL_TLS_KEY: files.key,
    };
    running = await runServer(join(data.folder, 'data'), {
      environment,
      checkFilesMs: 5,
      log: pino({ level: 'error' }, { write: (line) => void told.push(line) }),
    });
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  it('speaks TLS alone, and tells browsers to come back that way', async () => {
    const sent = get(`${running.base}/v1/caller`, { ca: readFileSync(certificate), headers: bearing(all), agent: false });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect([answer.statusCode, answer.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    answer.resume();
    await expect(exchange(running.base.replace('https:', 'http:'), '/health/live')).rejects.toThrow();
  });

  it('refuses versions of TLS before 1.2', async () => {
    const { port } = new URL(running.base);
    const socket = connect(Number(port), '127.0.0.1');
    // A ClientHello that offers TLS 1.1 at most.
    const hello = Buffer.concat([Buffer.from([3, 2]), Buffer.alloc(32, 1), Buffer.from([0, 0, 2, 0xc0, 0x13, 1, 0])]);
    const message = Buffer.concat([Buffer.from([1, 0, 0, hello.length]), hello]);
    socket.write(Buffer.concat([Buffer.from([22, 3, 1, 0, message.length]), message]));
    const [alert] = (await once(socket, 'data')) as [Buffer];
    expect([alert[0], alert[6]]).toEqual([21, 70]); // an alert: protocol_version
    socket.destroy();
  });

  it('is asked by the command line, which knows the certificate from its environment', async () => {
    const lag = (more: Readonly<Record<string, string>>) =>
      startProcess('apps/cli/main.js', ['lag', '--url', running.base], { DEALTRAIL_TOKEN: all, ...more }).ended;
    expect(await lag({ NODE_EXTRA_CA_CERTS: certificate })).toMatchObject({ code: 0 });
    expect(await lag({})).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^dealtrail: the server at [^\n]* cannot be reached: [^\n]+\n$/) as string,
    });
  });

  it('shows a renewed certificate without a restart, and goes on with the old one while the files cannot be used', async () => {
    const key = environment['DEALTRAIL_TLS_KEY'] ?? '';
    const shown = async (): Promise<string> => {
      const socket = tlsConnect({ port: Number(new URL(running.base).port), host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const [before, keyBefore] = [await shown(), readFileSync(key)];
    writeFileSync(key, 'half a file');
    await eventually('the fault is told', () => Promise.resolve(told.length > 0));
    expect(told.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message)).toEqual([
      expect.stringContaining('TLS cannot be spoken with these files'),
    ]);
    expect(await shown()).toBe(before);
    writeFileSync(key, keyBefore);
    await certificateFiles(data.folder, '127.0.0.1');
    const renewed = new X509Certificate(readFileSync(certificate)).fingerprint256;
    expect(renewed).not.toBe(before);
    await eventually('the new one is shown', async () => (await shown()) === renewed);
  });

  it('does not start with a key that is none', async () => {
    const start = runServer(join(data.folder, 'other'), {
      environment: { ...environment, DEALTRAIL_TLS_KEY: environment['DEALTRAIL_TOKENS'] ?? '' },
    });
    await expect(start).rejects.toThrow(ConfigError);
  });
});
