using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci;
using ModelServing.Predictions;

namespace ModelServing.Jobs.Export;

/// <summary><c>export</c>: predictions with their outcomes, as a Parquet file.</summary>
/// <remarks>
/// <code>
/// export --store STORE --model NAME ... --since TIME --until TIME --out FILE
/// export --store STORE --model NAME ... --day 1 --shards 8 --to-bucket oci:NAMESPACE/BUCKET
/// </code>
/// The second form is for a Kubernetes Job with completionMode Indexed, each of whose pods exports a part of yesterday
/// (<see cref="ExportJobSettings"/>).
/// </remarks>
internal static class ExportCommand
{
    private const int MostShards = 1000;

    internal static Command Create()
    {
        var store = new Option<string?>("--store")
        {
            Description = $"The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: {PredictionLogSettings.StoreVariable}.",
        };
        var models = new Option<string[]>("--model") { Description = "A model; may be repeated.", Required = true };
        var since = new Option<string?>("--since") { Description = $"The first time: {IsoTime.Form}." };
        var until = new Option<string?>("--until") { Description = "Only predictions that began before this time." };
        var day = new Option<int?>("--day")
        {
            Description = "In place of --since and --until: one day in UTC, as a number of days ago; 1 is yesterday.",
        };
        var output = new Option<string?>("--out") { Description = "The file. It must not exist." };
        var bucket = new Option<string?>("--to-bucket")
        {
            Description = $"Instead of a file: oci:NAMESPACE/BUCKET or file:FOLDER; the object is under {ExportDestination.Prefix}.",
        };
        var shards = new Option<int>("--shards")
        {
            Description = "The number of parts of the range, of which this run exports one.",
            DefaultValueFactory = static _ => 1,
        };
        var shard = new Option<int?>("--shard") { Description = $"The part, from 0. Default: {ExportJobSettings.IndexVariable}, else 0." };
        var memory = new Option<int>("--memory-mb")
        {
            Description = "The memory for rows, in megabytes; anything beyond it goes to disk.",
            DefaultValueFactory = static _ => 512,
        };
        var stopsWithInput = new Option<bool>("--stop-with-input") { Description = "Stop when standard input ends." };
        var command = new Command(ExportJobSettings.Command, "Export predictions with their outcomes as a Parquet file.")
        {
            store, models, since, until, day, output, bucket, shards, shard, memory, stopsWithInput,
        };
        command.SetAction((arguments, _) => JobRun.RunAsync(arguments.GetValue(stopsWithInput), async stop =>
        {
            var names = arguments.GetValue(models)!.Select(static name => ModelName.TryParse(name, null, out var model)
                ? model
                : throw Wrong($"--model: '{name}' is not a model's name: {ModelName.Form}")).Distinct().ToList();
            var range = RangeOf(arguments.GetValue(since), arguments.GetValue(until), arguments.GetValue(day), TimeProvider.System);
            var part = ShardOf(arguments.GetValue(shards), arguments.GetValue(shard));
            var megabytes = arguments.GetValue(memory) is >= 64 and <= 1024 * 1024 and var given
                ? given
                : throw Wrong("--memory-mb: it must be from 64 to 1048576");
            var (file, location) = (arguments.GetValue(output), arguments.GetValue(bucket));
            if (file is null == location is null)
                throw Wrong("--out and --to-bucket: use one of the two");
            var log = arguments.GetValue(store) ?? Environment.GetEnvironmentVariable(PredictionLogSettings.StoreVariable)
                ?? throw Wrong($"--store is missing, and {PredictionLogSettings.StoreVariable} is not set");
            var oci = OciSettings.Read(HostEnvironment.OfProcess);
            var opened = OpenLog(log, oci);
            using var closing = opened as IDisposable;
            var (first, end) = part.Cut(range.Since, range.Until);
            var request = new ExportRequest(names, first, end, megabytes);
            var done = await BarProgress.ShowAsync(progress =>
            {
                Task<long> Write(ExportFolder folder) =>
                    new PredictionExport(opened, progress).WriteAsync(request, folder.FullPath, folder.File, stop);
                return file is not null
                    ? ExportDestination.ToFileAsync(file, Write)
                    : ExportDestination.ToObjectAsync(
                        ObjectStores.Open(location!, oci), ExportDestination.KeyOf(range.Since, range.Until, part), Write, stop);
            });
            Console.Out.WriteLine(done);
        }));
        return command;
    }

    /// <summary>The range of the command line.</summary>
    /// <exception cref="JobException">It is incomplete or wrong.</exception>
    internal static (DateTimeOffset Since, DateTimeOffset Until) RangeOf(string? since, string? until, int? day, TimeProvider time)
    {
        if (day is { } back)
        {
            if (since is not null || until is not null)
                throw Wrong("--day: it takes the place of --since and --until");
            if (back is < 0 or > 3650)
                throw Wrong("--day: it must be from 0 to 3650");
            var start = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-back);
            return (start, start.AddDays(1));
        }

        var (first, end) = (TimeOf("--since", since), TimeOf("--until", until));
        return first < end ? (first, end) : throw Wrong($"--since: {IsoTime.Write(first)} is not before --until, {IsoTime.Write(end)}");
    }

    /// <summary>The part of the command line, or of the pod.</summary>
    /// <exception cref="JobException">There is no such part.</exception>
    internal static TimeShard ShardOf(int shards, int? shard, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var index = shard
            ?? (int.TryParse(
                environment(ExportJobSettings.IndexVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0);
        if (shards is < 1 or > MostShards)
            throw Wrong($"--shards: it must be from 1 to {MostShards}");
        return index >= 0 && index < shards
            ? new TimeShard(index, shards)
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"--shard: it is {index}; it must be from 0 to {shards - 1}"));
    }

    /// <exception cref="JobException">The file does not exist.</exception>
    internal static IPredictionStore OpenLog(string location, OciSettings? oci)
    {
        // SQLite would create a missing file, and the export would be empty.
        if (location.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal)
            && location[HostSources.SqliteScheme.Length..] is var path && !File.Exists(path))
            throw Wrong($"--store: the file does not exist: {path}");
        // It must not remove rows: their retention is a setting of the programs that write them.
        return PredictionStores.Open(location, PredictionLogSettings.MostRetentionDays, oci, isPatient: true);
    }

    private static DateTimeOffset TimeOf(string option, string? text) => IsoTime.TryParse(text, out var time)
        ? time
        : throw Wrong(text is null ? $"{option} is missing" : $"{option}: '{text}' must be {IsoTime.Form}");

    private static JobException Wrong(string message) => new(JobExit.WrongInput, message);
}
