using System.Runtime.InteropServices;
using ModelServing.Contracts;
using ModelServing.Registry.Onnx;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry;

/// <summary>The versions of all models, in an object store; a version is immutable and exists once its manifest is there.</summary>
/// <param name="store">The store.</param>
/// <param name="time">Gives a manifest its time.</param>
/// <param name="limits">What a model may not exceed; null is <see cref="ArtifactLimits.Default"/>.</param>
public sealed class ModelRegistry(IObjectStore store, TimeProvider time, ArtifactLimits? limits = null)
{
    private readonly ArtifactLimits limits = limits ?? ArtifactLimits.Default;

    /// <summary>The largest model of any, in bytes: 1.5 GiB, which still can be loaded from memory.</summary>
    public const long MaxModelBytes = 3L * 1024 * 1024 * 1024 / 2;

    /// <summary>Where the registry is, for a person who reads a message.</summary>
    public string Location => store.Location;

    /// <inheritdoc cref="IObjectStore.IsRemote"/>
    public bool IsRemote => store.IsRemote;

    /// <summary>What a model may not exceed.</summary>
    public ArtifactLimits Limits => limits;

    /// <summary>Publishes a version. What it is made of is read from the stream's position to its end.</summary>
    /// <inheritdoc cref="PublishAsync(ModelName, ModelVersion, ReadOnlyMemory{byte}, TrainingInfo, CancellationToken)"/>
    public async Task<Manifest> PublishAsync(ModelName name, ModelVersion version, Stream model, TrainingInfo training, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var key = RegistryLayout.Model(name, version);
        if (model.CanSeek && model.Length - model.Position > limits.ModelBytes)
            throw TooLarge(key, model.Length - model.Position);
        // As a pipe's length is unknown, it is read until it is too long.
        using var bytes = new MemoryStream(model.CanSeek ? (int)(model.Length - model.Position) : 0);
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await model.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + read > limits.ModelBytes)
                throw TooLarge(key, null);
            bytes.Write(buffer, 0, read);
        }

        return await PublishAsync(name, version, bytes.GetBuffer().AsMemory(0, (int)bytes.Length), training, cancellationToken);
    }

    /// <summary>Publishes a version. A publish that was interrupted is finished by publishing the same bytes again.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version, which must not exist.</param>
    /// <param name="model">The bytes of an ONNX model.</param>
    /// <param name="training">What its owner says of it.</param>
    /// <param name="cancellationToken">Gives up; the version does not exist then.</param>
    /// <exception cref="RegistryException">The model can't be served, the version exists, or the store failed.</exception>
    public async Task<Manifest> PublishAsync(ModelName name, ModelVersion version, ReadOnlyMemory<byte> model, TrainingInfo training, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(training);
        var (modelKey, manifestKey) = (RegistryLayout.Model(name, version), RegistryLayout.Manifest(name, version));
        if (model.Length > limits.ModelBytes)
            throw TooLarge(modelKey, model.Length);

        // Everything that can be refused is refused before anything is stored.
        var manifest = Describe(name, version, model, training);
        var manifestBytes = manifest.ToUtf8();
        if (manifestBytes.Length > Manifest.MaxBytes)
            throw new RegistryException(RegistryError.Refused, manifestKey, $"the manifest would have {manifestBytes.Length} bytes; at most {Manifest.MaxBytes} are kept, so publish with fewer metrics and labels");
        if (await store.FindLengthAsync(manifestKey, cancellationToken) is not null)
            throw await AlreadyPublishedAsync(name, version, cancellationToken);

        if (!await store.PutIfAbsentAsync(modelKey, StreamOf(model), model.Length, cancellationToken))
            await RequireSameAsync(modelKey, manifest, cancellationToken);
        if (!await store.PutIfAbsentAsync(manifestKey, new MemoryStream(manifestBytes), manifestBytes.Length, cancellationToken))
            throw await AlreadyPublishedAsync(name, version, cancellationToken);
        return manifest;
    }

    /// <summary>The versions that exist, ordered by model and version.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public Task<IReadOnlyList<PublishedVersion>> ListAsync(CancellationToken cancellationToken) => ListAsync(RegistryLayout.Prefix, cancellationToken);

    /// <summary>The versions of one model that exist, in order; none when there is no such model.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public Task<IReadOnlyList<PublishedVersion>> ListAsync(ModelName name, CancellationToken cancellationToken) => ListAsync($"{RegistryLayout.Prefix}{name}/", cancellationToken);

    /// <summary>The manifest of a version.</summary>
    /// <exception cref="RegistryException">There is no such version, its manifest is damaged, or the store failed.</exception>
    public async Task<Manifest> ReadManifestAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Manifest(name, version);
        await using var stored = await store.OpenAsync(key, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, key, $"there is none in {store.Location}, so {name} has no version {version}{await VersionsOfAsync(name, cancellationToken)}");
        if (stored.Length > Manifest.MaxBytes)
            throw new RegistryException(RegistryError.Damaged, key, $"it has {stored.Length} bytes, and a manifest at most {Manifest.MaxBytes}; publish {name} again as a new version");
        var bytes = await stored.ReadAsync(key, cancellationToken);
        try
        {
            var manifest = Manifest.Parse(bytes);
            return manifest.Model == name && manifest.Version == version
                ? manifest
                : throw new ContractException($"it is the manifest of {manifest.Model} version {manifest.Version}");
        }
        catch (ContractException e)
        {
            throw new RegistryException(RegistryError.Damaged, key, $"{e.Message}; publish {name} again as a new version", e);
        }
    }

    /// <summary>A version's manifest and model; the model's size and SHA-256 are verified before it is handed out.</summary>
    /// <exception cref="RegistryException">There is no such version, it is damaged, or the store failed.</exception>
    public async Task<Artifact> ReadArtifactAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(name, version, cancellationToken);
        var key = RegistryLayout.Model(name, version);
        await using var stored = await store.OpenAsync(key, cancellationToken)
            ?? throw new RegistryException(RegistryError.Damaged, key, $"there is none in {store.Location}, though the version's manifest is there; publish {name} again as a new version");
        if (stored.Length > limits.ModelBytes)
            throw TooLarge(key, stored.Length);
        if (stored.Length != manifest.Size)
            throw new RegistryException(RegistryError.Damaged, key, $"it has {stored.Length} bytes, the manifest says {manifest.Size}; publish {name} again as a new version");
        var bytes = await stored.ReadAsync(key, cancellationToken);
        var digest = Sha256Digest.Compute(bytes);
        if (digest != manifest.Digest)
            throw new RegistryException(RegistryError.Damaged, key, $"its SHA-256 is {digest}, the manifest says {manifest.Digest}; publish {name} again as a new version");
        return new Artifact(manifest, bytes);
    }

    private RegistryException TooLarge(ObjectKey key, long? length) => new(
        key, [ArtifactRules.TooLarge(key, length, limits)], 0);

    /// <summary>Checks a version where it is stored, and writes the verdict (<see cref="ArtifactCheck"/>).</summary>
    /// <exception cref="RegistryException">There is no such version, or the store failed.</exception>
    public Task<CheckedArtifact> CheckAsync(ModelName name, ModelVersion version, string by, CancellationToken cancellationToken) =>
        new ArtifactCheck(store, time, by, limits).CheckAsync(name, version, cancellationToken);

    /// <summary>What was found when the version was checked; null when it was not, or the manifest is another one since.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public async Task<Verdict?> FindVerdictAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        if (await ArtifactCheck.ReadAsync(store, name, version, cancellationToken) is not { } verdict)
            return null;
        return verdict.ManifestDigest.Length == 0 || await FindManifestDigestAsync(name, version, cancellationToken) == verdict.ManifestDigest ? verdict : null;
    }

    /// <summary>The SHA-256 of a version's manifest as it is, readable or not, and empty for one that is too large; null when there is none.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public async Task<string?> FindManifestDigestAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Manifest(name, version);
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
            return null;
        return stored.Length <= Manifest.MaxBytes ? Sha256Digest.Compute(await stored.ReadAsync(key, cancellationToken)) : "";
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    private Manifest Describe(ModelName name, ModelVersion version, ReadOnlyMemory<byte> model, TrainingInfo training)
    {
        var report = OnnxInspection.Inspect(model.Span, limits);
        if (report.Findings.Count > 0)
            throw new RegistryException(RegistryLayout.Model(name, version), report.Findings, report.MoreFindings);

        foreach (var (metric, value) in training.Metrics)
        {
            if (metric.Length == 0 || !double.IsFinite(value))
                throw new RegistryException(RegistryError.Refused, RegistryLayout.Manifest(name, version), $"the metric '{metric}' is {value}; a metric has a name and a finite value");
        }

        return new Manifest
        {
            Schema = Manifest.CurrentSchema,
            Model = name,
            Version = version,
            Digest = Sha256Digest.Compute(model.Span),
            Size = model.Length,
            Inputs = report.Interface!.Inputs,
            Outputs = report.Interface.Outputs,
            Metrics = new SortedDictionary<string, double>(training.Metrics.ToDictionary(), StringComparer.Ordinal),
            Labels = new SortedDictionary<string, string>(training.Labels.ToDictionary(), StringComparer.Ordinal),
            CreatedAt = time.GetUtcNow(),
        };
    }

    /// <summary>A model without a manifest is a publish that was interrupted; only the same bytes may finish it.</summary>
    private async Task RequireSameAsync(ObjectKey key, Manifest manifest, CancellationToken cancellationToken)
    {
        await using var stored = await store.OpenAsync(key, cancellationToken)
            ?? throw new RegistryException(RegistryError.Unavailable, key, "it was there and no longer is; publish again");
        string digest;
        try
        {
            digest = stored.Length == manifest.Size ? await Sha256Digest.OfAsync(stored.Content, cancellationToken) : $"of {stored.Length} bytes";
        }
        catch (IOException e)
        {
            throw new RegistryException(RegistryError.Unavailable, key, $"can't be read: {e.Message}", e);
        }

        if (digest != manifest.Digest)
            throw new RegistryException(
                RegistryError.Refused,
                key,
                $"other bytes are there ({digest}, not {manifest.Digest}), of a publish that did not finish; publish those again to finish it, publish these as another version, or delete the object in {store.Location}");
    }

    private async Task<RegistryException> AlreadyPublishedAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var versions = await ListAsync(name, cancellationToken);
        var next = versions.Count == 0 ? version.Number + 1 : versions[^1].Version.Number + 1;
        return new RegistryException(RegistryError.AlreadyPublished, RegistryLayout.Manifest(name, version), $"{name} has a version {version} already, and a version never changes; publish this as version {next}");
    }

    private async Task<string> VersionsOfAsync(ModelName name, CancellationToken cancellationToken)
    {
        var versions = await ListAsync(name, cancellationToken);
        return versions.Count == 0 ? "; nothing of that name is published there" : $"; published are {string.Join(", ", versions.Select(v => v.Version))}";
    }

    private async Task<IReadOnlyList<PublishedVersion>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var versions = new List<PublishedVersion>();
        await foreach (var key in store.ListAsync(prefix, cancellationToken))
        {
            if (RegistryLayout.TryParseManifest(key, out var version))
                versions.Add(version);
        }

        versions.Sort((a, b) => a.Model.CompareTo(b.Model) is not 0 and var byModel ? byModel : a.Version.CompareTo(b.Version));
        return versions;
    }
}
