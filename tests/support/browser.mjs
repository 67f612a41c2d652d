// A browser from the npm registry. It is unpacked into TMPDIR, which the caller removes.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Like on Lambda, the package then brings the shared libraries that a bare machine does not have.
process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs24.x";
// Its fonts, and no others: the screenshots are the same on every machine.
process.env.FONTCONFIG_FILE = join(tmpdir(), "only-fonts.conf");
writeFileSync(
  process.env.FONTCONFIG_FILE,
  `<fontconfig><dir>${tmpdir()}/fonts</dir><cachedir>${tmpdir()}/cache</cachedir></fontconfig>`,
);
const { default: unpacked } = await import("@sparticuz/chromium");
const { chromium } = await import("playwright-core");

const wide = { viewport: { width: 1280, height: 900 } };
const narrow = { viewport: { width: 375, height: 740 } };
export const looks = {
  light: { ...wide, colorScheme: "light" },
  dark: { ...wide, colorScheme: "dark" },
  narrow: { ...narrow, colorScheme: "light" },
  "narrow-dark": { ...narrow, colorScheme: "dark" },
};

// The arguments of the package are for Lambda: a single process, and no web security. Without the
// software renderer, one of ten screenshots fails on a busy machine.
export const launch = async () =>
  chromium.launch({
    args: [
      "--no-sandbox",
      "--font-render-hinting=none",
      "--in-process-gpu",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
    ],
    executablePath: await unpacked.executablePath(),
  });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// What axe finds, by all its rules or by those that are named. DevTools may run what the page's
// Content-Security-Policy forbids.
export const findings = (page, runOnly) =>
  page.evaluate(async ([source, options]) => {
    (0, eval)(source);
    const { passes, violations } = await axe.run(options);
    return {
      rules: passes.length,
      violations: violations.flatMap(({ id, impact, nodes }) =>
        nodes.map((node) => ({ impact, finding: `${id}: ${node.html}` })),
      ),
    };
  }, [axe, runOnly ? { preload: false, runOnly } : { preload: false }]);
