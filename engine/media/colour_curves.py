"""The named input colour spaces: their transfer curves and primaries, each with the paper that publishes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Curve = Callable[[Values], Values]
Matrix = tuple[tuple[float, float, float], ...]
Chromaticities = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class ColourSpace:
    """One input colour space.

    Attributes:
        name: What users type.
        title: What menus show.
        decode: Code values (0..1 for integer files) to scene-linear light, 18 % grey at 0.18; None where the pictures
            are display-referred and taken as they stand.
        to_rec709: 3 x 3 matrix from its primaries to Rec.709, or None where they are the same.
    """

    name: str
    title: str
    decode: Curve | None
    to_rec709: Matrix | None = None


_D65 = (0.3127, 0.3290)
_ACES_WHITE = (0.32168, 0.33767)
_REC709: Chromaticities = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65)
_REC2020: Chromaticities = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65)
_AP0: Chromaticities = ((0.7347, 0.2653), (0.0, 1.0), (0.0001, -0.0770), _ACES_WHITE)
ACESCG_PRIMARIES: Chromaticities = ((0.713, 0.293), (0.165, 0.830), (0.128, 0.044), _ACES_WHITE)
_ARRI_WIDE_GAMUT_3: Chromaticities = ((0.6840, 0.3130), (0.2210, 0.8480), (0.0861, -0.1020), _D65)
_ARRI_WIDE_GAMUT_4: Chromaticities = ((0.7347, 0.2653), (0.1424, 0.8576), (0.0991, -0.0308), _D65)
_S_GAMUT3: Chromaticities = ((0.730, 0.280), (0.140, 0.855), (0.100, -0.050), _D65)
_S_GAMUT3_CINE: Chromaticities = ((0.766, 0.275), (0.225, 0.800), (0.089, -0.087), _D65)
_V_GAMUT: Chromaticities = ((0.730, 0.280), (0.165, 0.840), (0.100, -0.030), _D65)
_RED_WIDE_GAMUT: Chromaticities = ((0.780308, 0.304253), (0.121595, 1.493994), (0.095612, -0.084589), _D65)
_CINEMA_GAMUT: Chromaticities = ((0.740, 0.270), (0.170, 1.140), (0.080, -0.100), _D65)
_DAVINCI_WIDE_GAMUT: Chromaticities = ((0.8000, 0.3130), (0.1682, 0.9877), (0.0790, -0.1155), _D65)

_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))


def rgb_to_xyz(primaries: Chromaticities) -> NDArray[np.float64]:
    """Returns the 3 x 3 matrix from linear RGB to CIE XYZ with white at Y = 1 (SMPTE RP 177-1993)."""
    xyz = np.array([[x / y, 1.0, (1.0 - x - y) / y] for x, y in primaries]).T
    scale = np.linalg.solve(xyz[:, :3], xyz[:, 3])
    return np.asarray(xyz[:, :3] * scale)


def matrix_to_rec709(primaries: Chromaticities) -> Matrix:
    """Returns the 3 x 3 matrix from linear RGB of these primaries to Rec.709, white adapted by Bradford's method."""
    source, target = rgb_to_xyz(primaries), rgb_to_xyz(_REC709)
    cone_from, cone_to = _BRADFORD @ source.sum(axis=1), _BRADFORD @ target.sum(axis=1)
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(cone_to / cone_from) @ _BRADFORD
    matrix = np.linalg.inv(target) @ adapt @ source
    return tuple((float(row[0]), float(row[1]), float(row[2])) for row in matrix)


def linear_space_of(chromaticities: tuple[float, ...]) -> str | None:
    """Returns the scene-linear space with these primaries and white (x, y of R, G, B, white), or None."""
    known = (("linear", _REC709), ("acescg", ACESCG_PRIMARIES), ("aces2065-1", _AP0), ("linear-rec2020", _REC2020))
    for name, primaries in known:
        if np.abs(np.ravel(primaries) - np.asarray(chromaticities)).max() < 1e-3:
            return name
    return None


def _linear(v: Values) -> Values:
    return v


def _piecewise(condition: NDArray[np.bool_], below: NDArray[np.floating], above: NDArray[np.floating]) -> Values:
    return np.where(condition, below, above).astype(np.float32)


def _cineon(v: Values) -> Values:
    """Kodak, "Conversion of 10-bit Log Film Data to 8-bit Linear or Video Data", 1995: white 685, black 95."""
    black = 10.0 ** ((95 - 685) * 0.002 / 0.6)
    return np.asarray((np.power(10.0, (v * 1023.0 - 685.0) * 0.002 / 0.6) - black) / (1.0 - black), np.float32)


def _log_c3(v: Values) -> Values:
    """ARRI, "ALEXA Log C Curve: Usage in VFX", 2017, EI 800, scene-linear."""
    cut, a, b, c, d, e, f = 0.010591, 5.555556, 0.052272, 0.247190, 0.385537, 5.367655, 0.092809
    return _piecewise(v <= e * cut + f, (v - f) / e, (np.power(10.0, (v - d) / c) - b) / a)


def _log_c4(v: Values) -> Values:
    """ARRI, "LogC4 Logarithmic Color Space: Specification", 2022."""
    a, b, c = (2.0**18 - 16.0) / 117.45, (1023.0 - 95.0) / 1023.0, 95.0 / 1023.0
    s = 7.0 * np.log(2.0) * 2.0 ** (7.0 - 14.0 * c / b) / (a * b)
    t = (2.0 ** (14.0 * (-c / b) + 6.0) - 64.0) / a
    return _piecewise(v < 0.0, v * s + t, (np.exp2(14.0 * (v - c) / b + 6.0) - 64.0) / a)


def _s_log3(v: Values) -> Values:
    """Sony, "Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3", 2014."""
    knee = 171.2102946929
    code = v * 1023.0
    high = np.power(10.0, (code - 420.0) / 261.5) * 0.19 - 0.01
    return _piecewise(code < knee, (code - 95.0) * 0.01125 / (knee - 95.0), high)


def _v_log(v: Values) -> Values:
    """Panasonic, "V-Log/V-Gamut Reference Manual", 2014."""
    return _piecewise(v < 0.181, (v - 0.125) / 5.6, np.power(10.0, (v - 0.598206) / 0.241514) - 0.00873)


def _log3g10(v: Values) -> Values:
    """RED, "White Paper on REDWideGamutRGB and Log3G10", rev. C, 2017."""
    high = (np.power(10.0, v / 0.224282) - 1.0) / 155.975327 - 0.01
    return _piecewise(v < 0.0, v / 15.1927 - 0.01, high)


def _canon_log3(v: Values) -> Values:
    """Canon, "Canon Log Gamma Curves", 2018 (10-bit full scale); 0.9 takes Canon's reflectance to 18 % = 0.18."""
    low = -(np.power(10.0, (0.12783901 - v) / 0.36726845) - 1.0) / 14.98325
    middle = (v - 0.12512219) / 1.9754798
    high = (np.power(10.0, (v - 0.12240537) / 0.36726845) - 1.0) / 14.98325
    return (0.9 * _piecewise(v < 0.097465473, low, np.where(v <= 0.15277891, middle, high))).astype(np.float32)


def _davinci_intermediate(v: Values) -> Values:
    """Blackmagic Design, "DaVinci Resolve: Wide Gamut Intermediate", 2021."""
    return _piecewise(v <= 0.02740668, v / 10.44426855, np.exp2(v / 0.07329248 - 7.0) - 0.0075)


def _acescct(v: Values) -> Values:
    """Academy S-2016-001, ACEScct."""
    return _piecewise(v <= 0.155251141552511, (v - 0.0729055341958355) / 10.5402377416545, np.exp2(v * 17.52 - 9.72))


def _pq(v: Values) -> Values:
    """SMPTE ST 2084; 203 cd/m2, the reference white of ITU-R BT.2408, becomes 1."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = np.power(np.clip(v, 0.0, 1.0), 1.0 / m2)
    nits = 10000.0 * np.power(np.maximum(root - c1, 0.0) / (c2 - c3 * root), 1.0 / m1)
    return np.asarray(nits / 203.0, np.float32)


def _hlg(v: Values) -> Values:
    """ITU-R BT.2100 HLG, inverse camera curve; the signal 0.75, reference white of BT.2408, becomes 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(v <= 0.5, v * v / 3.0, (np.exp((v - c) / a) + b) / 12.0)
    white = (np.exp((0.75 - c) / a) + b) / 12.0
    return np.asarray(scene / white, np.float32)


def _spaces() -> dict[str, ColourSpace]:
    rows: tuple[tuple[str, str, Curve | None, Chromaticities | None], ...] = (
        ("srgb", "sRGB", None, None),
        ("rec709", "Rec.709 video", None, None),
        ("linear", "Scene-linear, Rec.709", _linear, None),
        ("acescg", "ACEScg", _linear, ACESCG_PRIMARIES),
        ("aces2065-1", "ACES2065-1", _linear, _AP0),
        ("linear-rec2020", "Scene-linear, Rec.2020", _linear, _REC2020),
        ("acescct", "ACEScct", _acescct, ACESCG_PRIMARIES),
        ("cineon", "Cineon film log", _cineon, None),
        ("logc3", "ARRI LogC3 (EI 800), Wide Gamut 3", _log_c3, _ARRI_WIDE_GAMUT_3),
        ("logc4", "ARRI LogC4, Wide Gamut 4", _log_c4, _ARRI_WIDE_GAMUT_4),
        ("slog3", "Sony S-Log3, S-Gamut3.Cine", _s_log3, _S_GAMUT3_CINE),
        ("slog3-sgamut3", "Sony S-Log3, S-Gamut3", _s_log3, _S_GAMUT3),
        ("vlog", "Panasonic V-Log, V-Gamut", _v_log, _V_GAMUT),
        ("log3g10", "RED Log3G10, REDWideGamutRGB", _log3g10, _RED_WIDE_GAMUT),
        ("clog3", "Canon Log 3, Cinema Gamut", _canon_log3, _CINEMA_GAMUT),
        ("davinci", "DaVinci Intermediate, Wide Gamut", _davinci_intermediate, _DAVINCI_WIDE_GAMUT),
        ("pq", "Rec.2100 PQ", _pq, _REC2020),
        ("hlg", "Rec.2100 HLG", _hlg, _REC2020),
    )
    return {
        name: ColourSpace(name, title, curve, matrix_to_rec709(primaries) if primaries else None)
        for name, title, curve, primaries in rows
    }


SPACES: dict[str, ColourSpace] = _spaces()
"""By name, in the order in which menus show them."""
