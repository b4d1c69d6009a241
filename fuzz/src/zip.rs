//! Writes ZIP archives (PKWARE APPNOTE 6.3.10, section 4.3), with checksums right, so that what is in them gets read.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// An archive of entries: name, content, whether to compress.
pub fn archive<N: AsRef<[u8]>, C: AsRef<[u8]>>(entries: &[(N, C, bool)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content, compress) in entries {
        let (name, content) = (name.as_ref(), content.as_ref());
        let data = if *compress { deflate(content) } else { content.to_vec() };
        let mut crc = Crc::new();
        crc.update(content);
        let method = if *compress { 8 } else { 0 };
        let mut common = [20_u16, 0, method, 0, 0x21].map(u16::to_le_bytes).concat();
        common.extend(crc.sum().to_le_bytes());
        common.extend([size(&data), size(content)].concat());
        common.extend([u16::try_from(name.len()).unwrap_or(u16::MAX), 0].map(u16::to_le_bytes).concat());
        let offset = size(&file);
        file.extend([b"PK\x03\x04", &*common, name, &data].concat());
        directory.extend([b"PK\x01\x02\x14\0", &*common, &[0; 10], &offset, name].concat());
    }
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size(&directory), &size(&file), &[0, 0]].concat();
    [file, directory, end].concat()
}

fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn size(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// A Java archive with everything that names one, and another archive in it.
pub fn jar() -> Vec<u8> {
    let manifest = "Manifest-Version: 1.0\r\nImplementation-Title: app\r\nImplementation-Version: 1.0\r\n\
        Bundle-SymbolicName: org.example.a\r\n pp;singleton:=true\r\nImplementation-Vendor-Id: org.example\r\n\r\n";
    let properties = "#Generated\ngroupId=org.example\nartifactId=app\nversion=1.0\n";
    let pom = "<?xml version=\"1.0\"?><project><parent><groupId>org.example</groupId><version>1.0</version></parent>\
        <artifactId>lib</artifactId><version>${x}</version><properties><x>2.0</x></properties>\
        <licenses><license><name>MIT</name></license></licenses></project>";
    let inner = archive(&[("META-INF/maven/org.example/lib/pom.xml", pom, true), ("org/example/A.class", "", false)]);
    archive(&[
        ("META-INF/MANIFEST.MF", manifest.as_bytes(), true),
        ("META-INF/maven/org.example/app/pom.properties", properties.as_bytes(), false),
        ("BOOT-INF/lib/lib-2.0.jar", &inner, false),
        ("com/fasterxml/jackson/core/A.class", b"", false),
    ])
}
