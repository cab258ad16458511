// Before a document is sent: a photo that weighs too much is made smaller, several photos become one PDF, and
// what cannot be sent is said at once. Without this script the server says the same after the sending.
const LONGEST = 2400; // pixels of the longer side: what a telephone takes beyond that, nobody reads
const SHORTEST = 1200; // below that small print is not read any more
const QUALITIES = [0.85, 0.75, 0.65];
const A4 = [595, 842]; // points
const PDF_ROOM = 2000; // bytes for each page of a PDF beside its picture

const form = document.querySelector("form[data-limit]");
if (form && window.createImageBitmap && window.DataTransfer) {
  const limit = Number(form.dataset.limit);
  const input = form.elements.file;
  const status = form.querySelector("[data-attach-status]");
  const hint = document.querySelector("[data-attach-hint]");
  const takesPictures = Boolean(hint);
  let working = null;
  let own = false;

  if (takesPictures) {
    input.multiple = true;
    hint.hidden = false;
  }
  input.addEventListener("change", () => {
    if (!own) {
      status.textContent = "";
      working = prepare([...input.files]).finally(() => {
        working = null;
      });
    }
  });
  form.addEventListener("submit", async (event) => {
    if (working) {
      event.preventDefault();
      event.stopImmediatePropagation();
      await working;
      if (input.files.length) {
        form.submit();
      }
    }
  }, { capture: true });

  async function prepare(files) {
    const pictures = files.filter((file) => file.type.startsWith("image/"));
    if (!takesPictures || !pictures.length) {
      if (files.length > 1) {
        refuse(form.dataset.oneFile);
      } else if (files.length && files[0].size > limit) {
        refuse(form.dataset.tooLarge);
      }
      return;
    }
    if (pictures.length < files.length) {
      refuse(form.dataset.oneFile);
      return;
    }
    if (files.length === 1 && files[0].type === "image/jpeg" && files[0].size <= limit) {
      return;
    }
    status.textContent = form.dataset.working;
    try {
      await convert(pictures);
    } catch {
      refuse(form.dataset.unreadable);
    }
  }

  async function convert(pictures) {
    const budget = Math.floor((limit - PDF_ROOM) / pictures.length) - PDF_ROOM;
    const made = [];
    for (const picture of pictures) {
      const one = await smaller(picture, pictures.length > 1 ? budget : limit);
      if (!one) {
        refuse(form.dataset.unreadableIfSmaller);
        return;
      }
      made.push(one);
    }
    const name = pictures[0].name.replace(/\.[^.]*$/, "") || "foto";
    const file = made.length > 1
      ? new File([pdf(made)], `${name}.pdf`, { type: "application/pdf" })
      : new File([made[0].bytes], `${name}.jpg`, { type: "image/jpeg" });
    put([file]);
    const said = made.length > 1 ? form.dataset.joined : form.dataset.smaller;
    status.textContent = said.replace("%n", made.length).replace("%s", Math.ceil(file.size / 1024));
  }

  function refuse(text) {
    put([]);
    status.textContent = text;
  }

  function put(files) {
    const chosen = new DataTransfer();
    files.forEach((file) => chosen.items.add(file));
    input.files = chosen.files;
    own = true; // what shows the name of the file hears of it, and we do not again
    input.dispatchEvent(new Event("change", { bubbles: true }));
    own = false;
  }
}

// The picture as a JPEG of at most so many bytes, the right way up and without what the camera wrote of place
// and time; null when it could no longer be read.
async function smaller(file, most) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const longer = Math.max(picture.width, picture.height);
  const first = Math.min(LONGEST, longer);
  for (let side = first; side >= Math.min(SHORTEST, first); side = Math.floor(side * 0.85)) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((picture.width * side) / longer));
    canvas.height = Math.max(1, Math.round((picture.height * side) / longer));
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const blob = await new Promise((done) => {
        canvas.toBlob(done, "image/jpeg", quality);
      });
      if (blob && blob.size <= most) {
        return {
          bytes: new Uint8Array(await blob.arrayBuffer()),
          width: canvas.width,
          height: canvas.height,
        };
      }
    }
  }
  return null;
}

// A PDF with a page of A4 for each JPEG, which stands in it as it is.
function pdf(pictures) {
  const parts = [];
  const offsets = [];
  const encoder = new TextEncoder();
  let length = 0;
  const write = (part) => {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    parts.push(bytes);
    length += bytes.length;
  };
  const object = (...content) => {
    offsets.push(length);
    write(`${offsets.length} 0 obj\n`);
    content.forEach(write);
    write("\nendobj\n");
  };
  const stream = (head, bytes) => object(`<< ${head} /Length ${bytes.length} >>\nstream\n`, bytes, "\nendstream");

  write("%PDF-1.4\n");
  object("<< /Type /Catalog /Pages 2 0 R >>");
  const kids = pictures.map((_, at) => `${3 + 3 * at} 0 R`).join(" ");
  object(`<< /Type /Pages /Kids [${kids}] /Count ${pictures.length} >>`);
  pictures.forEach(({ bytes, width, height }, at) => {
    const [wide, high] = width > height ? [A4[1], A4[0]] : A4;
    const scale = Math.min(wide / width, high / height);
    const [w, h] = [width * scale, height * scale].map((side) => side.toFixed(2));
    const [x, y] = [(wide - w) / 2, (high - h) / 2].map((side) => side.toFixed(2));
    const number = 3 + 3 * at;
    object(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${wide} ${high}] /Contents ${number + 1} 0 R `
      + `/Resources << /XObject << /P ${number + 2} 0 R >> >> >>`,
    );
    stream("", encoder.encode(`q ${w} 0 0 ${h} ${x} ${y} cm /P Do Q`));
    stream(
      `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} `
      + "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
      bytes,
    );
  });
  const start = length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  write(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${rows}`);
  write(`trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return new Blob(parts);
}
