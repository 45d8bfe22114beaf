"""pvbatch on two ranks, where a serial reader leaves one rank without points, arrays and field data."""

from flare_script import *
from paraview.simple import *
from vtkmodules.vtkCommonCore import vtkIdList
from vtkmodules.vtkFiltersCore import vtkExtractCells
from vtkmodules.vtkIOParallelXML import vtkXMLPUnstructuredGridWriter
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader


def halved(file):
    """The mesh of a file as two pieces, one per rank. (RedistributeDataSet sends meshes as XML with appended data, which
    some versions of Debian's libexpat1 do not read.)"""
    path = os.path.join(folder, "halves.pvtu")
    reader = vtkXMLUnstructuredGridReader()
    reader.SetFileName(file)
    reader.Update()
    mesh = reader.GetOutput()
    middle = mesh.GetNumberOfCells() // 2
    for piece, cells in enumerate([range(middle), range(middle, mesh.GetNumberOfCells())]):
        chosen = vtkIdList()
        for cell in cells:
            chosen.InsertNextId(cell)
        extract = vtkExtractCells()
        extract.SetInputData(mesh)
        extract.SetCellList(chosen)
        extract.Update()
        half = extract.GetOutput()
        half.SetFieldData(mesh.GetFieldData())
        writer = vtkXMLPUnstructuredGridWriter()
        writer.SetController(None)  # this script runs on the first rank alone
        writer.SetInputData(half)
        writer.SetFileName(path)
        writer.SetDataModeToBinary()
        writer.SetNumberOfPieces(2)
        writer.SetStartPiece(piece)
        writer.SetEndPiece(piece)
        writer.SetWriteSummaryFile(piece == 0)
        writer.Write()
    with open(path) as summary:  # which names the piece of its own call only
        text = summary.read()
    with open(path, "w") as summary:
        summary.write(text.replace("</PUnstructuredGrid>", '<Piece Source="halves_1.vtu"/></PUnstructuredGrid>'))
    return XMLPartitionedUnstructuredGridReader(FileName=[path])


ranks = servermanager.vtkProcessModule.GetProcessModule().GetNumberOfLocalPartitions()
assert ranks == 2, ranks

model = fresh("parallel.safetensors")
train = FLARETrain(Input=cases(count=4), PointTargetArrays=["von_mises"], ParameterArrays=["SigmaX"], ModelFile=model, **TINY)
train.UpdatePipeline()
history = fetch(train)
assert history.GetNumberOfRows() == 3, history.GetNumberOfRows()
assert "von_mises_predicted" in OutputPort(train, 1).PointData.keys()

unseen = XMLUnstructuredGridReader(FileName=files("test", 1))
whole = FLAREPredict(Input=unseen, ModelFile=model)
whole.UpdatePipeline()
expected = whole.PointData["von_mises_predicted"].GetRange()

# The same mesh, spread over the ranks.
spread = halved(files("test", 1)[0])
parts = FLAREPredict(Input=spread, ModelFile=model)
parts.UpdatePipeline()
found = parts.PointData["von_mises_predicted"].GetRange()
# float32: sums over 1,000 points in another order.
assert all(abs(a - b) <= 1e-4 * max(abs(e) for e in expected) for a, b in zip(expected, found)), (expected, found)

spectrum = FLARESpectrum(Input=spread, ModelFile=model, NumberOfModes=1)
assert fetch(spectrum, 0).GetNumberOfRows() == 2 * 8
assert columns(fetch(spectrum, 3)) == ["Mode", "Block 0 Head 0", "Block 0 Head 1"], "the second rank has no columns"
assert fetch(spectrum, 3).GetNumberOfRows() == 8
score = FLAREEvaluate(Input=cases("test", 2), ModelFile=model)
assert fetch(score, 0).GetNumberOfRows() == 2
assert fetch(score, 1).GetNumberOfRows() == 1

ensemble = FLAREEnsembleSpectrum(Input=[spread, unseen], ModelFile=model)
assert fetch(ensemble, 0).GetNumberOfRows() == 2 * 8
assert fetch(ensemble, 1).GetNumberOfRows() == 2

pruned = fresh("parallel.pruned.safetensors")
latents = FLARELatents(Input=[spread, unseen], ModelFile=model, Change="Prune", Latents=[3])
assert fetch(latents).GetNumberOfRows() == 1
assert os.path.exists(pruned)
fewer = FLAREPredict(Input=spread, Model=latents)
fewer.UpdatePipeline()
assert "von_mises_predicted" in fewer.PointData.keys()

# NaN in the part of the second rank only: both stop.
broken = Calculator(Input=spread, ResultArrayName="bad", Function="von_mises/if(coordsX>0.099,0,1)", ReplaceInvalidResults=0)
failing = FLARETrain(Input=broken, PointTargetArrays=["bad"], ModelFile=fresh("failing.safetensors"), **TINY)
failing.UpdatePipeline()
assert fetch(failing).GetNumberOfRows() == 0
assert not os.path.exists(failing.ModelFile)
