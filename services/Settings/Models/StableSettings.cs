using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The variant that every rollout has.</summary>
public sealed record StableSettings
{
    [Setting("The published version.")]
    public required ModelVersion Version { get; init; }
}
