from softlabel_core.datasets import Idx, sources


class KMNIST(Idx):
    """Kuzushiji-MNIST (cursive Japanese characters, 28 x 28).

    70,000 grey images of ten hiragana in the format of MNIST; each stands for several historic shapes, so
    a class has more than one look.

    Reference: Clanuwat et al. 2018, https://arxiv.org/abs/1812.01718 (CC BY-SA 4.0, ROIS-DS Center for Open
    Data in the Humanities). Hashes: those that torchvision publishes
    (prototype/datasets/_builtin/mnist.py); 21.2 MB in all.
    """

    files = sources(
        (
            "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ),
        {
            "train-images-idx3-ubyte.gz": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            "train-labels-idx1-ubyte.gz": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            "t10k-images-idx3-ubyte.gz": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            "t10k-labels-idx1-ubyte.gz": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        },
    )

    @property
    def class_names(self) -> list[str]:
        return ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
