using System.Text.Json;

namespace ModelServing.Rollout.Journal;

internal sealed record ServedEntry
{
    public required JsonElement Event { get; init; }

    public required IReadOnlyList<RunEntry> Layout { get; init; }
}
