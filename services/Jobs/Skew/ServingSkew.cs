using ModelServing.Contracts;
using ModelServing.Jobs.Progress;
using ModelServing.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Registry;

namespace ModelServing.Jobs.Skew;

/// <summary>Compares the inputs that a model was served with those that it was trained with. Start here.</summary>
/// <remarks>
/// <code>
/// 1 read      the predictions of the model, minute by minute
/// 2 training  for each version that has some: its profile, from its manifest or from a table
/// 3 count     each value into a bin of the profile
/// </code>
/// Predictions that no rollout assigned are left out, as they are in the metrics.
/// </remarks>
/// <param name="predictions">The prediction log.</param>
/// <param name="registry">The registry of the versions.</param>
/// <param name="progress">Shows the minutes.</param>
internal sealed class ServingSkew(IPredictionStore predictions, ModelRegistry registry, IStepProgress progress)
{
    private readonly Dictionary<int, ServedVersion?> versions = [];

    /// <summary>The versions that were published without a profile.</summary>
    internal IEnumerable<int> WithoutProfile => versions.Where(static pair => pair.Value is null).Select(static pair => pair.Key).Order();

    /// <exception cref="PredictionStoreException">The log can't be read.</exception>
    /// <exception cref="RegistryException">A version can't be read.</exception>
    /// <exception cref="ContractException">The table has no column of the model.</exception>
    internal async Task<SkewReport> RunAsync(SkewRequest request, CancellationToken cancellation)
    {
        var (first, last) = (MinuteOf(request.Since), MinuteOf(request.Until.AddTicks(-1)));
        progress.Begin("Reading predictions", last - first + 1);
        for (var minute = first; minute <= last; minute++)
        {
            // 1
            await foreach (var record in predictions.ReadAsync(request.Model, minute, cancellation))
            {
                if (IsWanted(record, request) && await FindAsync(request, record.Version, cancellation) is { } served)
                    served.Add(record); // 3
            }

            cancellation.ThrowIfCancellationRequested();
            progress.Advance(1);
        }

        return new SkewReport(
            request.Model.Text,
            request.Since,
            request.Until,
            request.TableName ?? "the profile that was published with the version",
            [.. versions.Where(static pair => pair.Value is not null).OrderBy(static pair => pair.Key)
                .Select(static pair => pair.Value!.ToSkew())]);
    }

    private static bool IsWanted(PredictionRecord record, SkewRequest request) =>
        PredictionDocuments.TimeOf(record) is var time && time >= request.Since && time < request.Until
        && (request.Version is not { } version || record.Version == version.Number)
        && record.Inputs.Count > 0
        && record.Variant is not (VariantPlan.Pinned or HeaderNames.DirectVariant);

    // 2
    private async Task<ServedVersion?> FindAsync(SkewRequest request, int version, CancellationToken cancellation)
    {
        if (versions.TryGetValue(version, out var known))
            return known;
        var manifest = await registry.ReadManifestAsync(request.Model, new ModelVersion(version), cancellation);
        var profile = request.Table is { } table ? table.For(manifest.Features, manifest.Inputs) : manifest.Profile;
        return versions[version] = profile is null ? null : new ServedVersion(manifest, profile);
    }

    private static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;
}
