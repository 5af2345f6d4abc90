using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Inference;

/// <summary>What the service's settings say about one of the versions that it serves.</summary>
/// <param name="Host">The settings that all its versions share.</param>
/// <param name="BatchRows">The most rows of requests that run together; 1 for none.</param>
/// <param name="Predictions">How its predictions are logged; null logs none.</param>
internal sealed record VersionSettings(
    InferenceSettings Host, ModelName Model, ModelVersion Version, int BatchRows, PredictionLogSettings? Predictions)
{
    /// <summary>Whether it shares its process with other versions.</summary>
    internal bool IsPooled => Host.Pool is not null;

    /// <summary>The one version of a service that serves no pool.</summary>
    internal static VersionSettings Single(InferenceSettings host) =>
        new(host, host.Model!, host.Version!.Value, host.BatchRows, host.Predictions);

    /// <summary>The versions that a service serves, in the order of its pool's document.</summary>
    /// <exception cref="ContractException">The document can't be read.</exception>
    internal static IReadOnlyList<VersionSettings> Read(InferenceSettings host) =>
        host.Pool is { } pool ? [.. ReadPool(pool).Versions.Select(version => Pooled(host, version))] : [Single(host)];

    /// <summary>The version in messages, as in <c>fraud version 2</c>.</summary>
    public override string ToString() => $"{Model} version {Version}";

    private static VersionSettings Pooled(InferenceSettings host, PooledVersion version) => new(
        host,
        version.Model,
        version.Version,
        version.BatchRows,
        host.Predictions is { } predictions
            ? predictions with { Sample = version.Sample, Drop = version.Drop ?? [], Hash = version.Hash ?? [] }
            : null);

    private static PoolDocument ReadPool(string pool)
    {
        try
        {
            return PoolDocument.Parse(File.ReadAllBytes(pool[HostSources.FileScheme.Length..]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContractException($"the pool {pool} can't be read: {e.Message}");
        }
    }
}
