from layouts_test import *

pictures = exported(
    {
        "head_map_headmap.csv": ["Block", "Head", "EffectiveRank"],
        "head_map_similarity.csv": ["Block", "Head", "OtherHead", "Similarity"],
        "head_map_modes.csv": ["mode_b0_h0_1"],
    }
)
assert "head_map_effective_rank.svg" in pictures and len(pictures) == 12, pictures
passed("check_exported")
