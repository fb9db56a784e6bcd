"""The table that the light path reads, against torchvision's own registry."""

from urllib.parse import urljoin

import pytest
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.backbones.weight_downloads import BASE_URL
from tellapart.network.torchvision_table import table_row
from torchvision import models


def test_the_table_names_every_network_with_its_default_weights():
    registered = {name: models.get_model_weights(name).DEFAULT for name in models.list_models(module=models)}
    table = torchvision_models()
    assert list(table) == list(registered)
    for name, weights in registered.items():
        row = table[name]
        assert urljoin(BASE_URL, row.file_name) == weights.url, name
        assert row.weights == weights.name, name
        assert row.n_params == weights.meta["num_params"], name
        assert [row.preprocess.size_px] == weights.transforms().crop_size, name
        assert [row.preprocess.resize_px] == weights.transforms().resize_size, name
        assert row.preprocess.interpolation == weights.transforms().interpolation.value, name
        assert list(row.preprocess.mean) == weights.transforms().mean, name


@pytest.mark.parametrize("name", ["mobilenet_v2", "squeezenet1_1", "vit_b_16", "densenet121", "inception_v3"])
def test_a_row_is_what_the_script_writes(name):
    row = torchvision_models()[name]
    made = table_row(name)
    assert (row.fingerprint, row.head, row.embedding_size) == (
        made["fingerprint"],
        made["head"],
        made["embedding_size"],
    )
    assert row.is_size_free == made["is_size_free"]
