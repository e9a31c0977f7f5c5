"""The tools of the canvas, by the names that the window's keymap uses."""

from __future__ import annotations

from app.canvas.tools.brush import BrushTool, EraserTool, UnknownTool
from app.canvas.tools.fill import FillTool
from app.canvas.tools.lasso import LassoTool, RectangleTool
from app.canvas.tools.pick import PickTool
from app.canvas.tools.polygon import PolygonTool
from app.canvas.tools.smart_select import SmartSelectTool
from app.canvas.tools.superpixel import SuperpixelTool
from app.canvas.tools.tool import Tool, ToolHost

_TOOLS: tuple[type[Tool], ...] = (
    BrushTool,
    EraserTool,
    UnknownTool,
    FillTool,
    LassoTool,
    PolygonTool,
    RectangleTool,
    SuperpixelTool,
    SmartSelectTool,
    PickTool,
)
TOOL_NAMES: tuple[str, ...] = tuple(tool.name for tool in _TOOLS)


def make_tools(host: ToolHost) -> dict[str, Tool]:
    """Returns one of each tool, by name."""
    return {tool.name: tool(host) for tool in _TOOLS}
