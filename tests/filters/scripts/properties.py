"""Every property of every proxy is documented, has a domain where it can, and belongs to a group; the arrays start unselected."""

import xml.etree.ElementTree as ElementTree

from flare_script import *
from paraview import servermanager
from paraview.simple import *

# Loading the plugin does not load LibTorch; the first filter does.
def loaded():
    with open("/proc/self/maps") as maps:
        return "libtorch_cpu" in maps.read()


assert not loaded()
FLAREModelInfo()
assert loaded()

source = cases(count=2)
source.UpdatePipeline()
proxies = [FLARETrain(Input=source), FLAREPredict(Input=source), FLARESpectrum(Input=source), FLARERoutes(Input=source),
           FLAREEnsembleSpectrum(Input=source), FLARELatents(Input=source), FLAREEvaluate(Input=source), FLAREModelInfo()]
for proxy in proxies:
    sm = proxy.SMProxy
    name = sm.GetXMLName()
    documentation = sm.GetDocumentation()
    assert documentation.GetDescription().strip() and documentation.GetShortHelp(), name
    hints = sm.GetHints()
    assert hints.FindNestedElementByName("ShowInMenu").GetAttribute("category") == "FLARE", name
    grouped = set()
    for i in range(sm.GetNumberOfPropertyGroups()):
        group = sm.GetPropertyGroup(i)
        grouped |= {group.GetProperty(j).GetXMLName() for j in range(group.GetNumberOfProperties())}
    iterator = sm.NewPropertyIterator()
    iterator.Begin()
    while not iterator.IsAtEnd():
        prop, key = iterator.GetProperty(), iterator.GetKey()
        where = name + "." + key
        text = prop.GetDocumentation()
        assert text and text.GetDescription().strip(), "no documentation: " + where
        command = prop.IsA("vtkSMProperty") and prop.GetClassName() == "vtkSMProperty"
        free = key in ("ParameterValues", "InputFiles")
        if not (prop.GetInformationOnly() or command or free):
            domains = prop.NewDomainIterator()
            domains.Begin()
            assert not domains.IsAtEnd(), "no domain: " + where
        shown = not prop.GetIsInternal() and prop.GetPanelVisibility() != "never"
        if shown and (not prop.IsA("vtkSMInputProperty") or key == "Model"):
            # What went wrong stands above all groups.
            assert key in grouped or key == "Problem", "in no group: " + where
        iterator.Next()

train = proxies[0]
for name in ("PointTargetArrays", "CellTargetArrays", "PointInputArrays", "CellInputArrays", "ParameterArrays"):
    assert len(train.GetPropertyValue(name)) == 0, (name, train.GetPropertyValue(name))
    available = train.SMProxy.GetProperty(name).GetDomain("array_list")
    names = [available.GetString(i) for i in range(available.GetNumberOfStrings())]
    expected = {"PointTargetArrays": "von_mises", "PointInputArrays": "von_mises", "ParameterArrays": "SigmaX"}
    assert name not in expected or expected[name] in names, (name, names)

expected = {"CasesFrom": "Automatic", "IfModelExists": "Reuse", "Recipe": "Quick look", "Device": "Auto"}
for name, value in expected.items():
    assert train.GetPropertyValue(name) == value, (name, train.GetPropertyValue(name))
for recipe in ("Quick look", "Balanced", "Published", "Custom"):
    train.Recipe = recipe

# Advanced properties are marked.
assert train.SMProxy.GetProperty("Latents").GetPanelVisibility() == "advanced"
assert train.SMProxy.GetProperty("Epochs").GetPanelVisibility() == "default"

# Several targets and none chosen: it stops.
train.ModelFile = fresh("none.safetensors")
errors = Errors(train)
train.UpdatePipeline()
assert errors and not os.path.exists(train.ModelFile)
