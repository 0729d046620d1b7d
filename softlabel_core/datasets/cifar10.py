from softlabel_core.datasets import Cifar
from softlabel_core.reading.published import Source


class Cifar10(Cifar):
    """CIFAR-10 (photographs, 32 x 32).

    60,000 colour images of animals and vehicles, channels red, green, blue, pixels 0 to 255. Without a GPU
    choose the student on random features, or few images for a small CNN.

    Read from the binary archive, or from Parquet with encoded images if
    `train-00000-of-00001.parquet` and `test-00000-of-00001.parquet` lie in the data folder. Those are checked
    by their structure only; where their images are JPEG, accuracies sit slightly under the lossless set.

    Reference: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html. The archive (170 MB) has the MD5
    c32a1d4ab5d03f1284b67883e8d87530 there; the SHA-256 is the one in MLDatasets.jl.
    """

    archive = Source(
        "cifar-10-binary.tar.gz",
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        (
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz",
        ),
    )
    members = (
        *(f"cifar-10-batches-bin/data_batch_{number}.bin" for number in range(1, 6)),
        "cifar-10-batches-bin/test_batch.bin",
    )
    label_bytes = 1
    label_column = "label"

    @property
    def class_names(self) -> list[str]:
        names = "airplane automobile bird cat deer dog frog horse ship truck"
        return names.split()
