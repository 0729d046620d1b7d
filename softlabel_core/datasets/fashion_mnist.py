from softlabel_core.datasets import Idx, sources


class FashionMNIST(Idx):
    """Fashion-MNIST (clothes, 28 x 28).

    70,000 grey images of ten kinds of clothing, in the format of MNIST and harder than it: shirts, coats
    and pullovers are each other's natural rivals.

    Reference: Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747. Hashes: those that
    torchvision publishes (prototype/datasets/_builtin/mnist.py); 30.9 MB in all.
    """

    files = sources(
        (
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        {
            "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
    )

    @property
    def class_names(self) -> list[str]:
        return [
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ]
