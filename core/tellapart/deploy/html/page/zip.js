// A zip of a few files, packed as they are. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

const CRC = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

/** @param {Uint8Array} data */
export function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * @param {{name: string, data: Uint8Array}[]} files names of plain letters
 */
export function zipped(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, data } of files) {
    const path = new TextEncoder().encode(name);
    // version 2.0, no flags, stored, 1 January 1980: the visitor's clock is nobody's business
    const facts = new Uint8Array(26);
    const view = new DataView(facts.buffer);
    view.setUint16(0, 20, true);
    view.setUint16(8, 0x21, true);
    view.setUint32(10, crc32(data), true);
    view.setUint32(14, data.length, true);
    view.setUint32(18, data.length, true);
    view.setUint16(22, path.length, true);
    const place = new Uint8Array(16);
    new DataView(place.buffer).setUint32(12, offset, true);
    const head = [new Uint8Array([0x50, 0x4b, 3, 4]), facts, path, data];
    parts.push(...head);
    directory.push(new Uint8Array([0x50, 0x4b, 1, 2, 20, 0]), facts, new Uint8Array(2), place.subarray(4), path);
    offset += head.reduce((sum, part) => sum + part.length, 0);
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, files.length, true);
  view.setUint16(10, files.length, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
