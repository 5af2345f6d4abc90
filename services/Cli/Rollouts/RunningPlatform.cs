using ModelServing.Cli.Up;

namespace ModelServing.Cli.Rollouts;

/// <summary>An <c>ms up</c> that runs on this machine.</summary>
/// <param name="Admin">Its router's admin API.</param>
/// <param name="KeyFile">The file that holds its operator's key.</param>
internal sealed record RunningPlatform(Uri Admin, string KeyFile)
{
    /// <summary>Finds the one that serves a stack: its demo's, if one runs.</summary>
    /// <exception cref="CommandException">None runs, or several do.</exception>
    internal static RunningPlatform Find(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        var running = StateFolder.Running(folder).Select(Read).OfType<RunningPlatform>().ToList();
        return running switch
        {
            [var one] => one,
            [] => throw new CommandException(
                ExitCode.Failed,
                $"no 'ms up' runs here for the stack {stack.Name} ({folder}); for one in the cloud, forward its admin port and name it with --admin (docs/rollouts.md)"),
            _ => throw new CommandException(ExitCode.WrongInput, [$"{running.Count} of 'ms up' run here for the stack {stack.Name}; name one of them:", .. running.Select(static one => $"  --admin {one.Admin} --key-file {one.KeyFile}")]),
        };
    }

    private static RunningPlatform? Read(string folder)
    {
        var file = PlatformFiles.AdminAddressIn(folder);
        return File.Exists(file) && Uri.TryCreate(File.ReadAllText(file).Trim(), UriKind.Absolute, out var admin) ? new RunningPlatform(admin, PlatformFiles.OperatorKeyIn(folder)) : null;
    }
}
