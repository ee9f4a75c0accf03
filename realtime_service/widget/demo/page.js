// The demo page's own buttons open the assistant.

for (const button of document.querySelectorAll("[data-open-assistant]")) {
  button.addEventListener("click", () => document.querySelector("clinic-voice-agent")?.open());
}
