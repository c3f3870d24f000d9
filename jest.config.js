/** Suffix says the level: .spec.ts unit, .int.spec.ts with a store, .e2e.spec.ts through HTTP, CLI or a process. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/projections', '<rootDir>/scripts'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  // For what hangs, not for what is slow: a test of five seconds takes forty on two processors with seventeen things to do.
  testTimeout: 60_000,
  // Every file's modules stay in the process that ran it: one that holds gigabytes collects its garbage for longer than it tests, and is begun anew.
  workerIdleMemoryLimit: '1GB',
};
