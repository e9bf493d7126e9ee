import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/dist-types/**',
      '**/node_modules/**',
      '.nx/**',
      '**/*.cjs',
      'docs/examples/**',
      'testbed/shop/www/**',
      'apps/console/src/api/schema.d.ts',
      'apps/console/vite.config.ts',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Typed arrays in hot loops are indexed within bounds that the loop states; noUncheckedIndexedAccess asks for `!` there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Nest modules are classes that hold decorators alone.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `@EventPattern<string>(…)`: the type argument chooses among overloads, which the rule does not see.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      // Nest declares its option types as classes, and takes literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  // Scripts that Node runs as they are; in TypeScript the compiler knows these names.
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { Buffer: 'readonly', console: 'readonly', performance: 'readonly', process: 'readonly' },
    },
  },
  {
    files: ['testbed/applications/**'],
    languageOptions: {
      globals: {
        AbortSignal: 'readonly',
        URL: 'readonly',
        document: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  prettier,
);
