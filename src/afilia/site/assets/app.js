// Everything here only helps: each page does its work without it.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
initAll();

// Only where a page uses it: it is half of all the scripts. And only once all has loaded: between the page's
// being read and that, HTMX would wait for an event that is over.
if (document.querySelector("[hx-get], [hx-post]")) {
  const start = () => import("./htmx.min.js");
  if (document.readyState === "complete") {
    start();
  } else {
    window.addEventListener("load", start);
  }
}

// What HTMX puts into the page afterwards.
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) {
    initAll({ scope: event.detail.elt });
  }
});

// The second click of a double click sends nothing. A form that answers with a file leaves the page
// as it is, so it may be sent again after a while; so may any form after the back button.
const REPEAT_AFTER = 4000;
let sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") {
    return;
  }
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < REPEAT_AFTER) {
    event.preventDefault();
    event.stopPropagation();
  } else {
    sent.set(form, event.timeStamp);
  }
}, { capture: true });
window.addEventListener("pageshow", () => {
  sent = new WeakMap();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
