from layouts_test import *

pictures = exported(
    {"routes_routes.csv": ["route_b0_h0"], "routes_points.csv": ["Points:0"], "routes_chart.csv": ["Block 1 Head 2"]}
)
assert "routes_route.svg" in pictures and len(pictures) == 4, pictures
for name in os.listdir(os.path.join(folder, "exported")):
    with open(os.path.join(folder, "exported", name), "w") as file:
        file.write("mine")
passed("check_exported")
