from softlabel_core.datasets import Cifar
from softlabel_core.reading.published import Source


class Cifar100(Cifar):
    """CIFAR-100 (photographs of 100 kinds, 32 x 32).

    60,000 colour images, 600 a class, with the fine labels. With 100 classes the ambiguity of random
    rivals is small and a student needs many images: expect low accuracies on a part of the set.

    Read from the binary archive, or from Parquet as CIFAR-10 is (label column `fine_label`).

    Reference: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html. The archive (169 MB) has the MD5
    03b5dce01913d631647c71ecec9e9cb8 there; the SHA-256 is the one in MLDatasets.jl.
    """

    archive = Source(
        "cifar-100-binary.tar.gz",
        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        (
            "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
            "https://cave.cs.toronto.edu/kriz/cifar-100-binary.tar.gz",
        ),
    )
    members = ("cifar-100-binary/train.bin", "cifar-100-binary/test.bin")
    label_bytes = 2
    label_column = "fine_label"

    @property
    def class_names(self) -> list[str]:
        names = """
            apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
            butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
            crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
            keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
            mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain
            plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
            skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
            television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
        """
        return [name.replace("_", " ") for name in names.split()]
