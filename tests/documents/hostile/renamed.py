"""Programs, pages and other files under the name of a document."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator

from PIL import Image

from afilia.documents.rules.files import Refusal
from tests.documents.hostile import Hostile, refused

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
FILL = bytes(range(256)) * 8

PROGRAMS = {
    "windows program": b"MZ\x90\x00\x03" + FILL,
    "windows program in small letters": b"mz" + FILL,
    "linux program": b"\x7fELF\x02\x01\x01" + FILL,
    "mac program": b"\xcf\xfa\xed\xfe\x07\x00\x00\x01" + FILL,
    "java class": b"\xca\xfe\xba\xbe\x00\x00\x004" + FILL,
    "shell script": b"#!/bin/sh\nrm -r ~\n",
    "python script": b"#!/usr/bin/env python3\nprint(1)\n",
    "batch file": b"@ECHO OFF\r\ndel *.*\r\n",
}
PAGES = {
    "html": b"<!DOCTYPE html><html><body>" + SCRIPT,
    "html in capitals": b"<HTML><BODY>" + SCRIPT.upper(),
    "html after blanks": b"\r\n\t   " * 20 + b"<html>" + SCRIPT,
    "html after a comment": b"<!-- foto --><p>" + SCRIPT,
    "html after the mark of utf-8": b"\xef\xbb\xbf<html>" + SCRIPT,
    "html after text": b"Estimados: " * 30 + SCRIPT,
    "script alone": SCRIPT,
    "frame": b"<iframe src=javascript:alert(1)>",
    "image with an error": b"<img src=x onerror=alert(1)>",
    "object": b"<object data=x></object>",
    "style": b"<style>@import 'x'</style>",
    "svg": SVG,
    "svg after its prolog": b'<?xml version="1.0"?>\n<!DOCTYPE svg>' + SVG,
    "xml that includes a file": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "style sheet of xml": b'<?xml version="1.0"?><xsl:stylesheet>',
    "php": b"<?php system($_GET[0]); ?>",
    "mail with a page": b"Content-Type: text/html\r\n\r\n<html>" + SCRIPT,
}
UNKNOWN = {
    "text": b"Estimados senores: adjunto mi cedula.",
    "one byte": b"\x00",
    "zeros": b"\x00" * 5000,
    "noise": bytes((i * 7919) % 251 for i in range(5000)),
    "page in utf-16": "<html><script>alert(1)</script>".encode("utf-16"),
    "postscript": b"%!PS-Adobe-3.0\n(x) run",
    "film": b"\x00\x00\x00\x18ftypmp42" + FILL,
    "sound": b"ID3\x03\x00" + FILL,
    "web assembly": b"\x00asm\x01\x00\x00\x00",
    "link of windows": b"L\x00\x00\x00\x01\x14\x02\x00" + FILL,
    "jpeg 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + FILL,
    "almost a jpeg": b"\xff\xd8" + FILL,
    "almost a pdf": b"%PDF" + FILL,
    "database": b"SQLite format 3\x00" + FILL,
    "json": b'{"__proto__": {}}',
    "mark of a pdf too late": b" " * 1020 + b"%PDF-1.7\n",
}
ARCHIVES = {
    "rar": b"Rar!\x1a\x07\x01\x00" + FILL,
    "7z": b"7z\xbc\xaf\x27\x1c" + FILL,
    "bzip2": b"BZh91AY&SY" + FILL,
    "xz": b"\xfd7zXZ\x00" + FILL,
    "gzip": gzip.compress(FILL, mtime=0),
    "empty zip": b"PK\x05\x06" + b"\x00" * 18,
}
OFFICE = {
    "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + FILL,
    "rtf": b"{\\rtf1 {\\object\\objemb}}",
}
IMAGES = ("PNG", "GIF", "BMP", "TIFF", "WEBP")
HEIC = {
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + FILL,
    "avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1" + FILL,
}


def files() -> Iterator[Hostile]:
    yield refused("nothing", b"", Refusal.EMPTY)
    for reason, named in (
        (Refusal.EXECUTABLE, PROGRAMS),
        (Refusal.WEB_PAGE, PAGES),
        (Refusal.UNKNOWN_TYPE, UNKNOWN),
        (Refusal.ARCHIVE, ARCHIVES),
        (Refusal.OFFICE, OFFICE),
        (Refusal.HEIC, HEIC),
    ):
        for name, content in named.items():
            yield refused(name, content, reason)
    for kind in IMAGES:
        output = io.BytesIO()
        Image.new("RGB", (8, 8)).save(output, kind)
        yield refused(f"{kind.lower()} image", output.getvalue(), Refusal.OTHER_IMAGE)
    yield refused("zip", zipped("foto.jpg.exe"), Refusal.ARCHIVE)
    yield refused("word", zipped("word/document.xml"), Refusal.OFFICE)
    yield refused("excel", zipped("xl/workbook.xml"), Refusal.OFFICE)
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("nota.txt"))
    yield refused("tar", output.getvalue(), Refusal.UNKNOWN_TYPE)


def zipped(name: str, content: bytes = b"x") -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return output.getvalue()
