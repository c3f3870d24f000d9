/** Who may import whom (design section 9). A stranger reads the flow of design section 1 out of these rules. */
const ADAPTERS =
  '(^libs/event-store/(sqlite|eventstoredb|protocol-server)/|^libs/read-store/(sqlite|mongodb)/|^libs/privacy/(sqlite|mongodb)/)';
const spec = '\\.(spec|contract|bench)\\.ts$';

/** `room` may import only what `may` lists, besides itself and packages. */
const only = (room, may, comment) => ({
  name: `${room.replace(/\W+/g, '-').replace(/^-|-$/g, '')}-imports-only`,
  severity: 'error',
  comment,
  from: { path: `^${room}/`, pathNot: spec },
  to: { path: '^(apps|libs|projections|bench|scripts)/', pathNot: [`^${room}/`, ...may.map((other) => `^${other}`)] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no top to read from.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-packages-at-run-time',
      severity: 'error',
      from: { path: '^(apps|libs|projections)/', pathNot: [spec, '^(apps|libs)/testing/'] },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    only('libs/domain', [], 'The domain knows nobody.'),
    only('libs/event-catalog', ['libs/domain/']),
    only('libs/event-store', ['libs/domain/', 'libs/event-catalog/']),
    only('libs/privacy', ['libs/domain/', 'libs/event-catalog/']),
    only('libs/read-store', ['libs/domain/']),
    only('libs/command-handling', ['libs/domain/', 'libs/event-catalog/', 'libs/event-store/', 'libs/privacy/']),
    only('libs/projection-engine', ['libs/domain/', 'libs/event-catalog/', 'libs/event-store/', 'libs/read-store/']),
    only('libs/reporting', ['libs/domain/', 'libs/read-store/read-store\\.port\\.ts'], 'Reports are pure: rows in, figures out.'),
    only('libs/importing', ['libs/domain/', 'libs/event-catalog/', 'libs/event-store/', 'libs/privacy/', 'libs/command-handling/']),
    only('libs/demo', ['libs/domain/', 'libs/event-catalog/', 'libs/event-store/', 'libs/privacy/', 'libs/command-handling/']),
    only('libs/access', ['libs/domain/', 'libs/privacy/']),
    only(
      'libs/observability',
      ['libs/domain/', 'libs/event-store/', 'libs/command-handling/', 'libs/projection-engine/'],
      'It watches ports from outside; nobody below knows it.',
    ),
    only('projections', [
      'libs/domain/',
      'libs/event-catalog/',
      'libs/event-store/',
      'libs/read-store/',
      'libs/projection-engine/',
      'libs/privacy/',
      'libs/reporting/',
    ]),
    {
      name: 'projections-never-decide',
      severity: 'error',
      comment: 'Projections and reports import events and evolve, never commands, deciders, transitions or refusals.',
      from: { path: '^(projections|libs/projection-engine|libs/reporting)/', pathNot: spec },
      to: { path: '^libs/domain/.*\\.(commands|decider|transitions|refusals)\\.ts$' },
    },
    {
      name: 'adapters-only-where-wired',
      severity: 'error',
      from: { path: '^(apps|libs|projections)/', pathNot: [spec, '^apps/wiring/', '^libs/testing/', ADAPTERS] },
      to: { path: ADAPTERS },
    },
    {
      name: 'no-io-in-pure-rooms',
      severity: 'error',
      from: { path: '^libs/(domain|reporting)/', pathNot: spec },
      to: { path: '^(node:)?(fs|net|http|https|http2|child_process|worker_threads|dgram|tls)(/|$)' },
    },
    {
      name: 'nest-stays-outside-the-domain',
      severity: 'error',
      from: {
        path: '^libs/(domain|reporting|event-catalog|event-store|read-store|privacy|access|projection-engine|importing|demo)/',
        pathNot: spec,
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    { name: 'specs-are-not-imported', severity: 'error', from: { pathNot: spec }, to: { path: '\\.spec\\.ts$' } },
    { name: 'no-apps-below', severity: 'error', from: { path: '^(libs|projections)/', pathNot: spec }, to: { path: '^apps/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
};
