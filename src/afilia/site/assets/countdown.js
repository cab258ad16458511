// The time left, from the server's seconds: shown each second, spoken at 120, 60, 30 and 0.
for (const shown of document.querySelectorAll("[data-countdown]")) {
  const seconds = Number(shown.dataset.countdown);
  const start = performance.now();
  const spoken = document.createElement("p");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  shown.after(spoken);
  const strong = shown.querySelector("strong");
  const marks = [120, 60, 30, 0].filter((mark) => mark < seconds);

  const tick = () => {
    const left = Math.max(Math.ceil(seconds - (performance.now() - start) / 1000), 0);
    strong.textContent = left
      ? shown.dataset.text.replace("%m", Math.floor(left / 60)).replace("%s", left % 60)
      : shown.getAttribute("data-at-0");
    let passed;
    while (marks.length && left <= marks[0]) {
      passed = marks.shift();
    }
    if (passed !== undefined) {
      spoken.textContent = shown.getAttribute(`data-at-${passed}`);
    }
    if (left) {
      setTimeout(tick, 250);
    }
  };
  tick();
}
