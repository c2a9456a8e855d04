import { createHash } from 'node:crypto'

/** The page's only stylesheet; inline, and allowed by its hash, so that the page needs nothing else. */
export const css = `
:root {
  color-scheme: light dark;
  --ground: #f4f3ef; --card: #ffffff; --ink: #1b1d21; --soft: #62666f; --line: #e5e3dc; --field: #f8f7f4;
  --accent: #1f6f5c; --accent-ink: #ffffff; --accent-hover: #185a4a;
  --wait: #8a5a00; --wait-ground: #fdf3dc; --good: #17694f; --good-ground: #e0f3ea;
  --bad: #a3341f; --bad-ground: #fbe8e3; --work: #2457a6; --work-ground: #e5eefb;
  --shadow: 0 1px 2px rgb(27 29 33 / 5%), 0 18px 48px -16px rgb(27 29 33 / 16%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121417; --card: #1b1e23; --ink: #eceef1; --soft: #9ba1ac; --line: #2d3138; --field: #16191d;
    --accent: #5cc4a5; --accent-ink: #0c211b; --accent-hover: #76d3b7;
    --wait: #f0c266; --wait-ground: #33290f; --good: #6fd3ac; --good-ground: #12322a;
    --bad: #f2937d; --bad-ground: #3a1d16; --work: #8fb6f2; --work-ground: #17273f;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 18px 48px -16px rgb(0 0 0 / 60%);
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; padding: clamp(1.5rem, 7vh, 4.5rem) 1rem 2rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  -webkit-font-smoothing: antialiased;
}
.page { max-width: 27.5rem; margin: 0 auto; }
header { display: flex; justify-content: space-between; align-items: center; padding: 0 .25rem 1rem; }
.brand { display: flex; align-items: center; gap: .6rem; font-weight: 650; letter-spacing: -.01em; }
.brand svg { width: 1.6rem; height: 1.6rem; color: var(--accent); }
.chip {
  border: 1px solid var(--line); border-radius: 99px; padding: .15rem .7rem; background: var(--card);
  color: var(--soft); font-size: .8125rem; font-weight: 550;
}
main {
  background: var(--card); border: 1px solid var(--line); border-radius: 20px; box-shadow: var(--shadow);
  overflow: hidden;
}
.state { display: flex; gap: .8rem; align-items: flex-start; padding: 1rem 1.5rem; }
.state svg { flex: none; width: 1.5rem; height: 1.5rem; margin-top: .05rem; }
.state h1 { font-size: 1rem; font-weight: 650; line-height: 1.5; }
.state p { font-size: .9rem; line-height: 1.45; }
.wait { color: var(--wait); background: var(--wait-ground); }
.work { color: var(--work); background: var(--work-ground); }
.good { color: var(--good); background: var(--good-ground); }
.bad { color: var(--bad); background: var(--bad-ground); }
.price { padding: 1.75rem 1.5rem 1.5rem; text-align: center; }
.price .what { color: var(--soft); }
.price .amount { font-size: 3rem; font-weight: 680; letter-spacing: -.035em; line-height: 1.15; font-variant-numeric: tabular-nums; }
.price .exact { color: var(--soft); font-size: .9375rem; font-variant-numeric: tabular-nums; }
.price .due { margin-top: .35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.time { padding: 0 1.5rem 1.25rem; }
.time p { color: var(--soft); font-size: .875rem; text-align: center; padding-top: .5rem; }
progress { display: block; width: 100%; height: 6px; border: 0; border-radius: 99px; background: var(--line); appearance: none; overflow: hidden; }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 99px; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 99px; }
.address { margin: 0 1.5rem 1.5rem; padding: .85rem 1rem; background: var(--field); border: 1px solid var(--line); border-radius: 12px; }
.address h2, .others h2 { font-size: .8125rem; font-weight: 600; color: var(--soft); }
.address code { display: block; margin: .2rem 0; font: .8125rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.address p { font-size: .8125rem; color: var(--soft); }
form { display: grid; gap: .6rem; padding: 0 1.5rem 1.5rem; }
button, .back {
  font: inherit; font-weight: 600; min-height: 2.9rem; padding: .5rem 1rem; border-radius: 12px; cursor: pointer;
  border: 1px solid var(--line); background: var(--card); color: var(--ink); text-align: center; text-decoration: none;
  transition: background-color .12s, border-color .12s;
}
button:hover { border-color: var(--soft); }
button.main, .back { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button.main:hover, .back:hover { background: var(--accent-hover); border-color: var(--accent-hover); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.others { border-top: 1px solid var(--line); padding-top: 1.1rem; display: grid; gap: .7rem; margin-top: .5rem; }
.others div { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
.others button { min-height: 2.5rem; font-size: .875rem; font-weight: 550; color: var(--soft); padding: .35rem .5rem; background: none; }
.others button:hover { color: var(--ink); }
.others button:last-child:nth-child(odd) { grid-column: 1 / -1; }
.done { padding: 0 1.5rem 1.75rem; display: grid; gap: .9rem; text-align: center; color: var(--soft); font-size: .9375rem; }
.back { display: grid; place-items: center; }
.state.good { flex-direction: column; align-items: center; text-align: center; gap: .6rem; padding-block: 1.75rem 1.5rem; }
.state.good svg { width: 3.5rem; height: 3.5rem; stroke-width: 1.4; }
.state.good h1 { font-size: 1.25rem; letter-spacing: -.01em; }
footer { padding: 1.1rem .25rem 0; text-align: center; color: var(--soft); font-size: .8125rem; }
@media (prefers-reduced-motion: reduce) { * { transition: none; } }
`

/** Nothing is loaded from anywhere; forms go back to this server only. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')
