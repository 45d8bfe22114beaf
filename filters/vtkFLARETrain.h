/**
 * @class vtkFLARETrain
 * @brief Trains a FLARE surrogate on the cases of its inputs.
 *
 * A case is one mesh with fields. Cases are the inputs when there are several, else the time steps (a list
 * of files), else the blocks of a composite, else the one data set (CasesFrom). Every case is read
 * exactly once. The network sees the coordinates, the chosen input arrays and parameters (numeric field
 * arrays with one value), and learns the chosen targets, all of which are point arrays or all cell arrays.
 *
 * The result is a model file. Training happens only when it must: a file that holds the result of the same
 * data and settings is read, one that holds something else is an error, unless IfModelExists says otherwise.
 *
 * Port 0: History, a table with a row per epoch. Port 1: Validation, the mesh of one case (by default the
 * first one held out) with truth, prediction (NAME_predicted) and error (NAME_error).
 */
#ifndef vtkFLARETrain_h
#define vtkFLARETrain_h

#include "vtkDataObjectAlgorithm.h"
#include "vtkFLAREFiltersModule.h" // for the export macro

#include <functional> // for std::function
#include <memory>     // for std::unique_ptr
#include <string>     // for std::string
#include <vector>     // for std::vector

class vtkDataArraySelection;
class vtkDoubleArray;
class vtkIntArray;
class vtkStringArray;
namespace flare
{
class Model;
struct ModelInfo;
struct TrainingOptions;
namespace filters
{
struct CaseMesh;
struct TrainingPlan;
struct TrainingResult;
}
}

class VTKFLAREFILTERS_EXPORT vtkFLARETrain : public vtkDataObjectAlgorithm
{
public:
  static vtkFLARETrain* New();
  vtkTypeMacro(vtkFLARETrain, vtkDataObjectAlgorithm);
  void PrintSelf(ostream& os, vtkIndent indent) override;

  ///@{
  /** The arrays to learn and to learn from, by name. Only enabled names count. Without any target the only
   * candidate is taken; several candidates are an error that lists them. */
  vtkDataArraySelection* GetPointTargetArraySelection();
  vtkDataArraySelection* GetCellTargetArraySelection();
  vtkDataArraySelection* GetPointInputArraySelection();
  vtkDataArraySelection* GetCellInputArraySelection();
  vtkDataArraySelection* GetParameterArraySelection();
  ///@}

  enum CasesFromChoice
  {
    AUTOMATIC = 0,
    TIME_STEPS = 1,
    BLOCKS = 2,
    INPUTS = 3
  };
  ///@{
  /** Where cases come from. */
  vtkSetClampMacro(CasesFrom, int, AUTOMATIC, INPUTS);
  vtkGetMacro(CasesFrom, int);
  ///@}

  ///@{
  /** Take the time as an input of the network (for a list of files it is the file's index). */
  vtkSetMacro(UseTime, bool);
  vtkGetMacro(UseTime, bool);
  vtkBooleanMacro(UseTime, bool);
  ///@}

  ///@{
  /** The share of cases that is held out to measure the error on, chosen by the seed. */
  vtkSetMacro(ValidationFraction, double);
  vtkGetMacro(ValidationFraction, double);
  ///@}

  ///@{
  /** Indices (from 0) of the cases that are held out. Any of them beats the fraction. */
  void AddValidationCase(int index);
  void ClearValidationCases();
  ///@}

  ///@{
  /** The case on port 1, by index; -1: the first one held out, or the first of all. Another one can be chosen
   * while training goes on in the background. */
  void SetShownCase(int index);
  vtkGetMacro(ShownCase, int);
  ///@}

  ///@{
  /** The model file. Relative names start from the process's working folder. Empty: named after the first
   * input file, beside it, or in the user's data folder where that cannot be written. */
  vtkSetFilePathMacro(ModelFile);
  vtkGetFilePathMacro(ModelFile);
  ///@}

  ///@{
  /** The files of the inputs (by number from 0, as text), one by one. Cases are named after them, and so is
   * an empty ModelFile. Found by itself for VTK's own readers of one file. */
  void AddInputFile(const char* input, const char* file);
  void ClearInputFiles();
  ///@}

  ///@{
  /** When not empty, nothing is trained or read: the cases are written to this file, a data set for the
   * program `flare`, for machines without ParaView. A file that is no data set is not replaced. One process
   * only. */
  vtkSetFilePathMacro(DataSetFile);
  vtkGetFilePathMacro(DataSetFile);
  ///@}

  ///@{
  /** A model file whose weights the training begins with, in the place of drawn ones; its network, encoding
   * and normalisation are taken over, and the arrays must be those that it knows. */
  vtkSetFilePathMacro(StartFrom);
  vtkGetFilePathMacro(StartFrom);
  ///@}

  /** The model file that is or would be used. */
  const char* GetModelFileInUse();
  /** Where the cases of the last execution came from, and how many they were. */
  const char* GetCasesFound();
  /** What the last execution did: "trained", "read", and so on. */
  const char* GetOutcome();

  enum IfModelExistsChoice
  {
    REUSE = 0,
    RESUME = 1,
    OVERWRITE = 2
  };
  ///@{
  /** What happens when the model file is there. Reuse reads the result of the same data and settings,
   * finished or stopped, and refuses anything else; Resume continues a stopped run; Overwrite trains anew. */
  void SetIfModelExists(int choice);
  vtkGetMacro(IfModelExists, int);
  ///@}

  ///@{
  /** Read a model or fail, whatever IfModelExists says. */
  void SetNeverTrain(bool never);
  vtkGetMacro(NeverTrain, bool);
  vtkBooleanMacro(NeverTrain, bool);
  ///@}

  enum RecipeChoice
  {
    QUICK_LOOK = 0,
    BALANCED = 1,
    PUBLISHED = 2,
    CUSTOM = 3
  };
  ///@{
  /** How the network is trained. */
  vtkSetMacro(Recipe, int);
  vtkGetMacro(Recipe, int);
  ///@}

  ///@{
  /** The budget: passes over the training cases, or seconds. 0: the recipe's own. Seconds win. */
  vtkSetMacro(Epochs, int);
  vtkGetMacro(Epochs, int);
  vtkSetMacro(TimeBudget, double);
  vtkGetMacro(TimeBudget, double);
  ///@}

  ///@{
  /** Decides the initial weights, the order of cases and the held-out ones. */
  vtkSetMacro(Seed, int);
  vtkGetMacro(Seed, int);
  ///@}

  ///@{
  /** Sizes of the network; 0: the recipe's own. Without Heads, Channels / 8 heads are used. */
  vtkSetMacro(Channels, int);
  vtkGetMacro(Channels, int);
  vtkSetMacro(Blocks, int);
  vtkGetMacro(Blocks, int);
  vtkSetMacro(Heads, int);
  vtkGetMacro(Heads, int);
  vtkSetMacro(Latents, int);
  vtkGetMacro(Latents, int);
  ///@}

  ///@{
  /** Begin with fewer latents, and double them so often, at equal parts of the run; Latents must be divisible
   * by 2 to this power. */
  vtkSetClampMacro(LatentDoublings, int, 0, 20);
  vtkGetMacro(LatentDoublings, int);
  ///@}

  ///@{
  /** Octaves of sines and cosines of the coordinates; -1: the recipe's own. */
  vtkSetClampMacro(EncodingOctaves, int, -1, 16);
  vtkGetMacro(EncodingOctaves, int);
  ///@}

  ///@{
  /** Options of the network, mostly for ablations. */
  vtkSetClampMacro(Activation, int, 0, 1);
  vtkGetMacro(Activation, int);
  vtkSetClampMacro(Norm, int, 0, 1);
  vtkGetMacro(Norm, int);
  vtkSetMacro(QueryKeyNorm, bool);
  vtkGetMacro(QueryKeyNorm, bool);
  vtkSetMacro(OutputNorm, bool);
  vtkGetMacro(OutputNorm, bool);
  vtkSetMacro(SharedLatents, bool);
  vtkGetMacro(SharedLatents, bool);
  vtkSetMacro(AttentionScale, double);
  vtkGetMacro(AttentionScale, double);
  vtkSetMacro(KeyLayers, int);
  vtkGetMacro(KeyLayers, int);
  vtkSetMacro(ValueLayers, int);
  vtkGetMacro(ValueLayers, int);
  vtkSetMacro(FeedForwardLayers, int);
  vtkGetMacro(FeedForwardLayers, int);
  vtkSetMacro(InOutLayers, int);
  vtkGetMacro(InOutLayers, int);
  vtkSetMacro(KeyRatio, double);
  vtkGetMacro(KeyRatio, double);
  vtkSetMacro(ValueRatio, double);
  vtkGetMacro(ValueRatio, double);
  vtkSetMacro(FeedForwardRatio, double);
  vtkGetMacro(FeedForwardRatio, double);
  ///@}

  enum OptimizerChoice
  {
    RECIPE_OPTIMIZER = 0,
    ADAMW = 1,
    MUON = 2
  };
  ///@{
  /** Numbers of the recipe; -1 (the optimizer and the batch size: 0): the recipe's own. */
  vtkSetClampMacro(Optimizer, int, RECIPE_OPTIMIZER, MUON);
  vtkGetMacro(Optimizer, int);
  vtkSetMacro(BatchSize, int);
  vtkGetMacro(BatchSize, int);
  vtkSetMacro(LearningRate, double);
  vtkGetMacro(LearningRate, double);
  vtkSetMacro(MuonLearningRate, double);
  vtkGetMacro(MuonLearningRate, double);
  vtkSetMacro(WeightDecay, double);
  vtkGetMacro(WeightDecay, double);
  vtkSetMacro(Warmup, double);
  vtkGetMacro(Warmup, double);
  vtkSetMacro(GradientClip, double);
  vtkGetMacro(GradientClip, double);
  vtkSetMacro(EmaDecay, double);
  vtkGetMacro(EmaDecay, double);
  ///@}

  ///@{
  /** Store the spectra of all heads every so many epochs, with the history: those of the first case that is
   * held out (FLARESpectrum's Epoch shows them). 0: never. */
  vtkSetClampMacro(SpectraEvery, int, 0, VTK_INT_MAX);
  vtkGetMacro(SpectraEvery, int);
  ///@}

  ///@{
  /** Scale each coordinate axis by itself, instead of all by one factor (which keeps rotations rotations). */
  vtkSetMacro(ScalePerAxis, bool);
  vtkGetMacro(ScalePerAxis, bool);
  vtkBooleanMacro(ScalePerAxis, bool);
  ///@}

  ///@{
  /** 0: CUDA where there is one, else the CPU; 1: CPU; 2: CUDA. */
  vtkSetClampMacro(Device, int, 0, 2);
  vtkGetMacro(Device, int);
  ///@}

  ///@{
  /** 0: float32, 1: float64, 2: bfloat16 inside of the blocks, on a GPU. */
  vtkSetClampMacro(Precision, int, 0, 2);
  vtkGetMacro(Precision, int);
  ///@}

  ///@{
  /** Seconds between checkpoints, which are written beside the model file while training runs. */
  vtkSetMacro(CheckpointInterval, double);
  vtkGetMacro(CheckpointInterval, double);
  ///@}

  ///@{
  /** For ParaView's window, which sets it: an execution takes a tenth of a second, or one case's reading. The
   * cases are read over several executions, each once; then the data are checked, and a run starts on a
   * thread of its own. The run's history and its prediction of ShownCase come out whenever the filter
   * executes again, without the cases being read again. */
  void SetBackground(bool background) { this->Background = background; }
  vtkGetMacro(Background, bool);
  ///@}

  /** What the check of the data has found in the background: for each entry its level ("info", "warning" or
   * "error"), its subject, what is so, and what to do about it. Errors are errors of the filter. With
   * warnings a run waits for StartTraining. */
  vtkStringArray* GetDataReport();

  /** Why the last execution failed: the property that can put it right ("" where no single one can), and the
   * error; empty when it succeeded. */
  vtkStringArray* GetProblem();

  /** Whether there is something new from the background, at most twice a second. ParaView's live sources ask
   * this. */
  bool GetNeedsUpdate();

  ///@{
  /** Commands to a run in the background; without one they do nothing, except for CheckCases, after which the
   * next execution in the background reads and checks the cases and then waits. Starting is for a run that
   * waits, that was stopped, or that failed. Stopping saves a checkpoint, from which IfModelExists Resume
   * continues; before the training it lets the cases go. */
  void CheckCases();
  void StartTraining();
  void PauseTraining();
  void ContinueTraining();
  void StopTraining();
  void SaveCheckpoint();
  ///@}

  ///@{
  /** Where several ranks train together no thread can, and the run has no time but what it is given: each
   * call trains for about a twelfth of a second, or one step. Elsewhere it does nothing. */
  void AdvanceTraining();
  bool GetInSlices();
  ///@}

  ///@{
  /** The run in the background: "idle" (there is none), "reading", "checking", "waiting", "preparing",
   * "training", "paused", "stopping", "completed", "stopped" or "failed"; how many cases are read, of how
   * many (0: unknown); its epoch, step, planned steps, loss, validation error and seconds left, NaN where
   * unknown; per epoch its number, loss and validation error; the cases that are held out, by index and name,
   * and their errors (mean relative 2-norm over the fields), none before the first epoch has ended; what it
   * runs on, and the memory of this process and what it holds of the GPU's, in MiB. */
  const char* GetTrainingState();
  vtkIntArray* GetReadingProgress();
  vtkDoubleArray* GetTrainingProgress();
  vtkDoubleArray* GetTrainingHistory();
  vtkIntArray* GetValidationCaseIndices();
  vtkStringArray* GetValidationCaseNames();
  vtkDoubleArray* GetValidationCaseErrors();
  const char* GetDeviceInUse();
  double GetMemoryInUse();
  double GetGPUMemoryInUse();
  ///@}

  vtkMTimeType GetMTime() override;
  int ComputePipelineMTime(vtkInformation* request, vtkInformationVector** inputs,
    vtkInformationVector* outputs, int requestFromOutputPort, vtkMTimeType* mtime) override;

protected:
  vtkFLARETrain();
  ~vtkFLARETrain() override;

  int FillInputPortInformation(int port, vtkInformation* info) override;
  int FillOutputPortInformation(int port, vtkInformation* info) override;
  int RequestDataObject(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestInformation(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestUpdateExtent(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;
  int RequestData(vtkInformation*, vtkInformationVector**, vtkInformationVector*) override;

  int CasesFrom = AUTOMATIC;
  bool UseTime = false;
  double ValidationFraction = 0.1;
  int ShownCase = -1;
  char* ModelFile = nullptr;
  char* DataSetFile = nullptr;
  char* StartFrom = nullptr;
  int IfModelExists = REUSE;
  bool NeverTrain = false;
  int Recipe = QUICK_LOOK;
  int Epochs = 0;
  double TimeBudget = 0.0;
  int Seed = 1;
  int Channels = 0;
  int Blocks = 0;
  int Heads = 0;
  int Latents = 0;
  int LatentDoublings = 0;
  int EncodingOctaves = -1;
  int Activation = 0;
  int Norm = 0;
  bool QueryKeyNorm = false;
  bool OutputNorm = true;
  bool SharedLatents = false;
  double AttentionScale = 1.0;
  int KeyLayers = 3;
  int ValueLayers = 3;
  int FeedForwardLayers = 3;
  int InOutLayers = 2;
  double KeyRatio = 1.0;
  double ValueRatio = 1.0;
  double FeedForwardRatio = 1.0;
  int Optimizer = RECIPE_OPTIMIZER;
  int BatchSize = 0;
  double LearningRate = -1.0;
  double MuonLearningRate = -1.0;
  double WeightDecay = -1.0;
  double Warmup = -1.0;
  double GradientClip = -1.0;
  double EmaDecay = -1.0;
  int SpectraEvery = 0;
  bool ScalePerAxis = false;
  int Device = 0;
  int Precision = 0;
  double CheckpointInterval = 30.0;
  bool Background = false;

private:
  struct Internals;

  /** One pass over the inputs; true when the last case is in. */
  bool Collect(vtkInformation* request, vtkInformationVector** inputs);
  void Finish(vtkInformationVector* outputs, const std::function<bool()>& stopWanted);
  /** Between the last case and everything else. */
  void EndOfReading();
  void RequireShownCase(std::size_t cases) const;
  bool Exports() const;
  void Export();
  flare::TrainingOptions Options();
  flare::filters::TrainingPlan Plan(const flare::TrainingOptions& options);
  void Present(const flare::filters::TrainingResult& result, vtkInformationVector* outputs);
  void ShowResults(const flare::Model& model, vtkInformationVector* outputs);
  /** Both ports: a run's history, and the shown case to which `predict` adds. */
  void FillOutputs(flare::ModelInfo info, vtkInformationVector* outputs,
    const std::function<void(flare::filters::CaseMesh&)>& predict);

  ///@{
  /** The run in the background (train_background.cpp). It is current while settings, inputs and its file are
   * those that it was started with. PrepareLive and GoOnLive belong to one execution; the latter is true when
   * this execution should bring another case. */
  bool LiveRunIsCurrent();
  void PrepareLive(vtkInformationVector* inputs);
  void BeginLive();
  bool GoOnLive(vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs);
  bool ReadOn(vtkInformation* request, vtkInformationVector** inputs, vtkInformationVector* outputs);
  bool SliceIsOver();
  bool BeginCheck(vtkInformationVector* outputs);
  void GoOnAfterReading(vtkInformationVector* outputs);
  void TakeShownCase(vtkInformationVector* inputs);
  void ShowLive(vtkInformationVector** inputs, vtkInformationVector* outputs);
  ///@}
  /** The cases that are held out, sorted. */
  std::vector<std::size_t> HeldOut(std::size_t cases) const;
  std::size_t ShownIndex(std::size_t cases) const;
  std::string ResolveModelFile();

  std::unique_ptr<Internals> Internal;

  vtkFLARETrain(const vtkFLARETrain&) = delete;
  void operator=(const vtkFLARETrain&) = delete;
};

#endif
