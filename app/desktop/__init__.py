"""The program among others on this desktop: menu entry, icon and file types."""
