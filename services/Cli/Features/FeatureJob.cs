using System.CommandLine;
using System.Globalization;
using ModelServing.Cli.Predictions;
using ModelServing.Cli.Up;
using ModelServing.Contracts;

namespace ModelServing.Cli.Features;

/// <summary>The options that the jobs of the feature store share, and their start.</summary>
/// <param name="readsEvents">Whether the job reads the event log on this machine.</param>
internal sealed class FeatureJob(bool readsEvents = true)
{
    private readonly RegistryOptions registry = new();

    private readonly Option<string?> events = new("--events")
    {
        Description = "The folder of the event log on this machine. Default: that of the stack's 'ms up'; with a bucket, none.",
    };

    private readonly Option<int?> memory = new("--memory-mb")
    {
        Description = "The memory for rows and events, in megabytes; anything beyond it goes to disk. Default: 512.",
    };

    internal void AddTo(Command command)
    {
        registry.AddTo(command);
        if (readsEvents)
            command.Options.Add(events);
        command.Options.Add(memory);
    }

    /// <summary>The named stack, or the default one.</summary>
    internal StackLocation Stack(ParseResult arguments) => registry.RunningStack(arguments);

    /// <summary>Runs a job of the program services/Jobs.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="job">The job and the arguments of its own.</param>
    /// <param name="signals">Stop the job.</param>
    /// <returns>The job's exit code.</returns>
    /// <exception cref="CommandException">An option is wrong, or the program was not built.</exception>
    internal async Task<int> RunAsync(ParseResult arguments, IEnumerable<string> job, StopSignals signals)
    {
        var (location, variables) = await registry.LocateAsync(arguments, signals.Stop);
        var (platform, isDemo) = registry.IsLocal(arguments) ? PlatformOf(registry.RunningStack(arguments)) : (null, false);
        if (platform is not null && isDemo)
            location = HostSources.File(PlatformFiles.RegistryIn(platform));
        List<string> all = ["features", .. job, "--registry", location];
        if (readsEvents && arguments.GetValue(events) is { } named)
            all.AddRange(["--events", Path.GetFullPath(named)]);
        else if (readsEvents && platform is not null && PlatformFiles.EventsIn(platform) is var own && Directory.Exists(own))
            all.AddRange(["--events", own]);
        if (platform is not null && File.Exists(PlatformFiles.CacheIn(platform)))
            AddCache(PlatformFiles.CacheIn(platform), variables);
        if (arguments.GetValue(memory) is { } megabytes)
            all.AddRange(["--memory-mb", megabytes.ToString(CultureInfo.InvariantCulture)]);
        return await JobsProgram.Find().RunAsync(all, signals, variables);
    }

    // The folder of the platform that runs for the stack, which may be a demo, else of the last one that ran.
    private static (string? Folder, bool IsDemo) PlatformOf(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        var running = StateFolder.Running(folder);
        return running.Count > 0 ? (running[0], running[0] != folder) : (folder, false);
    }

    private static void AddCache(string file, Dictionary<string, string> variables)
    {
        if (File.ReadAllLines(file) is not [var addresses, var password, ..])
            return;
        variables[CacheSettings.AddressesVariable] = addresses;
        variables[CacheSettings.PasswordVariable] = password;
    }
}
