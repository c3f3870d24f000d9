import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.build/', 'coverage/', 'vendor/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Classes that Nest builds are often empty; interfaces of events are type aliases on purpose.
      '@typescript-eslint/no-extraneous-class': 'off',
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // Law: time enters a decider, a fold, a projection and a report through an argument.
    files: ['libs/domain/**/*.ts', 'libs/reporting/**/*.ts', 'projections/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'The instant comes in by argument.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The instant comes in by argument.' },
        { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Nothing here is random.' },
      ],
    },
  },
  { files: ['bench/**/*.ts', 'apps/cli/**/*.ts', 'scripts/**', '**/*.bench.ts'], rules: { 'no-console': 'off' } },
);
