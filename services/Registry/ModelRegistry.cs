using ModelServing.Contracts;
using ModelServing.Registry.Onnx;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry;

/// <summary>The versions of all models, in an object store. A version is immutable and exists once its manifest has arrived.</summary>
/// <param name="time">The source of a manifest's creation time.</param>
/// <param name="limits">The limits for a model; null means <see cref="ArtifactLimits.Default"/>.</param>
public sealed class ModelRegistry(IObjectStore store, TimeProvider time, ArtifactLimits? limits = null)
{
    /// <summary>The maximum size of any model, in bytes: 1.5 GiB, which can still be loaded from memory.</summary>
    public const long MaxModelBytes = 3L * 1024 * 1024 * 1024 / 2;

    private readonly ArtifactLimits limits = limits ?? ArtifactLimits.Default;

    /// <summary>Where the registry is, as messages show it.</summary>
    public string Location => store.Location;

    /// <summary>The store of its objects.</summary>
    public IObjectStore Store => store;

    /// <inheritdoc cref="IObjectStore.IsRemote"/>
    public bool IsRemote => store.IsRemote;

    /// <summary>The limits for a model.</summary>
    public ArtifactLimits Limits => limits;

    /// <summary>Publishes a version whose model is read from the stream's position to its end.</summary>
    /// <inheritdoc cref="PublishAsync(ModelName, ModelVersion, ReadOnlyMemory{byte}, TrainingInfo, CancellationToken)"/>
    public async Task<Manifest> PublishAsync(
        ModelName name, ModelVersion version, Stream model, TrainingInfo training, CancellationToken cancellationToken) =>
        await PublishAsync(await DescribeAsync(name, version, model, training, cancellationToken), cancellationToken);

    /// <summary>Reads a model from the stream's position to its end, and checks everything but the store.</summary>
    /// <exception cref="RegistryException">The model can't be served.</exception>
    public async Task<Artifact> DescribeAsync(
        ModelName name, ModelVersion version, Stream model, TrainingInfo training, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var key = RegistryLayout.Model(name, version);
        if (model.CanSeek && model.Length - model.Position > limits.ModelBytes)
            throw TooLarge(key, model.Length - model.Position);
        // The length of a pipe is unknown, so it is checked while reading.
        using var bytes = new MemoryStream(model.CanSeek ? (int)(model.Length - model.Position) : 0);
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await model.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + read > limits.ModelBytes)
                throw TooLarge(key, null);
            bytes.Write(buffer, 0, read);
        }

        return Describe(name, version, bytes.GetBuffer().AsMemory(0, (int)bytes.Length), training);
    }

    /// <summary>Publishes a version. To finish an interrupted publish, publish the same bytes again.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version, which must not exist yet.</param>
    /// <param name="model">The bytes of an ONNX model.</param>
    /// <param name="training">The owner's information about the version.</param>
    /// <param name="cancellationToken">Cancels the publish; the version then does not exist.</param>
    /// <exception cref="RegistryException">The model can't be served, the version already exists, or the store failed.</exception>
    public Task<Manifest> PublishAsync(
        ModelName name, ModelVersion version, ReadOnlyMemory<byte> model, TrainingInfo training, CancellationToken cancellationToken) =>
        PublishAsync(Describe(name, version, model, training), cancellationToken);

    /// <summary>Publishes a version from <see cref="DescribeAsync"/>.</summary>
    /// <exception cref="RegistryException">The version already exists, or the store failed.</exception>
    public async Task<Manifest> PublishAsync(Artifact artifact, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        var (manifest, model) = artifact;
        var (name, version) = (manifest.Model, manifest.Version);
        var (modelKey, manifestKey) = (RegistryLayout.Model(name, version), RegistryLayout.Manifest(name, version));
        var manifestBytes = manifest.ToUtf8();
        if (await store.FindLengthAsync(manifestKey, cancellationToken) is not null)
            throw await AlreadyPublishedAsync(name, version, cancellationToken);

        if (!await store.PutIfAbsentAsync(modelKey, artifact.OpenModel(), model.Length, cancellationToken))
            await RequireSameBytesAsync(modelKey, manifest, cancellationToken);
        if (!await store.PutIfAbsentAsync(manifestKey, new MemoryStream(manifestBytes), manifestBytes.Length, cancellationToken))
            throw await AlreadyPublishedAsync(name, version, cancellationToken);
        return manifest;
    }

    /// <summary>Lists all versions, ordered by model and version.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public Task<IReadOnlyList<PublishedVersion>> ListAsync(CancellationToken cancellationToken) =>
        ListAsync(RegistryLayout.Prefix, cancellationToken);

    /// <summary>Lists the versions of one model in order; empty if the model has none.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public Task<IReadOnlyList<PublishedVersion>> ListAsync(ModelName name, CancellationToken cancellationToken) =>
        ListAsync($"{RegistryLayout.Prefix}{name}/", cancellationToken);

    /// <summary>Reads a version's manifest.</summary>
    /// <exception cref="RegistryException">The version does not exist, its manifest is damaged, or the store failed.</exception>
    public async Task<Manifest> ReadManifestAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Manifest(name, version);
        await using var stored = await store.OpenAsync(key, cancellationToken)
            ?? throw new RegistryException(
                RegistryError.NotFound,
                key,
                $"not found in {store.Location}, so {name} has no version {version}; " +
                await DescribeVersionsAsync(name, cancellationToken));
        if (stored.Length > Manifest.MaxBytes)
            throw Damaged(key, name, $"it has {stored.Length} bytes; a manifest has at most {Manifest.MaxBytes}");
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
            throw Damaged(key, name, e.Message, e);
        }
    }

    /// <summary>Reads a version's manifest and model, and verifies the model's size and SHA-256 before returning them.</summary>
    /// <exception cref="RegistryException">The version does not exist, it is damaged, or the store failed.</exception>
    public async Task<Artifact> ReadArtifactAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(name, version, cancellationToken);
        var key = RegistryLayout.Model(name, version);
        await using var stored = await store.OpenAsync(key, cancellationToken)
            ?? throw Damaged(key, name, $"not found in {store.Location}, although the version's manifest exists");
        if (stored.Length > limits.ModelBytes)
            throw TooLarge(key, stored.Length);
        if (stored.Length != manifest.Size)
            throw Damaged(key, name, $"it has {stored.Length} bytes, but the manifest says {manifest.Size}");
        var bytes = await stored.ReadAsync(key, cancellationToken);
        var digest = Sha256Digest.Compute(bytes);
        if (digest != manifest.Digest)
            throw Damaged(key, name, $"its SHA-256 is {digest}, but the manifest says {manifest.Digest}");
        return new Artifact(manifest, bytes);
    }

    /// <summary>Checks a version in the store and writes the verdict (<see cref="ArtifactCheck"/>).</summary>
    /// <exception cref="RegistryException">The version does not exist, or the store failed.</exception>
    public Task<CheckedArtifact> CheckAsync(ModelName name, ModelVersion version, string checkedBy, CancellationToken cancellationToken) =>
        new ArtifactCheck(store, time, checkedBy, limits).CheckAsync(name, version, cancellationToken);

    /// <summary>Finds the verdict about a version; null if it was not checked, or if the manifest has changed since.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public async Task<Verdict?> FindVerdictAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        if (await ArtifactCheck.ReadAsync(store, name, version, cancellationToken) is not { } verdict)
            return null;
        // The digest is empty if the manifest was too large to read.
        if (verdict.ManifestDigest.Length == 0)
            return verdict;
        return await FindManifestDigestAsync(name, version, cancellationToken) == verdict.ManifestDigest ? verdict : null;
    }

    /// <summary>Computes the SHA-256 of a version's manifest, valid or not. It is empty if the manifest is too large, and null if there is
    /// none.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public async Task<string?> FindManifestDigestAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var key = RegistryLayout.Manifest(name, version);
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
            return null;
        return stored.Length <= Manifest.MaxBytes ? Sha256Digest.Compute(await stored.ReadAsync(key, cancellationToken)) : "";
    }

    private static RegistryException Damaged(ObjectKey key, ModelName name, string problem, Exception? cause = null) =>
        new(RegistryError.Damaged, key, $"{problem}; publish {name} again as a new version", cause);

    private RegistryException TooLarge(ObjectKey key, long? length) => new(key, [ArtifactRules.TooLarge(key, length, limits)], 0);

    // All checks come before the first write, so a refused publish stores nothing.
    private Artifact Describe(ModelName name, ModelVersion version, ReadOnlyMemory<byte> model, TrainingInfo training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (model.Length > limits.ModelBytes)
            throw TooLarge(RegistryLayout.Model(name, version), model.Length);
        var report = OnnxInspection.Inspect(model.Span, limits);
        if (report.Findings.Count > 0)
            throw new RegistryException(RegistryLayout.Model(name, version), report.Findings, report.MoreFindings);

        foreach (var (metric, value) in training.Metrics)
        {
            if (metric.Length == 0 || !double.IsFinite(value))
            {
                throw new RegistryException(
                    RegistryError.Refused,
                    RegistryLayout.Manifest(name, version),
                    $"the metric '{metric}' is {value}; a metric has a name and a finite value");
            }
        }

        var manifest = new Manifest
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
            Features = training.Features,
            CreatedAt = time.GetUtcNow(),
        };
        try
        {
            manifest.Features?.Check(manifest.Inputs);
            manifest = manifest with { Profile = training.Profile?.For(manifest.Features, manifest.Inputs) };
        }
        catch (ContractException e)
        {
            throw new RegistryException(RegistryError.Refused, RegistryLayout.Manifest(name, version), e.Message, e);
        }

        var size = manifest.ToUtf8().Length;
        return size <= Manifest.MaxBytes
            ? new Artifact(manifest, model)
            : throw new RegistryException(
                RegistryError.Refused,
                RegistryLayout.Manifest(name, version),
                $"the manifest would have {size} bytes; at most {Manifest.MaxBytes} are allowed, " +
                "so publish with fewer metrics and labels");
    }

    /// <summary>A model without a manifest is left from an interrupted publish, which only the same bytes may finish.</summary>
    private async Task RequireSameBytesAsync(ObjectKey key, Manifest manifest, CancellationToken cancellationToken)
    {
        await using var stored = await store.OpenAsync(key, cancellationToken)
            ?? throw new RegistryException(RegistryError.Unavailable, key, "it disappeared during the publish; publish again");
        string digest;
        try
        {
            digest = stored.Length == manifest.Size
                ? await Sha256Digest.ComputeAsync(stored.Content, cancellationToken)
                : $"{stored.Length} bytes";
        }
        catch (IOException e)
        {
            throw new RegistryException(RegistryError.Unavailable, key, $"can't be read: {e.Message}", e);
        }

        if (digest != manifest.Digest)
        {
            throw new RegistryException(
                RegistryError.Refused,
                key,
                $"an interrupted publish left other bytes there ({digest}, not {manifest.Digest}); publish those again to finish it, " +
                $"publish these as another version, or delete the object in {store.Location}");
        }
    }

    private async Task<RegistryException> AlreadyPublishedAsync(ModelName name, ModelVersion version, CancellationToken cancellationToken)
    {
        var versions = await ListAsync(name, cancellationToken);
        var next = versions.Count == 0 ? version.Number + 1 : versions[^1].Version.Number + 1;
        return new RegistryException(
            RegistryError.AlreadyPublished,
            RegistryLayout.Manifest(name, version),
            $"{name} already has a version {version}, and a version never changes; publish this as version {next}");
    }

    private async Task<string> DescribeVersionsAsync(ModelName name, CancellationToken cancellationToken)
    {
        IReadOnlyList<PublishedVersion> versions;
        try
        {
            versions = await ListAsync(name, cancellationToken);
        }
        catch (RegistryException e)
        {
            // A version's own pods may not list, and the reader must still hear that it does not exist.
            return $"its versions can't be listed: {e.Message}";
        }

        return versions.Count == 0
            ? "no version of that model is published"
            : $"published versions: {string.Join(", ", versions.Select(v => v.Version))}";
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
