using System.Security.Cryptography;
using ModelServing.Contracts;
using ModelServing.Registry.Onnx;

namespace ModelServing.Registry.Safety;

/// <summary>
/// Checks a version's artifact where it is stored and writes the verdict beside it. The model is read once, in chunks, and not kept: a
/// model of any size is checked in little memory.
/// </summary>
/// <remarks>
/// The same artifact has the same verdict however often it is checked, and it is then written once. A verdict about other bytes or by older
/// rules is replaced; one by newer rules is left alone.
/// </remarks>
/// <param name="store">Where the artifacts are.</param>
/// <param name="time">Gives a verdict its time.</param>
/// <param name="by">The program that checks, as the verdict names it.</param>
/// <param name="limits">What a model may not exceed; null is <see cref="ArtifactLimits.Default"/>.</param>
public sealed class ArtifactCheck(IObjectStore store, TimeProvider time, string by, ArtifactLimits? limits = null)
{
    private const int ChunkBytes = 128 * 1024;

    private readonly ArtifactLimits limits = limits ?? ArtifactLimits.Default;

    /// <summary>Checks a version.</summary>
    /// <exception cref="RegistryException">There is no manifest, so no such version, and nothing was written; or the store failed, and
    /// nothing is known.</exception>
    public async Task<CheckedArtifact> CheckAsync(ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        var verdict = await FindAsync(model, version, cancellationToken);
        var before = await ReadAsync(store, model, version, cancellationToken);
        if (before is not null && (before.IsSameAs(verdict) || (before.Rules > verdict.Rules && before.ManifestDigest == verdict.ManifestDigest)))
            return new CheckedArtifact(before, false);
        await store.ReplaceAsync(RegistryLayout.Verdict(model, version), verdict.ToUtf8(), cancellationToken);
        return new CheckedArtifact(verdict, true);
    }

    /// <summary>The verdict that stands; null when there is none, or none that can be read.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    internal static async Task<Verdict?> ReadAsync(IObjectStore store, ModelName model, ModelVersion version, CancellationToken cancellationToken)
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

    private async Task<Verdict> FindAsync(ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Manifest(model, version);
        var findings = new List<Finding>();
        var (digest, more) = ("", 0);
        try
        {
            await using var stored = await store.OpenAsync(key, cancellationToken)
                ?? throw new RegistryException(RegistryError.NotFound, key, $"there is none in {store.Location}, so {model} has no version {version}");
            if (stored.Length > Manifest.MaxBytes)
            {
                findings.Add(new Finding(FindingCode.ManifestSize, key.Text, $"it has {stored.Length} bytes; at most {Manifest.MaxBytes} are allowed"));
            }
            else
            {
                var bytes = await stored.ReadAsync(key, cancellationToken);
                digest = Sha256Digest.Compute(bytes);
                if (Parse(bytes, model, version, findings) is { } manifest)
                    more = await FindInModelAsync(manifest, findings, cancellationToken);
            }
        }
        catch (RegistryException e) when (e.Error == RegistryError.Damaged)
        {
            findings.Add(new Finding(FindingCode.ArtifactLink, e.Key.Text, "it is a symbolic link, which is not followed; put the file itself there"));
        }

        more += Math.Max(0, findings.Count - Verdict.MaxFindings);
        return new Verdict
        {
            Schema = Verdict.CurrentSchema,
            Model = model,
            Version = version,
            ManifestDigest = digest,
            Outcome = findings.Count == 0 ? Outcome.Accepted : Outcome.Refused,
            Rules = ArtifactRules.Version,
            Findings = [.. findings.Take(Verdict.MaxFindings)],
            MoreFindings = more,
            CheckedAt = time.GetUtcNow(),
            CheckedBy = by,
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
            findings.Add(new Finding(FindingCode.ManifestUnreadable, key, $"it is the manifest of {manifest.Model} version {manifest.Version}"));
        }
        catch (ContractException e)
        {
            findings.Add(new Finding(FindingCode.ManifestUnreadable, key, e.Message.Length <= Finding.MaxMessage ? e.Message : e.Message[..Finding.MaxMessage]));
        }

        return null;
    }

    private async Task<int> FindInModelAsync(Manifest manifest, List<Finding> findings, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Model(manifest.Model, manifest.Version);
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
        {
            findings.Add(new Finding(FindingCode.ArtifactMissing, key.Text, "the manifest is there and the model is not"));
            return 0;
        }

        if (stored.Length > limits.ModelBytes)
        {
            findings.Add(ArtifactRules.TooLarge(key, stored.Length, limits));
            return 0;
        }

        if (stored.Length != manifest.Size)
            findings.Add(new Finding(FindingCode.ArtifactSize, key.Text, $"it has {stored.Length} bytes, the manifest says {manifest.Size}"));
        var (digest, report) = await ReadModelAsync(key, stored, cancellationToken);
        if (digest != manifest.Digest)
            findings.Add(new Finding(FindingCode.ArtifactDigest, key.Text, $"its SHA-256 is {digest}, the manifest says {manifest.Digest}"));
        var inspected = ArtifactRules.Inspect(manifest, report);
        findings.AddRange(inspected.Findings);
        return inspected.MoreFindings;
    }

    private async Task<(string Digest, OnnxReport Report)> ReadModelAsync(ObjectKey key, StoredObject stored, CancellationToken cancellationToken)
    {
        var inspection = new OnnxInspection(stored.Length, limits);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        long all = 0;
        try
        {
            // A file that grows meanwhile is not followed.
            while (all <= stored.Length && await stored.Content.ReadAsync(chunk, cancellationToken) is > 0 and var read)
            {
                all += read;
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
