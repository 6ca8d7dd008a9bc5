import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name: one name from here to every use.",
};
const noEnum = { selector: "TSEnumDeclaration", message: "Use a union of literals, or an `as const` list." };

export default defineConfig(
  { ignores: ["dist/", ".cache/", "demo/", "node_modules/", "**/prefloom-out/", "test/fixtures/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["{src,test,webview,scripts}/**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", noDefaultExport, noEnum],
      "max-lines": ["error", { max: 450, skipBlankLines: true, skipComments: true }],
      "object-shorthand": "error",
      "prefer-const": "error",

      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "interface", format: ["PascalCase"], custom: { regex: "^I[A-Z]", match: false } },
        { selector: "typeLike", format: ["PascalCase"] },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" },
      ],
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],

      // Numbers and flags in messages are plain to read; objects are not.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // `while (true)` is how a loop says that it ends in its middle.
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // An index is checked by the loop around it; the compiler only sees `T | undefined`.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      // Spreading a string gives its code points, which is what is wanted.
      "@typescript-eslint/no-misused-spread": ["error", { allow: [{ from: "lib", name: "string" }] }],
      // What a step is given is a bundle of functions, meant to be taken apart.
      "@typescript-eslint/unbound-method": "off",
      // An async function may have nothing to wait for: it fills an interface that others fill with something slow.
      "@typescript-eslint/require-await": "off",
      // Dense loops over typed arrays and records of a fixed shape read better with an index.
      "@typescript-eslint/prefer-for-of": "off",
    },
  },
  { files: ["src/cli/**", "scripts/**"], rules: { "no-console": "off" } },
  {
    files: ["test/**"],
    rules: {
      // Hostile input is of any type.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-misused-spread": "off",
      "max-lines": "off",
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}", "*.ts"],
    extends: [tseslint.configs.recommended],
    rules: { eqeqeq: "error", "prefer-const": "error" },
  },
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
