import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive with one file, deflated. @source PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16 */
export function zipOf(name: string, content: Uint8Array): Uint8Array {
  const packed = deflateRawSync(content);
  const label = Buffer.from(name, 'utf8');
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed: deflate
  common.writeUInt16LE(0x0800, 2); // names are UTF-8
  common.writeUInt16LE(8, 4); // method: deflate
  common.writeUInt16LE(0x21, 8); // date: 1980-01-01, the first there is
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(label.length, 22);
  const local = Buffer.concat([signature(0x04034b50), common, label, packed]);
  const made = Buffer.alloc(2);
  made.writeUInt16LE(20, 0);
  const directory = Buffer.concat([signature(0x02014b50), made, common, Buffer.alloc(14), label]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
