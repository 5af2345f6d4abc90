using System.Security.Cryptography;
using ModelServing.Contracts;
using ModelServing.Registry.FirstRuns;
using ModelServing.Registry.Onnx;

namespace ModelServing.Registry.Safety;

/// <summary>
/// Checks a version's artifact in the store and writes the verdict beside it. The model is read once, in chunks, and never held as a whole,
/// so checking a model of any size takes little memory.
/// </summary>
/// <remarks>
/// Checking the same artifact again gives the same verdict, which is written only once. A verdict about other bytes or from older rules is
/// replaced; a verdict from newer rules stays.
/// </remarks>
/// <param name="store">The store that has the artifacts.</param>
/// <param name="time">The source of a verdict's time.</param>
/// <param name="checkedBy">The checking program's name in the verdict.</param>
/// <param name="limits">The limits for a model; null means <see cref="ArtifactLimits.Default"/>.</param>
/// <param name="firstRun">Runs a model that the rules accept for the first time; null leaves this out.</param>
public sealed class ArtifactCheck(
    IObjectStore store,
    TimeProvider time,
    string checkedBy,
    ArtifactLimits? limits = null,
    Func<Manifest, Stream, CancellationToken, Task<FirstRunResult>>? firstRun = null)
{
    private const int ChunkBytes = 128 * 1024;

    private readonly ArtifactLimits limits = limits ?? ArtifactLimits.Default;

    /// <summary>Checks a version.</summary>
    /// <exception cref="RegistryException">The version has no manifest, so it does not exist and nothing was written. Or the store failed,
    /// so nothing is known.</exception>
    public async Task<CheckedArtifact> CheckAsync(ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        var verdict = await InspectAsync(model, version, cancellationToken);
        var stored = await ReadAsync(store, model, version, cancellationToken);
        var isByNewerRules = stored?.Rules > verdict.Rules && stored.ManifestDigest == verdict.ManifestDigest;
        if (stored is not null && (isByNewerRules || stored.IsSameAs(verdict) || KnowsMore(stored, verdict)))
            return new CheckedArtifact(stored, false);
        await store.ReplaceAsync(RegistryLayout.Verdict(model, version), verdict.ToUtf8(), cancellationToken);
        return new CheckedArtifact(verdict, true);
    }

    // Without a first run of its own, a check does not contradict the one that had it.
    private bool KnowsMore(Verdict stored, Verdict verdict) =>
        firstRun is null && stored.ManifestDigest == verdict.ManifestDigest && stored.Rules == verdict.Rules &&
        stored.Findings.Any(static finding => FindingCode.IsOfFirstRun(finding.Code));

    /// <summary>Reads the stored verdict; null without a valid one.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    internal static async Task<Verdict?> ReadAsync(
        IObjectStore store, ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Verdict(model, version);
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null || stored.Length > Verdict.MaxBytes)
            return null;
        var bytes = await stored.ReadAsync(key, cancellationToken);
        try
        {
            return Verdict.Parse(bytes) is var verdict && verdict.Model == model && verdict.Version == version ? verdict : null;
        }
        catch (ContractException)
        {
            return null;
        }
    }

    private async Task<Verdict> InspectAsync(ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Manifest(model, version);
        var findings = new List<Finding>();
        var (digest, more) = ("", 0);
        string? untried = null;
        try
        {
            await using var stored = await store.OpenAsync(key, cancellationToken)
                ?? throw new RegistryException(
                    RegistryError.NotFound, key, $"not found in {store.Location}, so {model} has no version {version}");
            if (stored.Length > Manifest.MaxBytes)
            {
                findings.Add(new Finding(
                    FindingCode.ManifestSize, key.Text, $"it has {stored.Length} bytes; at most {Manifest.MaxBytes} are allowed"));
            }
            else
            {
                var bytes = await stored.ReadAsync(key, cancellationToken);
                digest = Sha256Digest.Compute(bytes);
                if (Parse(bytes, model, version, findings) is { } manifest)
                {
                    more = await InspectModelAsync(manifest, findings, cancellationToken);
                    if (findings.Count == 0 && firstRun is not null)
                        untried = await RunAsync(manifest, findings, firstRun, cancellationToken);
                }
            }
        }
        catch (RegistryException e) when (e.Error == RegistryError.Damaged)
        {
            findings.Add(new Finding(
                FindingCode.ArtifactLink, e.Key.Text, "it is a symbolic link; links are not followed, so replace it with the file itself"));
        }

        more += Math.Max(0, findings.Count - Verdict.MaxFindings);
        return new Verdict
        {
            Schema = Verdict.CurrentSchema,
            Model = model,
            Version = version,
            ManifestDigest = digest,
            Outcome = findings.Count == 0 ? VerdictOutcome.Accepted : VerdictOutcome.Refused,
            Rules = ArtifactRules.Version,
            Findings = [.. findings.Take(Verdict.MaxFindings)],
            MoreFindings = more,
            Untried = untried,
            CheckedAt = time.GetUtcNow(),
            CheckedBy = checkedBy,
        };
    }

    private static Manifest? Parse(byte[] bytes, ModelName model, ModelVersion version, List<Finding> findings)
    {
        var key = RegistryLayout.Manifest(model, version).Text;
        try
        {
            var manifest = Manifest.Parse(bytes);
            if (manifest.Model == model && manifest.Version == version)
                return manifest;
            findings.Add(new Finding(
                FindingCode.ManifestUnreadable, key, $"it is the manifest of {manifest.Model} version {manifest.Version}"));
        }
        catch (ContractException e)
        {
            findings.Add(new Finding(
                FindingCode.ManifestUnreadable, key, e.Message.Length <= Finding.MaxMessage ? e.Message : e.Message[..Finding.MaxMessage]));
        }

        return null;
    }

    private async Task<int> InspectModelAsync(Manifest manifest, List<Finding> findings, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Model(manifest.Model, manifest.Version);
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
        {
            findings.Add(new Finding(FindingCode.ArtifactMissing, key.Text, "the manifest exists, but the model does not"));
            return 0;
        }

        if (stored.Length > limits.ModelBytes)
        {
            findings.Add(ArtifactRules.TooLarge(key, stored.Length, limits));
            return 0;
        }

        if (stored.Length != manifest.Size)
        {
            findings.Add(new Finding(
                FindingCode.ArtifactSize, key.Text, $"it has {stored.Length} bytes, but the manifest says {manifest.Size}"));
        }

        var (digest, report) = await ReadModelAsync(key, stored, cancellationToken);
        if (digest != manifest.Digest)
        {
            findings.Add(new Finding(
                FindingCode.ArtifactDigest, key.Text, $"its SHA-256 is {digest}, but the manifest says {manifest.Digest}"));
        }

        var inspected = ArtifactRules.Inspect(manifest, report);
        findings.AddRange(inspected.Findings);
        return inspected.MoreFindings;
    }

    /// <summary>Runs the model for the first time, and returns why that was not possible; null if it was.</summary>
    private async Task<string?> RunAsync(
        Manifest manifest,
        List<Finding> findings,
        Func<Manifest, Stream, CancellationToken, Task<FirstRunResult>> run,
        CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Model(manifest.Model, manifest.Version);
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
            return "the model disappeared during the check";
        var result = await run(manifest, stored.Content, cancellationToken);
        if (result.Finding is { } finding)
            findings.Add(finding);
        return result.Unknown;
    }

    private async Task<(string Digest, OnnxReport Report)> ReadModelAsync(
        ObjectKey key, StoredObject stored, CancellationToken cancellationToken)
    {
        var inspection = new OnnxInspection(stored.Length, limits);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        long total = 0;
        try
        {
            // If the file grows meanwhile, reading stops soon after its original end.
            while (total <= stored.Length && await stored.Content.ReadAsync(chunk, cancellationToken) is > 0 and var read)
            {
                total += read;
                hash.AppendData(chunk, 0, read);
                inspection.Read(chunk.AsSpan(0, read));
            }
        }
        catch (IOException e)
        {
            throw new RegistryException(RegistryError.Unavailable, key, $"can't be read: {e.Message}", e);
        }

        return (Sha256Digest.Compute(hash), inspection.End());
    }
}
