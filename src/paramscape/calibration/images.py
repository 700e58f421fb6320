"""Images of a calibration's cells; see `paramscape.images`."""

from paramscape.images import active_image, from_image, to_image

__all__ = ["active_image", "from_image", "to_image"]
