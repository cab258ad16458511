// The screen of a waiting room: says and rings each new call. The page refreshes itself without this.
const status = document.querySelector("[data-status]");
const offline = document.querySelector("[data-offline]");
const button = document.querySelector("[data-sound]");
let mark = document.querySelector("[data-mark]").dataset.mark;
let audio;

// Browsers let a page sound only after somebody has pressed something in it.
button.hidden = false;
button.addEventListener("click", () => {
  audio = new AudioContext();
  button.hidden = true;
  ring();
});

function ring() {
  [659, 523].forEach((pitch, turn) => {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    const from = audio.currentTime + turn * 0.35;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.4, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.6);
    tone.connect(loudness).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.6);
  });
}

function say(text) {
  status.textContent = text;
  if (!audio) {
    return;
  }
  ring();
  if ("speechSynthesis" in window) {
    const spoken = new SpeechSynthesisUtterance(text);
    spoken.lang = document.documentElement.lang;
    window.speechSynthesis.speak(spoken);
  }
}

document.body.addEventListener("htmx:afterSwap", () => {
  const called = document.querySelector("[data-mark]");
  if (called.dataset.mark !== mark) {
    mark = called.dataset.mark;
    if (called.dataset.speak) {
      say(called.dataset.speak);
    }
  }
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  offline.hidden = event.detail.successful;
});
