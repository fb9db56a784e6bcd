"""A description of data: how pictures are found, labelled, split and varied, before any of them is opened.

Nothing here imports torch: descriptions are plain values. `DataDescription.data` opens the door to it.
"""

from tellapart.description.data_description import DataDescription
from tellapart.description.items import TableRow, image_files, named_files, table_rows
from tellapart.description.labels import column, name_label, parent_label
from tellapart.description.splits import column_split, folder_split, random_split
from tellapart.description.transforms import RandomResizedCrop, Resize, aug_transforms

__all__ = [
    "DataDescription", "RandomResizedCrop", "Resize", "TableRow", "aug_transforms", "column", "column_split",
    "folder_split", "image_files", "name_label", "named_files", "parent_label", "random_split", "table_rows",
]  # fmt: skip
