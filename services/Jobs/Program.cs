using System.CommandLine;
using ModelServing.Jobs;
using ModelServing.Jobs.Experiments;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Journals;
using ModelServing.Jobs.Replays;
using ModelServing.Runtime.Replays;

if (ReplayChild.IsFor(args))
    return ReplayChild.Run(args);
var root = new RootCommand("Batch work over the logs of ModelServing.")
{
    ExportCommand.Create(), FeatureCommands.Create(), ExperimentCommand.Create(), TryCommand.Create(), BackupCommand.Create(),
};
var arguments = root.Parse(args);
// Without a timeout the library leaves signals alone, so the commands get them.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
var exitCode = await arguments.InvokeAsync(configuration);
return arguments.Errors.Count > 0 ? JobExit.WrongInput : exitCode;
