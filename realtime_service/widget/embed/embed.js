// The one script tag of a clinic's page. It loads the rest, as modules, from where it came from itself.
(() => {
  const script = document.currentScript;
  import(new URL("embed/@version@/main.js", script.src).href).then(
    ({ begin }) => begin(script.dataset, new URL(".", script.src)),
    (fault) => console.error("clinic-voice-agent: could not be loaded", fault),
  );
})();
