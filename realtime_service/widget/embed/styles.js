// How the widget looks. A constructed sheet: a page's style-src needs to allow nothing for it.

export const STYLES = `
:host { all: initial; display: block; }
:host([data-floating]) { position: fixed; z-index: 2147483000; inset-block-end: 0; inset-inline: 0; block-size: 0; }
* { box-sizing: border-box; margin: 0; font: inherit; }
[hidden] { display: none !important; }
/* The visitor's own size of letters and light colours, whatever the page makes of its root and of the dark. */
.root { color-scheme: only light;
  font: 400 medium/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Devanagari",
    "Noto Sans Telugu", "Nirmala UI", sans-serif;
  color: #17212b; --line: #dde3e8; --soft: #f3f6f8; --dim: #51606d; text-align: start;
}
svg { inline-size: 1.375em; block-size: 1.375em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round; }
button, .button, input { min-block-size: 44px; border-radius: 12px; border: 1px solid transparent; color: inherit; }
button, .button { display: inline-flex; align-items: center; justify-content: center; gap: .5em; cursor: pointer;
  padding: .4em 1em; background: none; text-decoration: none; font-weight: 600; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.primary { background: var(--accent); color: var(--on); border-color: var(--accent); }
.primary:hover { filter: brightness(1.08); }
.secondary { border-color: #8a98a5; background: #fff; }
.secondary:hover { background: var(--soft); }

.launcher { position: fixed; inset-block-end: 24px; border-radius: 99px; min-block-size: 58px; padding: .5em 1.4em .5em 1.1em;
  background: var(--accent); color: var(--on); box-shadow: 0 8px 28px rgb(15 35 50 / .28); border: 2px solid #fff; }
.launcher:hover { filter: brightness(1.08); }
.live .launcher::before { content: ""; inline-size: .6em; block-size: .6em; border-radius: 50%; background: #51e08a; }
.right .launcher, .right .panel { right: 24px; }
.left .launcher, .left .panel { left: 24px; }

.panel { display: flex; flex-direction: column; overflow: hidden; background: #fff; border: 1px solid var(--line);
  border-radius: 20px; inline-size: 100%; block-size: 38em; max-block-size: 100%; }
.floating .panel { position: fixed; inset-block-end: 24px; inline-size: min(24.5em, calc(100vw - 48px)); block-size: min(40em, calc(100dvh - 48px));
  box-shadow: 0 18px 60px rgb(15 35 50 / .3); }

.head { display: flex; align-items: center; gap: .8em; padding: .9em .7em .9em 1.1em; background: var(--accent); color: var(--on); }
.head :focus-visible, .launcher:focus-visible { outline-color: var(--on); outline-offset: -5px; }
.launcher:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
.names { flex: 1; min-inline-size: 0; }
h2 { font-weight: 700; font-size: 1.08em; line-height: 1.25; overflow-wrap: anywhere; }
.status { font-size: .9em; line-height: 1.35; min-block-size: 1.35em; }
.icon { inline-size: 44px; padding: 0; flex: none; }
.orb { position: relative; inline-size: 46px; block-size: 46px; border-radius: 50%; display: grid; place-items: center; flex: none;
  background: rgb(255 255 255 / .2); }
.orb::before { content: ""; position: absolute; inset: 0; border-radius: 50%; border: 2px solid currentColor; opacity: .55;
  transform: scale(calc(1 + var(--agent, 0) * .35)); }

.start { flex: 1; overflow: auto; padding: 1.5em 1.4em 1.2em; display: flex; flex-direction: column; gap: .9em; }
.start h3 { font-size: 1.45em; line-height: 1.25; font-weight: 700; }
.start p { color: var(--dim); }
.start .urgent { color: #17212b; font-weight: 600; border-inline-start: 4px solid #c92a2a; padding-inline-start: .7em; font-size: .9em; }
.start .small { font-size: .84em; line-height: 1.45; margin-block-start: auto; }
.start .primary { min-block-size: 54px; font-size: 1.06em; }
fieldset { border: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5em; min-inline-size: 0; }
.choice { position: relative; }
.choice input { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; opacity: 0; cursor: pointer; margin: 0; }
.choice span { display: inline-block; padding: .3em .9em; border: 1px solid #8a98a5; border-radius: 99px; font-size: .95em; min-block-size: 36px; }
.choice input:checked + span { background: var(--ink); border-color: var(--ink); color: #fff; font-weight: 600; }
.choice input:focus-visible + span { outline: 3px solid var(--ink); outline-offset: 2px; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.talk { flex: 1; min-block-size: 0; display: flex; flex-direction: column; }
.log { flex: 1; min-block-size: 5em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; display: flex; flex-direction: column; gap: .6em;
  background: var(--soft); }
.log:focus-visible { outline-offset: -4px; }
.said { max-inline-size: 85%; padding: .55em .85em; border-radius: 16px; overflow-wrap: anywhere; }
.agent { background: #fff; border: 1px solid var(--line); border-end-start-radius: 5px; align-self: flex-start; }
.caller { background: var(--ink); color: #fff; border-end-end-radius: 5px; align-self: flex-end; }
.cut { color: var(--dim); font-style: italic; }
.who { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.card { background: #fff; border: 1px solid var(--line); border-inline-start: 5px solid #2b8a3e; border-radius: 14px; padding: .9em 1em;
  display: grid; gap: .25em; }
.card.cancelled { border-inline-start-color: #8a98a5; }
.title { display: flex; align-items: center; gap: .4em; font-weight: 700; color: #1e6b30; }
.cancelled .title { color: var(--dim); }
.when { font-weight: 600; }
.where { color: var(--dim); }
.calendar { display: inline-flex; align-items: center; gap: .5em; min-block-size: 44px; color: var(--ink); font-weight: 600;
  text-decoration: underline; text-underline-offset: 3px; justify-self: start; }
.notice { display: flex; align-items: center; gap: .7em; padding: .7em 1em; background: #fff3d6; border-block-start: 1px solid #ecd396; font-size: .93em; }
.notice p { flex: 1; }

.controls { border-block-start: 1px solid var(--line); padding: .7em; display: grid; gap: .6em; background: #fff; }
form { display: flex; gap: .5em; }
.controls input { flex: 1; min-inline-size: 0; border-color: #76848f; padding: .4em .9em; background: #fff; }
input::placeholder { color: #5d6b77; opacity: 1; }
.buttons { display: flex; gap: .5em; align-items: center; }
.toggle { border-color: #8a98a5; background: #fff; position: relative; }
.toggle[aria-pressed="true"] { color: var(--ink); border-color: var(--ink); }
.toggle[aria-pressed="false"] { background: #eceff2; color: #46535e; }
.meter { position: absolute; inset-inline: 9px; inset-block-end: 5px; block-size: 3px; border-radius: 2px; background: var(--ink);
  transform: scaleX(var(--caller, 0)); }
.hangup { margin-inline-start: auto; background: #c92a2a; color: #fff; }
.hangup:hover { background: #b02020; }
.over { padding: 1em 1.1em 1.1em; display: grid; gap: .7em; border-block-start: 1px solid var(--line); }
.over p { font-weight: 600; }
.over .choices { display: flex; flex-wrap: wrap; gap: .5em; }

@media (max-width: 30rem), (max-height: 30rem) {
  .floating .panel { inset: 0; inline-size: auto; block-size: 100dvh; border: 0; border-radius: 0; }
  .right .launcher { right: 16px; } .left .launcher { left: 16px; } .launcher { inset-block-end: 16px; }
}
@media (max-height: 20rem) { .panel { overflow-y: auto; } .orb { display: none; } .head, .controls { padding-block: .2em; } }
@media (prefers-reduced-motion: no-preference) {
  .orb::before, .meter { transition: transform 90ms linear; }
  .floating .panel { animation: rise .18s ease-out; }
  @keyframes rise { from { opacity: 0; translate: 0 14px; } }
}
@media (prefers-reduced-motion: reduce) { .orb::before { transform: none; opacity: calc(.35 + var(--agent, 0) * .65); } }
@media (forced-colors: active) { button, .button, .said, .card { border: 1px solid; } .meter { background: Highlight; } }
`;
