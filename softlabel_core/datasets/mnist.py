from softlabel_core.datasets import Idx, sources


class MNIST(Idx):
    """MNIST (handwritten digits, 28 x 28).

    70,000 grey images of the digits 0 to 9, pixels 0 to 255. A part of the official training and test set
    is drawn anew and stratified for every replicate.

    Reference: LeCun, Bottou, Bengio and Haffner 1998, https://doi.org/10.1109/5.726791. Hashes: those that
    torchvision publishes (prototype/datasets/_builtin/mnist.py); 11.6 MB in all.
    """

    files = sources(
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        {
            "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    )

    @property
    def class_names(self) -> list[str]:
        return [str(digit) for digit in range(10)]
