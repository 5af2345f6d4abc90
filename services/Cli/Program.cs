using System.CommandLine;
using System.CommandLine.Invocation;
using ModelServing.Cli;
using ModelServing.Cli.Conformance;
using ModelServing.Cli.Dashboards;
using ModelServing.Cli.Doctor;
using ModelServing.Cli.Experiments;
using ModelServing.Cli.Features;
using ModelServing.Cli.Images;
using ModelServing.Cli.Keys;
using ModelServing.Cli.Predictions;
using ModelServing.Cli.Replays;
using ModelServing.Cli.Requests;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;

var root = new RootCommand("ms runs and manages ModelServing: several models behind one API, with canary releases.")
{
    UpCommand.Create(),
    InitCommand.Create(),
    PublishCommand.Create(),
    ModelsCommand.Create(),
    StatusCommand.Create(),
    HistoryCommand.Create(),
    JournalCommand.Create(),
    PromoteCommand.Create(),
    VersionCommands.CreateRollback(),
    VersionCommands.CreateReset(),
    CheckCommand.Create(),
    PredictionsCommand.Create(),
    PredictionCommand.Create(),
    RequestCommand.Create(),
    LogsCommand.Create(),
    ExperimentCommand.Create(),
    TryCommand.Create(),
    FeaturesCommand.Create(),
    ImagesCommand.Create(),
    KeysCommand.Create(),
    SettingsCommand.Create(),
    DashboardCommand.Create(),
    DoctorCommand.Create(),
    ConformanceCommand.Create(),
    CompletionsCommand.Create(),
};

var arguments = root.Parse(args);
if (arguments.Action is ParseErrorAction && args.Length > 0)
{
    new Terminal(json: false).Error(UsageError.LineOf(arguments));
    return ExitCode.WrongInput;
}

HelpText.Fit(root, arguments.CommandResult.Command, Console.IsOutputRedirected ? HelpText.PipeWidth : null);
// Without a timeout the library leaves signals alone, so StopSignals gets them.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
var exitCode = await arguments.InvokeAsync(configuration);
return arguments.Errors.Count > 0 ? ExitCode.WrongInput : exitCode;
