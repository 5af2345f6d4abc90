using ModelServing.Cli.Up;

namespace ModelServing.Cli.Rollouts;

/// <summary>An <c>ms up</c> that runs on this machine.</summary>
/// <param name="Admin">The address of its router's admin API.</param>
/// <param name="KeyFile">The file with its operator's key.</param>
internal sealed record RunningPlatform(Uri Admin, string KeyFile)
{
    /// <summary>Finds the platform, or the demo, that runs for a stack.</summary>
    /// <exception cref="CommandException">None runs, or more than one.</exception>
    internal static RunningPlatform Find(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        var running = StateFolder.Running(folder).Select(Read).OfType<RunningPlatform>().ToList();
        return running switch
        {
            [var one] => one,
            [] => throw new CommandException(
                ExitCode.Failed,
                $"no 'ms up' is running here for the stack {stack.Name} ({folder})",
                "For the cloud, forward the admin port and use --admin (docs/rollouts.md)."),
            _ => throw new CommandException(
                ExitCode.WrongInput,
                [
                    $"{running.Count} 'ms up' processes are running here for the stack {stack.Name}; choose one:",
                    .. running.Select(static one => $"  --admin {one.Admin} --key-file {one.KeyFile}"),
                ]),
        };
    }

    private static RunningPlatform? Read(string folder)
    {
        var file = PlatformFiles.AdminAddressIn(folder);
        return File.Exists(file) && Uri.TryCreate(File.ReadAllText(file).Trim(), UriKind.Absolute, out var admin)
            ? new RunningPlatform(admin, PlatformFiles.OperatorKeyIn(folder))
            : null;
    }
}
