//! C and C++: Conan's and vcpkg's packages, and what Meson builds from sources of others. CMake's `FetchContent` is a
//! program that decides while it runs, and is not read.

mod conan_info;
mod conan_lock;
mod conanfile_py;
mod conanfile_txt;
mod meson_wrap;
mod reference;
mod sections;
mod vcpkg_manifest;
mod vcpkg_sbom;
mod vcpkg_status;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[
    conan_info::ANALYZER,
    conan_lock::ANALYZER,
    conanfile_py::ANALYZER,
    conanfile_txt::ANALYZER,
    meson_wrap::ANALYZER,
    vcpkg_manifest::ANALYZER,
    vcpkg_sbom::ANALYZER,
    vcpkg_status::ANALYZER,
];
