import js from '@eslint/js'
import globals from 'globals'
import vue from 'eslint-plugin-vue'
import vueA11y from 'eslint-plugin-vuejs-accessibility'
import tseslint from 'typescript-eslint'

// Who may import whom is the business of dependency-cruiser (.dependency-cruiser.cjs) and of one tsconfig per zone;
// here stand the rules about how a line is written, and the APIs that only one file may touch.
export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/out/',
      '**/generated/',
      '**/test-results/',
      '**/coverage/',
      '**/.turbo/',
      '.autotele/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...vue.configs['flat/recommended'],
  ...vueA11y.configs['flat/recommended'],
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-dynamic-delete': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-implicit-coercion': 'error',
      'prefer-const': 'error',
    },
  },
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    files: ['{apps/desktop/src/renderer,apps/admin/src,packages/ui/src}/**/*.{ts,vue}'],
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      // The content security policy allows no inline style and no inline markup.
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      // Prettier owns the layout of templates.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/require-default-prop': 'off',
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  // Everything that is read has two languages.
  { files: ['{apps/admin,packages/ui}/src/**/*.vue'], rules: { 'vue/no-bare-strings-in-template': 'error' } },
  {
    files: ['apps/desktop/src/main/**/*.ts'],
    ignores: ['apps/desktop/src/main/ipc.ts', 'apps/desktop/src/main/security.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'electron',
          importNames: ['ipcMain', 'shell'],
          message: 'Only main/ipc.ts answers the interface, only main/security.ts opens links.',
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'tests/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['scripts/**', '**/scripts/**', '**/cli/**', '**/main.ts'],
    rules: { 'no-console': 'off' },
  },
)
