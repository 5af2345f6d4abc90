using System.CommandLine;
using ModelServing.Cli;

var root = new RootCommand("ms runs and looks after ModelServing: several models behind one API, with canary releases.")
{
    UpCommand.Create(),
    PublishCommand.Create(),
    ModelsCommand.Create(),
    SettingsCommand.Create(),
};

// Without a timeout the library leaves signals alone: StopSignals takes them.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
