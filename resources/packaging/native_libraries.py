"""Shared libraries that lie inside wheels (folders `*.libs`): project, licence, source. Wheels rarely say."""

from __future__ import annotations

_FFMPEG = ("FFmpeg", "LGPL-3.0-or-later", "https://ffmpeg.org")
_XCB = ("XCB", "X11", "https://xcb.freedesktop.org")
_GCC = ("GCC runtime libraries", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org")
_NETTLE = ("Nettle", "LGPL-3.0-or-later OR GPL-2.0-or-later", "https://www.lysator.liu.se/~nisse/nettle/")
_OPENCORE = ("OpenCORE AMR", "Apache-2.0", "https://sourceforge.net/projects/opencore-amr/")
_OPENSSL = ("OpenSSL 1.1", "OpenSSL", "https://www.openssl.org")
_WEBP = ("libwebp", "BSD-3-Clause", "https://chromium.googlesource.com/webm/libwebp")

NATIVE_LIBRARIES: dict[str, tuple[str, str, str]] = {
    "libavcodec": _FFMPEG,
    "libavdevice": _FFMPEG,
    "libavfilter": _FFMPEG,
    "libavformat": _FFMPEG,
    "libavutil": _FFMPEG,
    "libswresample": _FFMPEG,
    "libswscale": _FFMPEG,
    "libx264": ("x264", "GPL-2.0-or-later", "https://code.videolan.org/videolan/x264"),
    "libx265": ("x265", "GPL-2.0-or-later", "https://bitbucket.org/multicoreware/x265_git"),
    "libSvtAv1Enc": ("SVT-AV1", "BSD-3-Clause-Clear", "https://gitlab.com/AOMediaCodec/SVT-AV1"),
    "libaom": ("libaom", "BSD-2-Clause", "https://aomedia.googlesource.com/aom"),
    "libavif": ("libavif", "BSD-2-Clause", "https://github.com/AOMediaCodec/libavif"),
    "libdav1d": ("dav1d", "BSD-2-Clause", "https://code.videolan.org/videolan/dav1d"),
    "libmp3lame": ("LAME", "LGPL-2.0-or-later", "https://lame.sourceforge.io"),
    "libopencore-amrnb": _OPENCORE,
    "libopencore-amrwb": _OPENCORE,
    "libopus": ("Opus", "BSD-3-Clause", "https://opus-codec.org"),
    "libvpx": ("libvpx", "BSD-3-Clause", "https://chromium.googlesource.com/webm/libvpx"),
    "libvpl": ("oneVPL", "MIT", "https://github.com/intel/libvpl"),
    "libsharpyuv": _WEBP,
    "libwebp": _WEBP,
    "libwebpmux": _WEBP,
    "libwebpdemux": _WEBP,
    "libasound": ("alsa-lib", "LGPL-2.1-or-later", "https://www.alsa-project.org"),
    "libdrm": ("libdrm", "MIT", "https://gitlab.freedesktop.org/mesa/drm"),
    "libgmp": ("GMP", "LGPL-3.0-or-later OR GPL-2.0-or-later", "https://gmplib.org"),
    "libgnutls": ("GnuTLS", "LGPL-2.1-or-later", "https://www.gnutls.org"),
    "libhogweed": _NETTLE,
    "libnettle": _NETTLE,
    "libunistring": (
        "libunistring",
        "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "https://www.gnu.org/software/libunistring/",
    ),
    "libXau": ("libXau", "MIT-open-group", "https://gitlab.freedesktop.org/xorg/lib/libxau"),
    "libxcb": _XCB,
    "libxcb-shape": _XCB,
    "libxcb-shm": _XCB,
    "libxcb-xfixes": _XCB,
    "libcrypto": _OPENSSL,
    "libssl": _OPENSSL,
    "libgcc_s": _GCC,
    "libgfortran": _GCC,
    "libgomp": _GCC,
    "libquadmath": _GCC,
    "libstdc++": _GCC,
    "libopenblasp-r": ("OpenBLAS", "BSD-3-Clause", "https://www.openblas.net"),
    "libscipy_openblas": ("OpenBLAS", "BSD-3-Clause", "https://www.openblas.net"),
    "libscipy_openblas64_": ("OpenBLAS", "BSD-3-Clause", "https://www.openblas.net"),
    "libbrotlicommon": ("Brotli", "MIT", "https://github.com/google/brotli"),
    "libbrotlidec": ("Brotli", "MIT", "https://github.com/google/brotli"),
    "libfreetype": ("FreeType", "FTL OR GPL-2.0-only", "https://freetype.org"),
    "libharfbuzz": ("HarfBuzz", "MIT-Modern-Variant", "https://harfbuzz.github.io"),
    "libjpeg": ("libjpeg-turbo", "IJG AND BSD-3-Clause", "https://libjpeg-turbo.org"),
    "liblcms": ("Little CMS", "MIT", "https://www.littlecms.com"),
    "liblzma": ("XZ Utils", "0BSD", "https://tukaani.org/xz/"),
    "libopenjp": ("OpenJPEG", "BSD-2-Clause", "https://www.openjpeg.org"),
    "libpng": ("libpng", "libpng-2.0", "http://www.libpng.org"),
    "libtiff": ("libtiff", "libtiff", "https://libtiff.gitlab.io/libtiff/"),
    "libz": ("zlib", "Zlib", "https://zlib.net"),
    "libzstd": ("Zstandard", "BSD-3-Clause", "https://facebook.github.io/zstd/"),
}
"""Name of the library without version and hash -> (project, SPDX expression, source)."""
