using System.CommandLine;
using System.Globalization;
using ModelServing.Cli.Predictions;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Replays;

/// <summary>The options of a replay, and the start of its job.</summary>
internal sealed class TryOptions
{
    private readonly Option<string?> store = new("--store")
    {
        Description = "The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: the log of the 'ms up' of this stack.",
    };

    private readonly Option<string?> sample = new("--sample")
    {
        Description = "In place of the log: a Parquet file that 'ms predictions export' wrote.",
    };

    private readonly Option<long?> last = new("--last") { Description = "How many requests, the newest first. Default: 10000." };

    private readonly Option<int?> rate = new("--rate") { Description = "How many requests in a second at most. Default: 500." };

    private readonly Option<int?> memory = new("--memory-mb")
    {
        Description = "With --sample: the memory for rows, in megabytes; anything beyond it goes to disk. Default: 512.",
    };

    private readonly Option<string?> score = new("--output")
    {
        Description = "The output that is the score, as in 'probabilities[1]'. Default: that of the experiment's metrics, else the last "
            + "column of the first output of numbers with fractions.",
    };

    private readonly Option<double?> threshold = new("--threshold")
    {
        Description = "With --output: from this score on, the decision is positive.",
    };

    private readonly TimeRangeOptions range = new("30d");
    private readonly RegistryOptions registry = new();

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[store, sample, last, rate, memory, score, threshold])
            command.Options.Add(option);
        range.AddTo(command);
        registry.AddTo(command);
    }

    /// <summary>The stack whose settings are read.</summary>
    internal StackLocation Stack(ParseResult arguments) => registry.RunningStack(arguments);

    /// <summary>The registry of the versions.</summary>
    internal RegistryOptions Registry => registry;

    /// <summary>What makes the decisions; null for the metrics of the stack file.</summary>
    /// <exception cref="CommandException">A threshold has no output.</exception>
    internal ExperimentMetric? Decision(ParseResult arguments) => (arguments.GetValue(score), arguments.GetValue(threshold)) switch
    {
        (null, null) => null,
        (null, _) => throw TryCommand.Wrong("--threshold: --output is missing"),
        var (output, limit) => new ExperimentMetric
        {
            Name = limit is null ? "ranking" : "precision",
            Kind = limit is null ? ExperimentMetricKind.Ranking : ExperimentMetricKind.Rate,
            IsHigherBetter = true,
            Output = output,
            Threshold = limit,
        },
    };

    /// <summary>The arguments that name the requests: a sample, or a time in the log.</summary>
    /// <exception cref="CommandException">There is no log.</exception>
    internal IEnumerable<string> SourceOf(ParseResult arguments)
    {
        if (arguments.GetValue(sample) is { } file)
        {
            return arguments.GetValue(store) is null
                ? ["--sample", Path.GetFullPath(file)]
                : throw TryCommand.Wrong("--store and --sample each name requests; use only one of them");
        }

        var (since, until) = range.Read(arguments, TimeProvider.System);
        var log = arguments.GetValue(store) ?? HostSources.Sqlite(ExportCommand.LogOf(Stack(arguments)));
        return ["--store", log, "--since", IsoTime.Write(since), "--until", IsoTime.Write(until)];
    }

    /// <summary>Runs the job.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="replay">What is replayed.</param>
    /// <param name="source">The arguments that name the requests, and others.</param>
    /// <param name="signals">Stop the job.</param>
    /// <returns>The job's exit code.</returns>
    internal async Task<int> RunAsync(ParseResult arguments, ReplayDocument replay, IEnumerable<string> source, StopSignals signals)
    {
        var (location, variables) = await registry.LocateAsync(arguments, signals.Stop);
        if (registry.IsLocal(arguments) && Demo(registry.RunningStack(arguments)) is { } demo)
            location = HostSources.File(PlatformFiles.RegistryIn(demo));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, replay.ToUtf8(), signals.Stop);
            List<string> job = ["try", file, "--registry", location, .. source];
            if (arguments.GetValue(last) is { } requests)
                job.AddRange(["--last", requests.ToString(CultureInfo.InvariantCulture)]);
            if (arguments.GetValue(rate) is { } most)
                job.AddRange(["--rate", most.ToString(CultureInfo.InvariantCulture)]);
            if (arguments.GetValue(memory) is { } megabytes)
                job.AddRange(["--memory-mb", megabytes.ToString(CultureInfo.InvariantCulture)]);
            return await JobsProgram.Find().RunAsync(job, signals, variables);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // A demo has a registry of its own.
    private static string? Demo(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        return StateFolder.Running(folder) is [var running, ..] && running != folder ? running : null;
    }
}
