using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Jobs.Features;

/// <summary>The options for the part of the entities that a job works on.</summary>
/// <param name="purpose">What the job does with a part, for the help: it begins with a verb.</param>
internal sealed class ShardOptions(string purpose)
{
    private readonly Option<string?> shard = new("--shard") { Description = $"{purpose}: {EntityShard.Form}." };

    private readonly Option<int?> shards = new("--shards")
    {
        Description = $"Instead: the number of parts. The part is in {ExportJobSettings.IndexVariable}, which Kubernetes sets.",
    };

    internal void AddTo(Command command)
    {
        command.Options.Add(shard);
        command.Options.Add(shards);
    }

    /// <exception cref="JobException">There is no such part, or both options are given.</exception>
    internal EntityShard Read(ParseResult arguments) => ShardOf(
        arguments.GetValue(shard), arguments.GetValue(shards), Environment.GetEnvironmentVariable(ExportJobSettings.IndexVariable));

    /// <summary>Reads a shard as a pod of an indexed Job gets it: the number of parts, and the index in a variable.</summary>
    /// <param name="text">A shard in a text; null for none.</param>
    /// <param name="shards">The number of parts; null for none.</param>
    /// <exception cref="JobException">There is no such part, or both are given.</exception>
    internal static EntityShard ShardOf(string? text, int? shards, string? index)
    {
        if (shards is not { } count)
            return ShardOf(text);
        if (text is not null)
            throw FeatureJobOptions.Wrong("--shard and --shards: use one of the two");
        return EntityShard.Parse(string.Create(CultureInfo.InvariantCulture, $"{index}/{count}"))
            ?? throw FeatureJobOptions.Wrong(string.Create(
                CultureInfo.InvariantCulture,
                $"--shards: {count} parts with {ExportJobSettings.IndexVariable} '{index}'; there are 1 to {EntityShard.Most}, from 0"));
    }

    private static EntityShard ShardOf(string? text) => text is null ? EntityShard.Whole
        : EntityShard.Parse(text) ?? throw FeatureJobOptions.Wrong($"--shard: '{text}' must be {EntityShard.Form}");
}
