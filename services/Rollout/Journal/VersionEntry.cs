using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Journal;

internal sealed record VersionEntry
{
    public required ModelVersion Version { get; init; }

    public required int Trial { get; init; }

    public DateTimeOffset? Started { get; init; }

    public JsonElement? Condemned { get; init; }
}
