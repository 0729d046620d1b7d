"""Atlas: results computed beforehand. Look them up, plan what is wanted, build what is missing."""
