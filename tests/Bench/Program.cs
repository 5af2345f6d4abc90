using System.CommandLine;
using ModelServing.Bench;
using ModelServing.Bench.Exports;
using ModelServing.Bench.Features;
using ModelServing.Bench.Functions;
using ModelServing.Bench.Inference;
using ModelServing.Bench.Routing;
using ModelServing.Bench.Scale;
using ModelServing.Bench.Soak;
using ModelServing.Bench.Soak.Log;
using ModelServing.Bench.Splitting;

var root = new RootCommand("Runs the measurements of docs/bench.md.")
{
    FeaturesCommand.Create(),
    ExportCommand.Create(),
    FunctionsCommand.Create(),
    SplittingCommand.Create(),
    RouterCommand.Create(),
    ScaleCommand.Create(),
    InferenceCommand.Create(),
    InferenceCommand.CreateReporting(),
    InferenceCommand.CreateLog(),
    SoakCommand.Create(),
    LogStore.CreateCommand(),
    BareRouter.Create(),
    MinimalProxy.Create(),
    MinimalInference.Create(),
};

var arguments = root.Parse(args);
var exitCode = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? ExitCode.WrongInput : exitCode;
